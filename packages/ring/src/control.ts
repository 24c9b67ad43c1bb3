import { Header } from './layout.ts';

/** What others may tell the writer of a ring (R8). The words are memory, so they work while its event loop is stuck. */
export interface ControlWords {
  /** Whether records are stored at all. */
  enabled: boolean;
  /** Records below this level are not stored. */
  minLevel: number;
  /** Opaque to the ring: generation of a policy kept elsewhere. */
  policy: number;
  /** Keywords wanted, low 32 bits; for record kinds that have keywords. */
  keywordsLow: number;
  /** Keywords wanted, high 32 bits. */
  keywordsHigh: number;
  /** What lies before this position of the ring counts as cleared. */
  clearMark: number;
}

const word = (offset: number): number => offset >> 2;

/**
 * Reads the control words of a ring.
 *
 * @param words The ring's header, as 32-bit words.
 * @param into Object to fill, so that a writer allocates nothing.
 */
export function readControl(
  words: Int32Array,
  into: ControlWords = {
    enabled: true,
    minLevel: 0,
    policy: 0,
    keywordsLow: 0,
    keywordsHigh: 0,
    clearMark: 0,
  },
): ControlWords {
  const at = (offset: number): number => words[word(offset)] ?? 0;
  into.enabled = at(Header.CONTROL_ENABLED) !== 0;
  into.minLevel = at(Header.CONTROL_MIN_LEVEL) >>> 0;
  into.policy = at(Header.CONTROL_POLICY) >>> 0;
  into.keywordsLow = at(Header.CONTROL_KEYWORDS);
  into.keywordsHigh = at(Header.CONTROL_KEYWORDS + 4);
  into.clearMark =
    (at(Header.CONTROL_CLEAR_MARK + 4) >>> 0) * 0x1_0000_0000 + (at(Header.CONTROL_CLEAR_MARK) >>> 0);
  return into;
}

/** What one writer process does until it is killed. */
export interface Load {
  readonly mode: 'mapped' | 'positional';
  readonly policy: 'overwrite' | 'discard';
  readonly size: number;
  readonly keepSize: number;
  /** Characters of a record behind its number and hash, fewest and most. */
  readonly min: number;
  readonly max: number;
  /** Worker threads that write too, into rings of their own. */
  readonly workers: number;
}

const USUAL: Load = {
  mode: 'mapped',
  policy: 'overwrite',
  size: 20480,
  keepSize: 5120,
  min: 10,
  max: 120,
  workers: 0,
};

/** The loads that a soak goes through in turn. */
export const LOADS: Readonly<Record<string, Load>> = {
  'usual records, two threads': { ...USUAL, workers: 1 },
  'small records in the smallest rings': { ...USUAL, size: 4096, keepSize: 1024, min: 0, max: 40 },
  'records of up to a quarter of the ring': { ...USUAL, size: 16384, keepSize: 16384, max: 1300 },
  'large rings, three threads': { ...USUAL, size: 1 << 20, keepSize: 1 << 17, max: 4000, workers: 2 },
  'a ring that refuses': { ...USUAL, policy: 'discard', size: 8192, keepSize: 4096 },
  'usual records, positional': { ...USUAL, mode: 'positional' },
  'small rings, positional': {
    ...USUAL,
    mode: 'positional',
    size: 4096,
    keepSize: 1024,
    max: 40,
  },
  'records larger than a page, positional': {
    ...USUAL,
    mode: 'positional',
    size: 65536,
    keepSize: 65536,
    min: 3000,
    max: 6000,
  },
};

/** Name of the buffer of a writer that is a whole process. */
export const BUFFER = 'soak';

/** Words that a writer acknowledges its records in: two for each of its rings, see {@link acknowledgement}. */
export const ACKNOWLEDGEMENT_BYTES = 4096;

/**
 * Index of the first of the two words of a ring: the number of the last record whose append has returned, and how
 * many of those before were stored and not refused.
 */
export function acknowledgement(thread: number, role: 'm' | 'k'): number {
  return thread * 4 + (role === 'k' ? 2 : 0);
}

import type { ProcessEntry, RingFile, TraceRecord } from '@tracebuf/ring';
import { type RecordSequence, RingSource } from '@tracebuf/ring/files';

/** So long, in milliseconds, the append of a record takes, with what may hold its thread up as a rule. */
const APPEND_MS = 2;

/** A ring that a feed reads. */
export interface FedRing {
  readonly key: string;
  readonly source: RingSource;
  /** Number of the last record that was given. */
  position: number;
  /** Records that were read and not given yet: see {@link IncidentFeed.read}. */
  held: TraceRecord[];
  /** Whether its file is gone while its process lives: its thread ended, and made room for others. */
  isGone: boolean;
}

/** Tells a ring from all others, also of other processes: `4711.0123456789.0.main`. */
export function ringKey(process: string, thread: number, role: string): string {
  return `${process}.${thread}.${role}`;
}

/**
 * Opens a ring.
 *
 * @param start Number of the last record of each ring that is not wanted any more.
 * @returns `undefined` where that can't be done now: it is still being made, gone, or damaged.
 */
export function openRing(
  entry: ProcessEntry,
  file: RingFile,
  start: ReadonlyMap<string, number>,
): FedRing | undefined {
  try {
    const source = new RingSource(entry, file, () => {});
    const key = ringKey(entry.key, file.thread, source.reader.descriptor.role);
    const position = start.get(key) ?? 0;
    // Fewer records than were read of it already: another ring in its place.
    const isAnother = position > 0 && appendedTo(source) < position;
    return { key, source, position: isAnother ? 0 : position, held: [], isGone: false };
  } catch {
    return undefined;
  }
}

/** How many records a ring has got; 0 where it can't be read any more. */
export function appendedTo({ reader }: RingSource): number {
  try {
    return reader.counts().appended;
  } catch {
    return 0;
  }
}

/** A time of the monotonic clock, in milliseconds, as the records of a ring carry it, less what an append takes. */
export function timeIn({ source: { reader } }: FedRing, monotonic: number): number {
  return reader.wallTime(monotonic - APPEND_MS - reader.descriptor.monotonicOrigin);
}

/** What a ring held back, and what has come since, up to a time in microseconds; what follows is held back. */
export function ripe(ring: FedRing, until: number): RecordSequence {
  const before = ring.held;
  ring.held = [];
  const fresh = recordsOf(ring.source);
  function* records(): Generator<TraceRecord, void> {
    yield* before;
    for (const record of fresh) {
      // All that follow one that is held, or their order would be lost.
      if (record.time > until || ring.held.length > 0) ring.held.push(record);
      else yield record;
    }
  }
  const taken = records();
  return {
    [Symbol.iterator]: () => taken,
    get fraction() {
      return fresh.fraction ?? 0;
    },
  };
}

function recordsOf(source: RingSource): RecordSequence {
  try {
    return source.records();
  } catch {
    // Cut down to nothing, or not to be read any more: the others are.
    return [];
  }
}

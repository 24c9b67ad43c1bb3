import type { ProcessEntry } from './process-entry.ts';
import { isBooked, type RemovedBook } from './removed-rings.ts';
import type { RingCounts } from './ring-reader.ts';
import type { RingSource } from './ring-source.ts';

/** One trace buffer of one process, as a person sees it: all of its rings together. */
export interface BufferStatus {
  readonly process: string;
  readonly pid: number;
  /** Name of the process's directory. */
  readonly key: string;
  readonly buffer: string;
  /** `positional` where any of its rings is. */
  readonly mode: 'mapped' | 'positional';
  readonly policy: 'overwrite' | 'discard';
  /** Bytes of data of all its rings. */
  readonly size: number;
  /** Whether records are stored, in every thread. */
  readonly enabled: boolean;
  /** Records below this level are not stored. */
  readonly minLevel: number;
  /** Generation of a policy kept elsewhere; see `TraceBuffer.policy`. */
  readonly policyGeneration: number;
  /** Mask of 64 keywords that are wanted, for record kinds that have them. */
  readonly keywords: bigint;
  /** Threads that have, or had, rings of it. */
  readonly threads: readonly number[];
  /** Sum over its rings; what rings of ended threads held that are gone counts as evicted. */
  readonly counts: RingCounts;
}

/**
 * Sums the rings of each buffer of each process up.
 *
 * @param isWanted Which buffers are asked for, of those that only have rings that are gone.
 */
export function bufferStatus(
  rings: readonly RingSource[],
  isWanted: (buffer: string) => boolean = () => true,
): BufferStatus[] {
  return [...Map.groupBy(rings, ({ process }) => process.key).values()].flatMap((ofProcess) => {
    const [first] = ofProcess;
    if (first === undefined) return [];
    const book = removedBook(first.process);
    const present = ofProcess.filter(({ file }) => !isBooked(book, file.buffer, file.thread));
    const groups = Map.groupBy(present, ({ file }) => file.buffer);
    const statuses = [...groups.values()].flatMap(statusOf);
    for (const [buffer, { records }] of book.buffers) {
      const counts = { ...NOTHING, appended: records, evicted: records };
      const index = statuses.findIndex((status) => status.buffer === buffer);
      const status = statuses[index];
      if (status !== undefined) statuses[index] = { ...status, counts: add(status.counts, counts) };
      else if (isWanted(buffer)) statuses.push(goneStatus(first.process, buffer, counts));
    }
    return statuses;
  });
}

function removedBook(process: ProcessEntry): RemovedBook {
  try {
    return process.removedRings();
  } catch {
    // What can't be listed has told so where its rings were listed.
    return { buffers: new Map(), removing: new Set() };
  }
}

const NOTHING: RingCounts = {
  appended: 0,
  readable: 0,
  evicted: 0,
  discarded: 0,
  cleared: 0,
  damaged: 0,
  cut: 0,
  replaced: 0,
  used: 0,
};

/** A buffer of which nothing is left but what was booked. */
function goneStatus({ name, pid, key }: ProcessEntry, buffer: string, counts: RingCounts): BufferStatus {
  return {
    process: name,
    pid,
    key,
    buffer,
    mode: 'mapped',
    policy: 'overwrite',
    size: 0,
    enabled: true,
    minLevel: 0,
    policyGeneration: 0,
    keywords: 0n,
    threads: [],
    counts,
  };
}

function statusOf(rings: readonly RingSource[]): BufferStatus[] {
  const books = rings.flatMap(({ reader }) => {
    try {
      return [{ counts: reader.counts(), ring: reader.descriptor, cursors: reader.cursors }];
    } catch {
      // Cut short since it was opened: what is left of it is not countable.
      return [];
    }
  });
  const [first] = rings;
  if (first === undefined || books.length === 0) return [];
  const main = books.find(({ ring }) => ring.role === 'main') ?? books[0];
  return [
    {
      process: first.process.name,
      pid: first.process.pid,
      key: first.process.key,
      buffer: first.file.buffer,
      mode: books.some(({ ring }) => ring.mode === 'positional') ? 'positional' : 'mapped',
      policy: main?.ring.policy ?? 'overwrite',
      size: books.reduce((sum, { ring }) => sum + ring.capacity, 0),
      enabled: books.every(({ cursors }) => cursors.enabled),
      minLevel: main?.cursors.minLevel ?? 0,
      policyGeneration: main?.cursors.policy ?? 0,
      keywords: main?.cursors.keywords ?? 0n,
      threads: [...new Set(rings.map(({ file }) => file.thread))].sort((a, b) => a - b),
      counts: books.map(({ counts }) => counts).reduce(add),
    },
  ];
}

function add(a: RingCounts, b: RingCounts): RingCounts {
  return {
    appended: a.appended + b.appended,
    readable: a.readable + b.readable,
    evicted: a.evicted + b.evicted,
    discarded: a.discarded + b.discarded,
    cleared: a.cleared + b.cleared,
    damaged: a.damaged + b.damaged,
    cut: a.cut + b.cut,
    replaced: a.replaced + b.replaced,
    used: a.used + b.used,
  };
}

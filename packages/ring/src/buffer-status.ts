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
  /** Sum over its rings. */
  readonly counts: RingCounts;
}

/** Sums the rings of each buffer of each process up. */
export function bufferStatus(rings: readonly RingSource[]): BufferStatus[] {
  const groups = new Map<string, RingSource[]>();
  for (const ring of rings) {
    const key = `${ring.process.key}/${ring.file.buffer}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [ring]);
    else group.push(ring);
  }
  return [...groups.values()].flatMap(statusOf);
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

import { lstatSync } from 'node:fs';
import type { ProcessState } from './liveness.ts';
import { mergeByTime, type RecordSequence } from './merge.ts';
import type { ProcessEntry, RingFile } from './process-entry.ts';
import type { TraceRecord } from './record.ts';
import { RingSource } from './ring-source.ts';

/** Which records a {@link RecordFeed} gives. */
export interface RecordFeedOptions {
  /** Names of buffers; default: all. */
  readonly buffers?: readonly string[];
  /** Number of the last record of each ring that is not wanted any more, by {@link FedRing.key}; none: all are wanted. */
  readonly start?: ReadonlyMap<string, number>;
  /**
   * Whether what was overwritten before the first look counts as missed. `false` where nobody has read before: it was not
   * there to be taken. Default `true`.
   */
  readonly countsFromStart?: boolean;
  /** Keys of processes that are over and were read to their end. */
  readonly finished?: Iterable<string>;
  /** Whether records that are not wanted any more are given once more, as {@link FeedItem.known}. Default `false`. */
  readonly repeats?: boolean;
  /** Told which file could not be read, or not all of it; reading goes on with the others (R6). */
  readonly report?: (file: RingFile, error: unknown) => void;
}

/** A ring that is read from a position on. */
export interface FedRing {
  /**
   * Tells it from all others, also of other processes, and from one made later in the same place:
   * `4711.0123456789/mybuf.0.ring/1234`.
   */
  readonly key: string;
  readonly process: ProcessEntry;
  readonly file: RingFile;
  readonly source: RingSource;
  /** Number of the last record that was given; whoever takes records out of {@link FedRing.source} sets it. */
  position: number;
  /** Up to here, records were taken by an earlier reader. */
  readonly knownTo: number;
}

/** One step of a ring: a record, or how many were missed. */
export interface FeedItem {
  readonly ring: FedRing;
  /** When the record was written, in microseconds since 1970. */
  readonly time: number;
  /** Position to which this brings the reader of the ring. */
  readonly seq: number;
  /** How many records before this one were overwritten, or refused, before they could be read. */
  readonly missed: number;
  /** Absent where there is only something missed. */
  readonly record?: TraceRecord;
  /** Whether it was taken before, by an earlier reader. */
  readonly known: boolean;
}

/** A ring, or a process, that nothing more will come of. */
export interface FeedEnd {
  readonly process: ProcessEntry;
  /** The ring; absent: the whole process is over. */
  readonly ring?: FedRing;
  /** Records of the ring that were never read, beyond its position. */
  readonly missed: number;
}

interface FedProcess {
  entry: ProcessEntry;
  state: ProcessState;
  /** Whether its directory is gone; its rings are still open. */
  isRemoved: boolean;
  /** By {@link FedRing.key}. */
  readonly rings: Map<string, FedRing>;
  /** Keys of rings whose file is gone while the process lives: their thread ended, or made another one. */
  readonly gone: Set<string>;
}

/**
 * So many processes that retention has removed, and so many rings of ended threads of each process, are kept open until
 * they have been read: their memory is not free before.
 */
const MAX_GONE = 16;

/**
 * The records of processes, live or dead, from given positions on, for readers that must miss none and take none twice,
 * also across restarts: they keep {@link FedRing.position} of each ring with what they have done. What was overwritten is
 * counted by the numbers of the records, ring by ring, exactly.
 *
 * ```ts
 * feed.update(listProcesses().processes);
 * for (const item of feed.items()) take(item);
 * for (const end of feed.ends()) forget(end);
 * ```
 *
 * Rings are copied only while somebody reads: a reader that is held up holds at most one copy of each.
 */
export class RecordFeed {
  readonly #buffers: ReadonlySet<string> | undefined;
  readonly #start: ReadonlyMap<string, number>;
  readonly #countsFromStart: boolean;
  readonly #repeats: boolean;
  readonly #report: (file: RingFile, error: unknown) => void;
  readonly #processes = new Map<string, FedProcess>();
  /** Processes that are over and were read to their end. */
  readonly #finished: Set<string>;
  #hasRead = false;
  /** What was open, and over, when it was read last. */
  #over: FedProcess[] = [];
  #goneRings: (readonly [FedProcess, FedRing])[] = [];
  #ends: FeedEnd[] = [];

  constructor(options: RecordFeedOptions = {}) {
    this.#buffers = options.buffers === undefined ? undefined : new Set(options.buffers);
    this.#start = options.start ?? new Map();
    this.#countsFromStart = options.countsFromStart ?? true;
    this.#repeats = options.repeats ?? false;
    this.#finished = new Set(options.finished);
    this.#report = options.report ?? (() => {});
  }

  /**
   * Takes notice of processes that came, ended or were removed, and of rings that came. To be called about every second,
   * also while nobody can read.
   *
   * @param processes All there are now, from `listProcesses`.
   */
  update(processes: readonly ProcessEntry[]): void {
    const present = new Set<string>();
    for (const entry of processes) {
      present.add(entry.key);
      if (this.#finished.has(entry.key)) continue;
      const fed = this.#processes.get(entry.key) ?? newProcess(entry);
      fed.entry = entry;
      // The state first: what was appended before the end is in the rings that are found after it.
      fed.state = entry.state;
      this.#openRings(fed);
      this.#processes.set(entry.key, fed);
      for (const key of [...fed.gone].slice(0, -MAX_GONE)) {
        const ring = fed.rings.get(key);
        if (ring !== undefined) this.#giveUp(fed, ring);
      }
    }
    for (const key of this.#finished) if (!present.has(key)) this.#finished.delete(key);
    const removed = [...this.#processes.values()].filter(({ entry }) => !present.has(entry.key));
    for (const fed of removed) fed.isRemoved = true;
    for (const fed of removed.slice(0, -MAX_GONE)) {
      for (const ring of fed.rings.values()) this.#giveUp(fed, ring);
      this.#finish(fed);
    }
  }

  /** Whether the feed has rings of a process, or had them until they were read to their end. @param key Its key. */
  knows(key: string): boolean {
    return this.#processes.has(key) || this.#finished.has(key);
  }

  /** Keys of processes that are over and were read to their end, of those that are still there. */
  get finished(): ReadonlySet<string> {
    return this.#finished;
  }

  /** The rings that are open now. */
  rings(): FedRing[] {
    return [...this.#processes.values()].flatMap(({ rings }) => [...rings.values()]);
  }

  /**
   * What has come since the last call, oldest first. Rings are copied at once, records are decoded as they are taken.
   * Take all of it before the next call.
   */
  *items(): Generator<FeedItem, void> {
    const repeats = this.#repeats;
    const sequences = this.batches().map(({ ring, sequence }) => itemsOf(ring, sequence, repeats));
    yield* mergeByTime(sequences);
  }

  /** As {@link items}, ring by ring, for readers that need no order between them. The caller keeps the positions. */
  batches(): { readonly ring: FedRing; readonly sequence: RecordSequence }[] {
    this.#hasRead = true;
    const fed = [...this.#processes.values()];
    this.#over = fed.filter(({ state, isRemoved }) => isRemoved || state === 'ended' || state === 'died');
    this.#goneRings = fed.flatMap((process) =>
      [...process.gone].flatMap((key) => {
        const ring = process.rings.get(key);
        return ring === undefined ? [] : [[process, ring] as const];
      }),
    );
    return this.rings().flatMap((ring) => {
      try {
        return [{ ring, sequence: ring.source.records() }];
      } catch (error) {
        // Cut down to nothing, or not to be read any more: the others are.
        this.#report(ring.file, error);
        return [];
      }
    });
  }

  /** Rings and processes that the last batch brought to their end, and those that were given up unread. */
  ends(): FeedEnd[] {
    for (const [fed, ring] of this.#goneRings) this.#giveUp(fed, ring);
    for (const fed of this.#over) {
      for (const ring of fed.rings.values()) this.#giveUp(fed, ring);
      this.#finish(fed);
    }
    this.#goneRings = [];
    this.#over = [];
    const ends = this.#ends;
    this.#ends = [];
    return ends;
  }

  /** Closes all rings. */
  close(): void {
    for (const { rings } of this.#processes.values())
      for (const { source } of rings.values()) source.reader.close();
    this.#processes.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #openRings(fed: FedProcess): void {
    const present = new Set<string>();
    for (const file of fed.entry.ringFiles()) {
      if (this.#buffers?.has(file.buffer) === false) continue;
      try {
        const key = ringKey(fed.entry, file);
        if (key === undefined) continue;
        present.add(key);
        if (fed.rings.has(key)) continue;
        const source = new RingSource(fed.entry, file, (error) => this.#report(file, error));
        const position = this.#start.get(key) ?? this.#firstPosition(source);
        const knownTo = this.#start.get(key) ?? 0;
        fed.rings.set(key, { key, process: fed.entry, file, source, position, knownTo });
      } catch (error) {
        // Still being made, or gone: looked at again the next time.
        if (fed.state !== 'alive') this.#report(file, error);
      }
    }
    for (const key of fed.rings.keys()) if (!present.has(key)) fed.gone.add(key);
  }

  /** Where a ring is read from that was not read before. */
  #firstPosition(source: RingSource): number {
    if (this.#countsFromStart || this.#hasRead) return 0;
    const { appended, readable } = source.reader.counts();
    return appended - readable;
  }

  /** Closes a ring; what was not read of it is missed. */
  #giveUp(fed: FedProcess, ring: FedRing): void {
    let appended = ring.position;
    try {
      ({ appended } = ring.source.reader.counts());
    } catch {
      // Not even its books can be read any more.
    }
    ring.source.reader.close();
    fed.rings.delete(ring.key);
    fed.gone.delete(ring.key);
    this.#ends.push({ process: fed.entry, ring, missed: Math.max(0, appended - ring.position) });
  }

  #finish(fed: FedProcess): void {
    this.#processes.delete(fed.entry.key);
    if (!fed.isRemoved) this.#finished.add(fed.entry.key);
    this.#ends.push({ process: fed.entry, missed: 0 });
  }
}

/** {@link FedRing.key} of a ring; `undefined` where it is gone. */
export function ringKey(process: ProcessEntry, file: RingFile): string | undefined {
  const stats = lstatSync(file.path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${process.key}/${file.name}/${stats.ino}`;
}

function newProcess(entry: ProcessEntry): FedProcess {
  return { entry, state: entry.state, isRemoved: false, rings: new Map(), gone: new Set() };
}

/** The records of one ring as items. @param repeats Whether those that were taken before are given, too. */
function itemsOf(ring: FedRing, sequence: RecordSequence, repeats: boolean): RecordSequence<FeedItem> {
  function* items(): Generator<FeedItem, void> {
    for (const record of sequence) {
      // What stands for lost records is not needed: the next number tells.
      if (record.kind === 'lost') continue;
      const { time, seq } = record;
      if (seq <= ring.position) {
        if (repeats && seq <= ring.knownTo)
          yield { ring, time, seq: ring.position, missed: 0, record, known: true };
        continue;
      }
      const missed = seq - ring.position - 1;
      // Somebody wanted them gone: they are passed over, and what was overwritten before them is not.
      ring.position = record.kind === 'cleared' ? seq + (record.count ?? 1) - 1 : seq;
      const step = { ring, time, seq: ring.position, missed, known: false };
      yield record.kind === 'cleared' ? step : { ...step, record };
    }
  }
  const generator = items();
  return {
    [Symbol.iterator]: () => generator,
    get fraction() {
      return sequence.fraction ?? 0;
    },
  };
}

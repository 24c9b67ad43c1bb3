import { lstatSync } from 'node:fs';
import { mergeByTime, type ProcessEntry, type TraceRecord } from '@tracebuf/ring';
import { type RecordSequence, RingSource } from '@tracebuf/ring/files';

/** What a feed gives: a record, or only where a ring stands, or that a process has nothing more to come. */
export interface FeedItem {
  readonly process: ProcessEntry;
  /** The ring that it is from; absent at the end of a process. */
  readonly ring?: string;
  /** Number to which this brings the reader of the ring. */
  readonly seq: number;
  /** How many records before this one were overwritten before they could be read. */
  readonly missed: number;
  /** Absent where records were cleared or given up, and at the end of a process. */
  readonly record?: TraceRecord;
  /** Whether it was given before, to an earlier forwarder. */
  readonly known: boolean;
}

/** Where reading starts. */
export interface FeedStart {
  /** Number of the last record of each ring that was dealt with, by {@link FeedItem.ring}. */
  readonly rings: ReadonlyMap<string, number>;
  /** Directories of processes that are over and dealt with. */
  readonly finished: ReadonlySet<string>;
  /**
   * Whether what was overwritten before the first look counts as missed. Not where nobody has read before: it was not there
   * to be sent.
   */
  readonly countsFromStart: boolean;
}

interface FedRing {
  readonly key: string;
  readonly source: RingSource;
  /** Number of the last record that was given, here or before. */
  position: number;
  /** Up to here, records were given before. */
  readonly knownTo: number;
}

interface FedProcess {
  entry: ProcessEntry;
  /** Whether its directory is gone; its rings are still open. */
  isRemoved: boolean;
  readonly rings: Map<string, FedRing>;
}

/** So many processes whose directories retention has removed are kept open until they were read: their memory is not free before. */
const MAX_REMOVED = 16;

/**
 * The records of processes, live or dead, merged by time, with the position of each in its ring. What was overwritten is
 * counted by the numbers of the records, also across restarts of who reads.
 *
 * Rings are copied piece by piece as records are taken: who is held up holds a piece of each.
 */
export class RecordFeed {
  readonly #start: FeedStart;
  readonly #processes = new Map<string, FedProcess>();
  readonly #finished: Set<string>;
  readonly #left: FeedItem[] = [];
  #hasRead = false;

  constructor(start: FeedStart) {
    this.#start = start;
    this.#finished = new Set(start.finished);
  }

  /** Takes notice of processes that came, ended or were removed, and of rings that came. To be called about every second. */
  update(processes: readonly ProcessEntry[]): void {
    const present = new Set<string>();
    for (const entry of processes) {
      present.add(entry.key);
      if (this.#finished.has(entry.key)) continue;
      const fed = this.#processes.get(entry.key) ?? { entry, isRemoved: false, rings: new Map() };
      // The state first: what was appended before the end is in the rings that are found after it.
      fed.entry = entry;
      this.#openRings(fed);
      this.#processes.set(entry.key, fed);
    }
    for (const key of this.#finished) if (!present.has(key)) this.#finished.delete(key);
    const removed: FedProcess[] = [];
    for (const [key, fed] of this.#processes) {
      if (present.has(key)) continue;
      fed.isRemoved = true;
      removed.push(fed);
    }
    for (const fed of removed.slice(0, -MAX_REMOVED)) this.#giveUp(fed);
  }

  /** Processes that are over and dealt with, of those that are still there. */
  get finished(): ReadonlySet<string> {
    return this.#finished;
  }

  /** What has come since the last call. All of it has to be taken before the next call; that may take its time. */
  *read(): Generator<FeedItem, void> {
    this.#hasRead = true;
    yield* this.#left.splice(0);
    const over = [...this.#processes.values()].filter((fed) => fed.isRemoved || isOver(fed.entry));
    const origins = new WeakMap<TraceRecord, readonly [FedProcess, FedRing]>();
    const sequences: RecordSequence[] = [];
    for (const fed of this.#processes.values()) {
      for (const ring of fed.rings.values()) {
        const sequence = recordsOf(ring.source);
        if (sequence !== undefined)
          sequences.push(marked(sequence, (record) => origins.set(record, [fed, ring])));
      }
    }
    for (const record of mergeByTime(sequences)) {
      const origin = origins.get(record);
      if (origin === undefined) continue;
      const item = itemOf(...origin, record);
      if (item !== undefined) yield item;
    }
    for (const fed of over) {
      if (this.#processes.get(fed.entry.key) !== fed) continue;
      yield { process: fed.entry, seq: 0, missed: 0, known: false };
      this.#finish(fed);
    }
  }

  /** Closes all rings. */
  close(): void {
    for (const fed of this.#processes.values()) closeRings(fed);
    this.#processes.clear();
  }

  #openRings(fed: FedProcess): void {
    for (const file of fed.entry.ringFiles()) {
      try {
        // A buffer that was made anew has another file of the same name.
        const key = `${fed.entry.key}/${file.name}#${lstatSync(file.path).ino}`;
        if (fed.rings.has(key)) continue;
        const source = new RingSource(fed.entry, file, () => undefined);
        fed.rings.set(key, { key, source, ...this.#positionOf(key, source) });
      } catch {
        // Still being made, gone, or damaged: looked at again the next time.
      }
    }
  }

  #positionOf(key: string, source: RingSource): { position: number; knownTo: number } {
    const { appended, readable } = source.reader.counts();
    const before = this.#start.rings.get(key);
    // Fewer records than were read of it already: another ring in its place.
    if (before !== undefined && before <= appended) return { position: before, knownTo: before };
    const countsFromStart = this.#start.countsFromStart || this.#hasRead;
    return { position: countsFromStart ? 0 : appended - readable, knownTo: 0 };
  }

  /** Gives up a process that was removed before it could be read. */
  #giveUp(fed: FedProcess): void {
    for (const { key, source, position } of fed.rings.values()) {
      const { appended } = source.reader.counts();
      if (appended <= position) continue;
      this.#left.push({
        process: fed.entry,
        ring: key,
        seq: appended,
        missed: appended - position,
        known: false,
      });
    }
    this.#left.push({ process: fed.entry, seq: 0, missed: 0, known: false });
    this.#finish(fed);
  }

  #finish(fed: FedProcess): void {
    closeRings(fed);
    this.#processes.delete(fed.entry.key);
    if (!fed.isRemoved) this.#finished.add(fed.entry.key);
  }
}

function isOver({ state }: ProcessEntry): boolean {
  return state === 'ended' || state === 'died';
}

function closeRings({ rings }: FedProcess): void {
  for (const { source } of rings.values()) source.reader.close();
  rings.clear();
}

function recordsOf(source: RingSource): RecordSequence | undefined {
  try {
    return source.records();
  } catch {
    // Cut down to nothing, or not to be read any more: the others are.
    return undefined;
  }
}

/** The sequence, with each record told of before it is given. */
function marked(sequence: RecordSequence, tell: (record: TraceRecord) => void): RecordSequence {
  function* records(): Generator<TraceRecord, void> {
    for (const record of sequence) {
      tell(record);
      yield record;
    }
  }
  const decoded = records();
  return {
    [Symbol.iterator]: () => decoded,
    get fraction() {
      return sequence.fraction ?? 0;
    },
  };
}

function itemOf({ entry }: FedProcess, ring: FedRing, record: TraceRecord): FeedItem | undefined {
  const about = { process: entry, ring: ring.key };
  // What stands for lost records is not needed: the next number tells.
  if (record.kind === 'lost') return undefined;
  if (record.seq <= ring.knownTo) return { ...about, seq: ring.position, missed: 0, record, known: true };
  const missed = Math.max(0, record.seq - ring.position - 1);
  if (record.kind === 'cleared') {
    // Somebody wanted them gone: they are passed over, and what was overwritten before them is not.
    ring.position = record.seq + (record.count ?? 1) - 1;
    return { ...about, seq: ring.position, missed, known: false };
  }
  ring.position = record.seq;
  return { ...about, seq: record.seq, missed, record, known: false };
}

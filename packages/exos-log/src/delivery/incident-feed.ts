import {
  mergeByTime,
  type ProcessEntry,
  type ProcessState,
  type RingFile,
  registerDecoder,
  type TraceRecord,
} from '@tracebuf/ring';
import type { RecordSequence } from '@tracebuf/ring/files';
import { incidentDecoder, SYSTEM_LOG_BUFFER } from '../system-log/incident-record.ts';
import { appendedTo, type FedRing, openRing, ripe, timeIn } from './fed-ring.ts';

/** What a feed gives: a record, or how many were missed, or that a process has nothing more to come. */
export interface FeedItem {
  /** The process, by the name of its directory. */
  readonly process: string;
  /** Name of the process. */
  readonly processName: string;
  /** When the process started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The ring that it is from; see `ringKey`. */
  readonly ring?: string;
  /** Position to which this brings the reader of the ring. */
  readonly seq: number;
  /** How many records before this one were overwritten before they could be read. */
  readonly missed: number;
  /** Absent where there is only something missed, or the end of the process. */
  readonly record?: TraceRecord;
  /** Whether the process has ended, and this is the last item of it. */
  readonly ended?: boolean;
}

interface FedProcess {
  entry: ProcessEntry;
  state: ProcessState;
  /** Whether its directory is gone; its rings are still open. */
  isRemoved: boolean;
  readonly rings: Map<string, FedRing>;
  /** Threads that had not made both of their rings when they were seen first. */
  readonly unfinished: Set<number>;
}

/**
 * So many processes that retention has removed, and so many rings of ended threads of each process, are kept open until
 * they have been read: their memory is not free before.
 */
const MAX_REMOVED = 16;

/**
 * The incidents of processes, live or dead, from given positions on, merged by time. What was overwritten is counted by
 * the numbers of the records, ring by ring: exactly, also across restarts of who reads.
 *
 * Rings are only copied while somebody reads: a reader that is held up holds at most one copy of each.
 */
export class IncidentFeed {
  readonly #start: ReadonlyMap<string, number>;
  readonly #processes = new Map<string, FedProcess>();
  /** Processes that are over and were read to their end. */
  readonly #finished = new Set<string>();
  readonly #left: FeedItem[] = [];

  /** @param start Number of the last record of each ring that is not wanted any more; none: all of the ring is. */
  constructor(start: ReadonlyMap<string, number> = new Map()) {
    this.#start = start;
    registerDecoder(incidentDecoder);
  }

  /**
   * Takes notice of processes that came, ended or were removed, and of rings that came. To be called about every second,
   * also while nobody can read.
   */
  update(processes: readonly ProcessEntry[]): void {
    const present = new Set<string>();
    for (const entry of processes) {
      present.add(entry.key);
      if (this.#finished.has(entry.key)) continue;
      const known = this.#processes.get(entry.key);
      const fed = known ?? {
        entry,
        state: entry.state,
        isRemoved: false,
        rings: new Map(),
        unfinished: new Set(),
      };
      fed.entry = entry;
      // The state first: what was appended before the end is in the rings that are found after it.
      fed.state = entry.state;
      openRings(fed, this.#start);
      const gone = [...fed.rings.values()].filter(({ isGone }) => isGone);
      for (const ring of gone.slice(0, -MAX_REMOVED)) {
        this.#left.push(...this.#unread(fed, ring));
        closeRing(fed, ring);
      }
      this.#processes.set(entry.key, fed);
    }
    for (const key of this.#finished) if (!present.has(key)) this.#finished.delete(key);
    const removed: FedProcess[] = [];
    for (const [key, fed] of this.#processes) {
      if (present.has(key)) continue;
      fed.isRemoved = true;
      removed.push(fed);
    }
    for (const fed of removed.slice(0, -MAX_REMOVED)) this.#abandon(fed);
  }

  /** Whether the feed has rings of a process, or had them until they were read to their end. */
  knows(process: string): boolean {
    return this.#processes.has(process) || this.#finished.has(process);
  }

  /** Whether records were read that the next {@link read} gives. */
  get holdsBack(): boolean {
    for (const { rings } of this.#processes.values())
      for (const { held } of rings.values()) if (held.length > 0) return true;
    return false;
  }

  /**
   * What has come since the last call. The caller may take its time, but must take all of it before the next call.
   *
   * The rings are copied one after the other. What is younger than the first copy is held back until the next call, where
   * it can be put in its place among what the other rings got meanwhile; and no longer, should a clock be wrong.
   */
  *read(): Generator<FeedItem, void> {
    const now = Number(process.hrtime.bigint()) / 1e6;
    yield* this.#left.splice(0);
    const over = [...this.#processes.values()].filter(({ state, isRemoved }) => isRemoved || isOver(state));
    const gone: (readonly [FedProcess, FedRing])[] = [];
    const origins = new WeakMap<TraceRecord, readonly [FedProcess, FedRing]>();
    const sequences: RecordSequence[] = [];
    for (const fed of this.#processes.values()) {
      for (const ring of fed.rings.values()) {
        if (ring.isGone) gone.push([fed, ring]);
        const isLast = ring.isGone || over.includes(fed);
        const sequence = ripe(ring, isLast ? Number.POSITIVE_INFINITY : timeIn(ring, now));
        sequences.push(marked(sequence, (record) => origins.set(record, [fed, ring])));
      }
    }
    for (const record of mergeByTime(sequences)) {
      const origin = origins.get(record);
      if (origin !== undefined) yield* next(...origin, record);
    }
    for (const [fed, ring] of gone) closeRing(fed, ring);
    for (const fed of over) {
      yield this.#item(fed, { seq: 0, missed: 0, ended: true });
      this.#finish(fed);
    }
  }

  /** Closes all rings. */
  close(): void {
    for (const fed of this.#processes.values()) closeRings(fed);
    this.#processes.clear();
  }

  /** Gives up a process that was removed before it could be read. */
  #abandon(fed: FedProcess): void {
    for (const ring of fed.rings.values()) this.#left.push(...this.#unread(fed, ring));
    this.#left.push(this.#item(fed, { seq: 0, missed: 0, ended: true }));
    this.#finish(fed);
  }

  /** What is missed of a ring that is given up. */
  #unread(fed: FedProcess, { key, source, position }: FedRing): FeedItem[] {
    const appended = appendedTo(source);
    const missed = appended - position;
    return missed > 0 ? [this.#item(fed, { ring: key, seq: appended, missed })] : [];
  }

  #finish(fed: FedProcess): void {
    closeRings(fed);
    this.#processes.delete(fed.entry.key);
    if (!fed.isRemoved) this.#finished.add(fed.entry.key);
  }

  #item({ entry }: FedProcess, rest: Pick<FeedItem, 'seq' | 'missed' | 'ring' | 'ended'>): FeedItem {
    return { process: entry.key, processName: entry.name, startedAt: entry.startedAt, ...rest };
  }
}

function isOver(state: ProcessState): boolean {
  return state === 'ended' || state === 'died';
}

function openRings(fed: FedProcess, start: ReadonlyMap<string, number>): void {
  const files = ringFilesOf(fed.entry)?.filter(({ buffer }) => buffer === SYSTEM_LOG_BUFFER);
  if (files === undefined) return;
  const present = new Set(files.map(({ path }) => path));
  for (const [path, ring] of fed.rings) ring.isGone = !present.has(path);
  const fresh = files.filter(({ path }) => !fed.rings.has(path));
  for (const [thread, ofThread] of Map.groupBy(fresh, (file) => file.thread)) {
    const opened = ofThread.flatMap((file) => openRing(fed.entry, file, start) ?? []);
    const isWhole = opened.length === ofThread.length && opened.length > 1;
    if (isWhole || isOver(fed.state) || fed.unfinished.has(thread)) {
      for (const ring of opened) fed.rings.set(ring.source.file.path, ring);
    } else {
      // A thread makes one ring after the other: read before both are there, its records would not be in their order.
      fed.unfinished.add(thread);
      for (const { source } of opened) source.reader.close();
    }
  }
}

/** Its rings; `undefined` where they can't be listed now. */
function ringFilesOf(entry: ProcessEntry): RingFile[] | undefined {
  try {
    return entry.ringFiles();
  } catch {
    // No longer ours alone, or the directory was just removed: looked at again the next time.
    return undefined;
  }
}

function closeRing(fed: FedProcess, ring: FedRing): void {
  ring.source.reader.close();
  fed.rings.delete(ring.source.file.path);
}

function closeRings({ rings }: FedProcess): void {
  for (const { source } of rings.values()) source.reader.close();
  rings.clear();
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

/** The record as an item, unless it was given before. */
function* next({ entry }: FedProcess, ring: FedRing, record: TraceRecord): Generator<FeedItem, void> {
  const about = { process: entry.key, processName: entry.name, startedAt: entry.startedAt, ring: ring.key };
  // What stands for lost records is not needed: the next number tells.
  if (record.kind === 'lost' || record.seq <= ring.position) return;
  if (record.kind === 'cleared') {
    // Somebody wanted them gone: they are passed over, and what was overwritten before them is not.
    const missed = record.seq - ring.position - 1;
    ring.position = record.seq + (record.count ?? 1) - 1;
    yield { ...about, seq: ring.position, missed };
    return;
  }
  const missed = record.seq - ring.position - 1;
  ring.position = record.seq;
  yield { ...about, seq: record.seq, missed, record };
}

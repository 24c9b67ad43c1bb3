import {
  mergeByTime,
  type ProcessEntry,
  type ProcessState,
  registerDecoder,
  type TraceRecord,
} from '@tracebuf/ring';
import { type RecordSequence, RingSource } from '@tracebuf/ring/files';
import { incidentDecoder, SYSTEM_LOG_BUFFER } from '../system-log/incident-record.ts';

/** What a feed gives: a record, or how many were missed, or that a process has nothing more to come. */
export interface FeedItem {
  /** The process, by the name of its directory. */
  readonly process: string;
  /** Name of the process. */
  readonly processName: string;
  /** When the process started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The ring that it is from; see {@link ringKey}. */
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

interface FedRing {
  readonly key: string;
  readonly source: RingSource;
  /** Number of the last record that was given. */
  position: number;
  /** Records that were read and not given yet: see {@link IncidentFeed.read}. */
  held: TraceRecord[];
  /** Whether its file is gone while its process lives: its thread ended, and made room for others. */
  isGone: boolean;
}

interface FedProcess {
  entry: ProcessEntry;
  state: ProcessState;
  /** Whether its directory is gone; its rings are still open. */
  isRemoved: boolean;
  readonly rings: Map<string, FedRing>;
}

/**
 * So many processes that retention has removed, and so many rings of ended threads of each process, are kept open until
 * they have been read: their memory is not free before.
 */
const MAX_REMOVED = 16;

/** Tells a ring from all others, also of other processes: `4711.0123456789.0.main`. */
export function ringKey(process: string, thread: number, role: string): string {
  return `${process}.${thread}.${role}`;
}

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
      const fed = known ?? { entry, state: entry.state, isRemoved: false, rings: new Map() };
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
    const now = Date.now() * 1000;
    yield* this.#left.splice(0);
    const over = [...this.#processes.values()].filter(({ state, isRemoved }) => isRemoved || isOver(state));
    const gone: (readonly [FedProcess, FedRing])[] = [];
    const origins = new WeakMap<TraceRecord, readonly [FedProcess, FedRing]>();
    const sequences: RecordSequence[] = [];
    for (const fed of this.#processes.values()) {
      for (const ring of fed.rings.values()) {
        if (ring.isGone) gone.push([fed, ring]);
        const isLast = ring.isGone || over.includes(fed);
        const sequence = ripe(ring, isLast ? Number.POSITIVE_INFINITY : now);
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
    const { appended } = source.reader.counts();
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
  const files = fed.entry.ringFiles();
  const present = new Set(files.map(({ path }) => path));
  for (const [path, ring] of fed.rings) ring.isGone = !present.has(path);
  for (const file of files) {
    if (file.buffer !== SYSTEM_LOG_BUFFER || fed.rings.has(file.path)) continue;
    try {
      const source = new RingSource(fed.entry, file, () => {});
      const key = ringKey(fed.entry.key, file.thread, source.reader.descriptor.role);
      const position = start.get(key) ?? 0;
      // Fewer records than were read of it already: another ring in its place.
      const isAnother = position > 0 && source.reader.counts().appended < position;
      fed.rings.set(file.path, { key, source, position: isAnother ? 0 : position, held: [], isGone: false });
    } catch {
      // Still being made, gone, or damaged: looked at again the next time.
    }
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

/** What a ring held back, and what has come since, up to a time in microseconds; what follows is held back. */
function ripe(ring: FedRing, until: number): RecordSequence {
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

import type { DatabaseSync } from 'node:sqlite';
import { isBooked, Level, listProcesses, type ProcessEntry, type TraceRecord } from '@tracebuf/ring';
import { type FedRing, RecordFeed, type RecordSequence, ringKey } from '@tracebuf/ring/files';
import { EntryWriter } from './entry-writer.ts';
import { databaseError } from './errors.ts';
import { DatabaseKeeper, type DatabaseRetention, resolveRetention } from './retention.ts';
import { type RemovedBefore, RingBooks } from './ring-books.ts';
import { StringTable } from './string-table.ts';
import { openTraceDatabase } from './trace-database.ts';

/** What a {@link Recorder} records, and how much of it is kept. */
export interface RecorderOptions extends DatabaseRetention {
  /** Which processes; default: all. */
  readonly wants?: (process: ProcessEntry) => boolean;
  /** Names of buffers; default: all. */
  readonly buffers?: readonly string[];
  /** How long to wait for other writers of the database, in milliseconds. Default 10,000. */
  readonly busyTimeout?: number;
}

/** What a recorder has done since it was made. */
export interface RecorderTotals {
  /** Records that it stored. */
  readonly stored: number;
  /** Records that were gone before it could read them. */
  readonly lost: number;
  /** Records that retention removed. */
  readonly removed: number;
  /** Processes that it reads, or has read to their end. */
  readonly processes: number;
  /** Files that it could not read, or not all of them, and why. */
  readonly problems: ReadonlyMap<string, Error>;
}

/** Rows of one transaction at most, so that other programs get their turn at the database. */
const ROWS_OF_TRANSACTION = 20_000;
/** How often it looks for processes and rings that have come or gone, in milliseconds. */
const UPDATE_MS = 500;
/** How often it looks whether the database has grown too large, in milliseconds. */
const KEEP_MS = 2000;

/**
 * Drains trace buffers into a database: every record once, whatever ends it or the programs that it records, and every
 * loss counted. Positions are committed with the records, so that a restart goes on where the last commit was. It only
 * reads: no writer ever waits for it.
 *
 * ```ts
 * using recorder = new Recorder('traces.sqlite');
 * while (!stopped) if (recorder.round() === 0) await sleep(50);
 * ```
 */
export class Recorder {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #feed: RecordFeed;
  readonly #books: RingBooks;
  readonly #strings: StringTable;
  readonly #entries: EntryWriter;
  readonly #keeper: DatabaseKeeper;
  readonly #wants: (process: ProcessEntry) => boolean;
  readonly #buffers: readonly string[] | undefined;
  readonly #problems = new Map<string, Error>();
  readonly #seen = new Set<string>();
  /** What the processes had removed when they were looked at last. */
  #removedRings: readonly RemovedBefore[] = [];
  #stored = 0;
  #lost = 0;
  #removed = 0;
  #updatedAt = Number.NEGATIVE_INFINITY;
  #keptAt = Number.NEGATIVE_INFINITY;

  /**
   * @param path The database; made where it is missing.
   * @throws DatabaseError where it can't be used; InvalidOptionError.
   */
  constructor(path: string, options: RecorderOptions = {}) {
    const { wants = () => true, buffers, busyTimeout, ...retention } = options;
    const limits = resolveRetention(retention);
    this.#path = path;
    this.#wants = wants;
    this.#buffers = buffers;
    this.#database = openTraceDatabase(path, {
      mode: 'write',
      ...(busyTimeout === undefined ? {} : { busyTimeout }),
    });
    try {
      this.#books = new RingBooks(this.#database);
      this.#strings = new StringTable(this.#database);
      this.#entries = new EntryWriter(this.#database, this.#strings);
      this.#keeper = new DatabaseKeeper(this.#database, limits);
      this.#feed = new RecordFeed({
        ...(buffers === undefined ? {} : { buffers }),
        start: this.#books.positions(),
        report: (file, error) => this.#problems.set(file.path, error as Error),
      });
    } catch (error) {
      this.#database.close();
      throw databaseError('read the database', path, error);
    }
  }

  /** What it has done until now. */
  get totals(): RecorderTotals {
    return {
      stored: this.#stored,
      lost: this.#lost,
      removed: this.#removed,
      processes: this.#seen.size,
      problems: this.#problems,
    };
  }

  /**
   * Stores what has come since the last call.
   *
   * @param atOnce Whether to look for new processes now, instead of every half a second.
   * @returns How many records that were.
   * @throws DatabaseError where the database can't be written to any more; what was stored before is sound.
   */
  round(atOnce = false): number {
    const before = this.#stored;
    const now = performance.now();
    if (atOnce || now - this.#updatedAt >= UPDATE_MS) {
      this.#updatedAt = now;
      this.#update();
    }
    try {
      for (const { ring, sequence } of this.#feed.batches()) this.#drain(ring, sequence);
      this.#settle();
      if (now - this.#keptAt >= KEEP_MS) {
        this.#keptAt = now;
        this.#keep();
      }
    } catch (error) {
      throw databaseError('write to the database', this.#path, error);
    }
    return this.#stored - before;
  }

  /** Stores what is there now, gives unused room back, and closes the database. */
  close(): void {
    try {
      this.round(true);
      this.#keep();
    } finally {
      this.abandon();
    }
  }

  /** Closes the database as it is. */
  abandon(): void {
    this.#feed.close();
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #update(): void {
    const processes = listProcesses().processes.filter(this.#wants);
    for (const { key } of processes) this.#seen.add(key);
    const unfinished = processes.filter(({ key }) => !this.#feed.finished.has(key));
    this.#feed.update(processes);
    // After the rings: what is removed from now on is open here.
    this.#removedRings = unfinished.flatMap((process) => removedBefore(process, this.#buffers));
  }

  #keep(): void {
    const removed = this.#keeper.keep(Date.now());
    // Strings and functions that no record has any more may be gone, and their numbers be given to others.
    if (removed > 0) {
      this.#strings.forget();
      this.#entries.forget();
    }
    this.#removed += removed;
  }

  /** Stores the records of one ring, in transactions of their own. */
  #drain(ring: FedRing, sequence: RecordSequence): void {
    const records = sequence[Symbol.iterator]();
    let next = records.next();
    while (next.done !== true) {
      const batch: TraceRecord[] = [];
      while (next.done !== true && batch.length < ROWS_OF_TRANSACTION) {
        batch.push(next.value);
        next = records.next();
      }
      while (!this.#store(ring, batch));
    }
  }

  /** @returns Whether it was done; if not, another program has stored some of it, and the rest is to be stored yet. */
  #store(ring: FedRing, batch: readonly TraceRecord[]): boolean {
    return this.#transaction(() => {
      const id = this.#books.ringId(ring);
      let { position } = ring;
      const from = position;
      let stored = 0;
      let lost = 0;
      let cleared = 0;
      for (const record of batch) {
        // What stands for lost records is not needed: the next number tells.
        if (record.kind === 'lost' || record.seq <= position) continue;
        const missed = record.seq - position - 1;
        if (missed > 0) {
          lost += missed;
          this.#entries.add(id, gapBefore(record, position + 1, missed));
        }
        if (record.kind === 'cleared') {
          cleared += record.count ?? 1;
          position = record.seq + (record.count ?? 1) - 1;
          continue;
        }
        position = record.seq;
        stored++;
        this.#entries.add(id, record);
      }
      this.#entries.flush();
      if (position === from) return true;
      if (!this.#books.book(id, from, { stored, lost, cleared })) {
        ring.position = this.#books.position(id);
        return false;
      }
      ring.position = position;
      this.#stored += stored;
      this.#lost += lost;
      return true;
    });
  }

  /** Books what is over: rings that nothing more will come of, and how processes have ended. */
  #settle(): void {
    const ends = this.#feed.ends();
    const removedRings = this.#removedRings;
    this.#removedRings = [];
    if (ends.length === 0 && removedRings.length === 0) return;
    this.#transaction(() => {
      for (const { process, ring, missed } of ends) {
        if (ring === undefined) {
          this.#books.noteProcess(process);
        } else if (missed > 0) {
          const id = this.#books.ringId(ring);
          if (this.#books.book(id, ring.position, { stored: 0, lost: missed, cleared: 0 }))
            this.#lost += missed;
        }
      }
      // Now that all that is open was read: the rest of what a process has removed nobody can have read.
      for (const removed of removedRings) {
        this.#lost += this.#books.bookRemoved(removed, unbookedRings(removed));
      }
      return true;
    });
  }

  /** @param work Says whether to commit. */
  #transaction(work: () => boolean): boolean {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      if (work()) {
        this.#database.exec('COMMIT');
        return true;
      }
      this.#rollBack();
      return false;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    this.#entries.drop();
    this.#books.forget();
    this.#strings.forget();
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has done so itself, as where the disk is full.
    }
  }
}

/** A record that stands for those that are missing before another one, so that a gap is seen where it is. */
function gapBefore(next: TraceRecord, seq: number, count: number): TraceRecord {
  const { time, process, pid, thread, buffer } = next;
  const message = `${count} ${count === 1 ? 'record was' : 'records were'} lost before they could be recorded`;
  return {
    time,
    process,
    pid,
    thread,
    buffer,
    seq,
    level: 'warn',
    severity: Level.warn,
    kind: 'lost',
    message,
    count,
  };
}

/** What a process has booked of rings that it has removed, of the buffers that are recorded; nothing where that is none. */
function removedBefore(process: ProcessEntry, wanted: readonly string[] | undefined): RemovedBefore[] {
  try {
    const book = process.removedRings();
    const buffers = [...book.buffers].filter(([name]) => wanted?.includes(name) ?? true);
    if (buffers.length === 0) return [];
    return [{ process, book, buffers: new Map(buffers.map(([name, { records }]) => [name, records])) }];
  } catch {
    // It has just been removed.
    return [];
  }
}

/** Keys of the rings of a process that are there and not in its book. */
function unbookedRings({ process, book }: RemovedBefore): string[] {
  try {
    const files = process.ringFiles().filter(({ buffer, thread }) => !isBooked(book, buffer, thread));
    return files.flatMap((file) => ringKey(process, file) ?? []);
  } catch {
    return [];
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TraceRecord } from '@tracebuf/ring';
import { EntryWriter } from './entry-writer.ts';
import { databaseError } from './errors.ts';
import { StringTable } from './string-table.ts';
import { openTraceDatabase } from './trace-database.ts';

/** Rows of one transaction. */
const ROWS_OF_TRANSACTION = 20_000;
const ATTEMPT = 'write to the database';

/** What became of records that were to be stored. */
export interface StoredCounts {
  readonly stored: number;
  /** Records that were in the database already. */
  readonly known: number;
}

/**
 * Stores records that were read elsewhere, such as those of a dump, in a database. It knows of their processes what the
 * records say, and is no place for a recorder to go on. A record that is there already, from another dump of the same process or
 * from a recorder, is not stored again: what was ended halfway can be done again.
 */
export class RecordStore {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #strings: StringTable;
  readonly #entries: EntryWriter;
  readonly #origins: Origins;
  #inTransaction = 0;
  #stored = 0;
  #known = 0;

  /**
   * @param path The database; made where it is missing.
   * @throws DatabaseError where it can't be used.
   */
  constructor(path: string) {
    this.#path = path;
    this.#database = openTraceDatabase(path, { mode: 'write' });
    try {
      this.#strings = new StringTable(this.#database);
      this.#entries = new EntryWriter(this.#database, this.#strings);
      this.#origins = new Origins(this.#database);
      this.#database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      this.#database.close();
      throw databaseError(ATTEMPT, path, error);
    }
  }

  /** What became of the records until now. */
  get counts(): StoredCounts {
    return { stored: this.#stored, known: this.#known };
  }

  /** Stores a record, if it is not there. @throws DatabaseError where that can't be done any more. */
  add(record: TraceRecord): void {
    this.#attempt(() => {
      const origin = this.#origins.of(record);
      if (this.#origins.has(origin, record, this.#strings)) {
        this.#known++;
        return;
      }
      this.#entries.add(origin.ring, record);
      origin.book(record);
      this.#stored++;
      if (++this.#inTransaction >= ROWS_OF_TRANSACTION) this.#commit('COMMIT; BEGIN IMMEDIATE');
    });
  }

  /** Stores what is left and closes the database. @throws DatabaseError */
  finish(): void {
    this.#attempt(() => this.#commit('COMMIT'));
    this.#database.close();
  }

  /** Closes the database; what was not committed yet is not in it. */
  abandon(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #commit(end: string): void {
    this.#entries.flush();
    this.#origins.save();
    this.#database.exec(end);
    this.#inTransaction = 0;
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw databaseError(ATTEMPT, this.#path, error);
    }
  }
}

/**
 * {@link RecordStore} for records that are at hand.
 *
 * @returns How many were stored.
 * @throws DatabaseError where the database can't be used.
 */
export function storeRecords(path: string, records: Iterable<TraceRecord>): number {
  const store = new RecordStore(path);
  try {
    for (const record of records) store.add(record);
    store.finish();
    return store.counts.stored;
  } finally {
    store.abandon();
  }
}

/** Where records are from, and what is to be booked of them. */
class Origin {
  readonly ring: number;
  /** Rings that may have the same records. */
  readonly alike: readonly number[];
  stored = 0;
  lost = 0;
  cleared = 0;

  constructor(ring: number, alike: readonly number[]) {
    this.ring = ring;
    this.alike = alike;
  }

  book({ kind, count }: TraceRecord): void {
    if (kind === 'lost') this.lost += count ?? 0;
    else if (kind === 'cleared') this.cleared += count ?? 0;
    else this.stored++;
  }
}

/** The origins of records, as far as they tell: errors and the rest of a buffer count as one ring. */
class Origins {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #book: StatementSync;
  readonly #known = new Map<string, Origin>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = database.prepare(
      `SELECT 1 FROM entries INDEXED BY entries_by_time
       WHERE time = ? AND seq = ? AND ring = ? AND level = ? AND kind = ? LIMIT 1`,
    );
    this.#book = database.prepare(
      `UPDATE rings SET stored = stored + ?, lost = lost + ?, cleared = cleared + ?, position = position + ?
       WHERE id = ?`,
    );
  }

  of({ process, pid, thread, buffer }: TraceRecord): Origin {
    const key = `dump:${JSON.stringify([process, pid, thread, buffer])}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // Before its own ring is made: where there was none of it, nothing can be there.
    const alike = this.#database
      .prepare(
        `SELECT r.id FROM rings AS r JOIN processes AS p ON p.id = r.process
         WHERE p.name = ? AND p.pid = ? AND r.thread = ? AND r.buffer = ?`,
      )
      .all(process, pid, thread, buffer) as { id: number }[];
    const owner = this.#insert(
      `INSERT INTO processes (key, name, pid, started, state, info) VALUES (?, ?, ?, 0, 'unknown', '{}')
       ON CONFLICT (key) DO UPDATE SET name = name RETURNING id`,
      `dump:${JSON.stringify([process, pid])}`,
      process,
      pid,
    );
    const ring = this.#insert(
      `INSERT INTO rings (process, key, buffer, thread, role) VALUES (?, ?, ?, ?, 'ring')
       ON CONFLICT (key) DO UPDATE SET key = key RETURNING id`,
      owner,
      key,
      buffer,
      thread,
    );
    const origin = new Origin(
      ring,
      alike.map(({ id }) => id),
    );
    this.#known.set(key, origin);
    return origin;
  }

  /** Whether a record is there. Two of a ring and a level have different numbers; those of its ring for errors have other levels. */
  has({ alike }: Origin, { time, seq, level, kind }: TraceRecord, strings: StringTable): boolean {
    if (alike.length === 0) return false;
    const [levelNumber, kindNumber] = [strings.numberOf(level), strings.numberOf(kind)];
    return alike.some((ring) => this.#find.get(time, seq, ring, levelNumber, kindNumber) !== undefined);
  }

  /** Books what was stored since the last call. */
  save(): void {
    for (const origin of this.#known.values()) {
      const { ring, stored, lost, cleared } = origin;
      const total = stored + lost + cleared;
      if (total === 0) continue;
      this.#book.run(stored, lost, cleared, total, ring);
      Object.assign(origin, { stored: 0, lost: 0, cleared: 0 });
    }
  }

  #insert(sql: string, ...values: (string | number)[]): number {
    return (this.#database.prepare(sql).get(...values) as { id: number }).id;
  }
}

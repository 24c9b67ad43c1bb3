import type { DatabaseSync } from 'node:sqlite';
import type { TraceRecord } from '@tracebuf/ring';
import { EntryWriter } from './entry-writer.ts';
import { databaseError } from './errors.ts';
import { StringTable } from './string-table.ts';
import { openTraceDatabase } from './trace-database.ts';

/** Rows of one transaction. */
const ROWS_OF_TRANSACTION = 20_000;

/**
 * Stores records that were read elsewhere, such as those of a dump, in a database. It knows of their processes what the
 * records say, and is no place for a recorder to go on.
 *
 * @param path The database; made where it is missing.
 * @returns How many were stored.
 * @throws DatabaseError where it can't be used.
 */
export function storeRecords(path: string, records: Iterable<TraceRecord>): number {
  const database = openTraceDatabase(path, { mode: 'write' });
  try {
    const entries = new EntryWriter(database, new StringTable(database));
    const origins = new Origins(database);
    let count = 0;
    database.exec('BEGIN IMMEDIATE');
    for (const record of records) {
      entries.add(origins.ringOf(record), record);
      count++;
      if (count % ROWS_OF_TRANSACTION === 0) {
        entries.flush();
        database.exec('COMMIT; BEGIN IMMEDIATE');
      }
    }
    entries.flush();
    database.exec(`
      UPDATE rings SET stored = (SELECT count(*) FROM entries WHERE ring = rings.id) WHERE key LIKE 'dump:%';
      UPDATE rings SET position = stored WHERE key LIKE 'dump:%';
      COMMIT`);
    return count;
  } catch (error) {
    throw databaseError('write to the database', path, error);
  } finally {
    database.close();
  }
}

/** Where records are from, as far as they tell. */
class Origins {
  readonly #database: DatabaseSync;
  readonly #rings = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Number of the ring of a record; errors and the rest of a buffer count as one. */
  ringOf({ process, pid, thread, buffer }: TraceRecord): number {
    const key = `dump:${JSON.stringify([process, pid, thread, buffer])}`;
    const known = this.#rings.get(key);
    if (known !== undefined) return known;
    const owner = this.#insert(
      `INSERT INTO processes (key, name, pid, started, state, info) VALUES (?, ?, ?, 0, 'unknown', '{}')
       ON CONFLICT (key) DO UPDATE SET name = name RETURNING id`,
      `dump:${JSON.stringify([process, pid])}`,
      process,
      pid,
    );
    const id = this.#insert(
      `INSERT INTO rings (process, key, buffer, thread, role) VALUES (?, ?, ?, ?, 'ring')
       ON CONFLICT (key) DO UPDATE SET key = key RETURNING id`,
      owner,
      key,
      buffer,
      thread,
    );
    this.#rings.set(key, id);
    return id;
  }

  #insert(sql: string, ...values: (string | number)[]): number {
    return (this.#database.prepare(sql).get(...values) as { id: number }).id;
  }
}

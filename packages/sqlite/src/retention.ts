import type { DatabaseSync } from 'node:sqlite';
import { InvalidOptionError } from '@tracebuf/ring';
import { sweepIndex } from './full-text.ts';
import { pragma } from './trace-database.ts';

/** How much a database keeps; 0 means without bound. */
export interface DatabaseRetention {
  /** Most records. Default 1,000,000. */
  readonly maxRecords?: number;
  /** Most bytes of the file. Default 512 MiB. */
  readonly maxBytes?: number;
  /** Oldest record, in milliseconds. Default 7 days. */
  readonly maxAge?: number;
}

/** What {@link DatabaseRetention} is where nothing else is said. */
export const DEFAULT_RETENTION: Required<DatabaseRetention> = {
  maxRecords: 1_000_000,
  maxBytes: 512 * 1024 * 1024,
  maxAge: 7 * 24 * 3600 * 1000,
};

/** Rows that are removed in one transaction, so that writers and readers get their turn. */
const ROWS_AT_ONCE = 20_000;
/** What is too much is removed with a little more, so that it need not be done at every look. */
const SLACK = 0.9;
/** Deleted rows after which unused strings are swept. */
const SWEEP_AFTER = 200_000;

/** @throws InvalidOptionError for what is no number from 0. */
export function resolveRetention(options: DatabaseRetention = {}): Required<DatabaseRetention> {
  const resolved = { ...DEFAULT_RETENTION, ...options };
  for (const [option, value] of Object.entries(resolved)) {
    if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value))
      throw new InvalidOptionError(option, value, 'give a number from 0; 0 means without bound');
  }
  return resolved;
}

/** Removes the oldest records of a database where there are too many, and gives their room back to the disk. */
export class DatabaseKeeper {
  readonly #database: DatabaseSync;
  readonly #limits: Required<DatabaseRetention>;
  #sinceSweep = 0;

  constructor(database: DatabaseSync, limits: Required<DatabaseRetention>) {
    this.#database = database;
    this.#limits = limits;
  }

  /**
   * Looks once, and removes what is too much.
   *
   * @param now In milliseconds since 1970.
   * @returns How many records were removed.
   */
  keep(now: number): number {
    let removed = 0;
    const { maxRecords, maxBytes, maxAge } = this.#limits;
    if (maxAge > 0) removed += this.#removeWhere('time < ?', Math.floor((now - maxAge) * 1000));
    const count = maxRecords > 0 ? this.#count() : 0;
    if (count > maxRecords) removed += this.#removeOldest(count - Math.floor(maxRecords * SLACK));
    if (maxBytes > 0) removed += this.#shrink(maxBytes);
    this.#sinceSweep += removed;
    if (this.#sinceSweep > SWEEP_AFTER) this.sweep();
    return removed;
  }

  /** Removes strings and functions that no record refers to, and gives free pages back. */
  sweep(): void {
    this.#sinceSweep = 0;
    this.#database.exec(`
      BEGIN IMMEDIATE;
      DELETE FROM strings WHERE id NOT IN
        (SELECT message FROM entries WHERE message IS NOT NULL UNION SELECT level FROM entries UNION SELECT kind FROM entries
         UNION SELECT shared FROM entries WHERE shared IS NOT NULL);
      DELETE FROM functions WHERE id NOT IN (SELECT func FROM function_entries);
      COMMIT`);
    sweepIndex(this.#database);
    this.#vacuum();
  }

  #shrink(maxBytes: number): number {
    let removed = 0;
    while (this.#usedBytes() > maxBytes) {
      const count = this.#count();
      if (count === 0) break;
      const share = 1 - (maxBytes * SLACK) / this.#usedBytes();
      removed += this.#removeOldest(Math.max(1, Math.ceil(count * Math.min(1, share))));
      // Texts are most of it, and go with the last record that has them.
      this.sweep();
    }
    if (this.#fileBytes() > maxBytes) this.#vacuum();
    return removed;
  }

  #removeOldest(count: number): number {
    let removed = 0;
    while (removed < count) {
      const step = Math.min(ROWS_AT_ONCE, count - removed);
      const changes = this.#run(
        'DELETE FROM entries WHERE id IN (SELECT id FROM entries ORDER BY time, id LIMIT ?)',
        step,
      );
      if (changes === 0) break;
      removed += changes;
    }
    return removed;
  }

  #removeWhere(condition: string, value: number): number {
    let removed = 0;
    for (;;) {
      const changes = this.#run(
        `DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE ${condition} LIMIT ${ROWS_AT_ONCE})`,
        value,
      );
      removed += changes;
      if (changes < ROWS_AT_ONCE) return removed;
    }
  }

  #run(sql: string, value: number): number {
    return Number(this.#database.prepare(sql).run(value).changes);
  }

  #count(): number {
    return (this.#database.prepare('SELECT count(*) AS count FROM entries').get() as { count: number }).count;
  }

  #usedBytes(): number {
    const pages = pragma(this.#database, 'page_count') - pragma(this.#database, 'freelist_count');
    return pages * pragma(this.#database, 'page_size');
  }

  #fileBytes(): number {
    return pragma(this.#database, 'page_count') * pragma(this.#database, 'page_size');
  }

  #vacuum(): void {
    // One step a page: stepping through the rows is what makes it go on.
    for (const _ of this.#database.prepare('PRAGMA incremental_vacuum').iterate());
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }
}

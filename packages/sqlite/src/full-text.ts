import type { DatabaseSync } from 'node:sqlite';
import { databaseError } from './errors.ts';
import { openTraceDatabase } from './trace-database.ts';

/** Texts that are indexed in one transaction, so that recorders get their turn. */
const TEXTS_AT_ONCE = 50_000;

/**
 * What a search for words looks in: FTS5 without a copy of the texts. A text that entries share is document `-id` of
 * `strings`, a message that stands in its entry document `id` of `entries`; {@link MATCHES} so finds either.
 */
const TABLE = `CREATE VIRTUAL TABLE IF NOT EXISTS messages USING fts5(
  message, content = '', contentless_delete = 1, tokenize = 'unicode61')`;

/** A condition on `entries AS e`; the query is bound. */
export const MATCHES =
  'coalesce(-"e"."message", "e"."id") IN (SELECT rowid FROM messages WHERE messages MATCH ?)';

/**
 * Writes the messages of a database that are not in its full-text index yet into it. Recording does not: whoever searches
 * for words pays for it, once for each message.
 *
 * @param path The database.
 * @param progress Told now and then how many messages have been added.
 * @throws DatabaseError where it can't be written to.
 */
export function indexMessages(path: string, progress: (added: number) => void = () => {}): void {
  const database = openTraceDatabase(path, { mode: 'write' });
  try {
    database.exec(TABLE);
    const documents = [
      ['fts_strings', 'SELECT id, -id AS document, text FROM strings'],
      ['fts_entries', 'SELECT id, id AS document, text FROM entries'],
    ] as const;
    let added = 0;
    for (const [mark, rows] of documents) {
      for (let count = -1; count !== 0; ) {
        count = indexStep(database, mark, rows);
        added += count;
        progress(added);
      }
    }
  } catch (error) {
    throw databaseError('index the messages of', path, error);
  } finally {
    database.close();
  }
}

/** @returns How many rows it has looked at. */
function indexStep(database: DatabaseSync, mark: string, rows: string): number {
  database.exec('BEGIN IMMEDIATE');
  try {
    const { value } = database
      .prepare('SELECT coalesce((SELECT value FROM meta WHERE key = ?), 0) AS value')
      .get(mark) as { value: number };
    const step = database.prepare(`${rows} WHERE id > ? ORDER BY id LIMIT ?`).all(value, TEXTS_AT_ONCE) as {
      id: number;
      document: number;
      text: string | null;
    }[];
    const insert = database.prepare('INSERT INTO messages (rowid, message) VALUES (?, ?)');
    for (const { document, text } of step) if (text !== null) insert.run(document, text);
    const last = step.at(-1)?.id;
    if (last !== undefined) {
      database
        .prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
        .run(mark, last);
    }
    database.exec('COMMIT');
    return step.length;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Takes out of the index what retention has removed, where there is an index. */
export function sweepIndex(database: DatabaseSync): void {
  const { count } = database
    .prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'messages'")
    .get() as { count: number };
  if (count === 0) return;
  database.exec(`
    DELETE FROM messages WHERE rowid > 0 AND rowid NOT IN (SELECT id FROM entries);
    DELETE FROM messages WHERE rowid < 0 AND -rowid NOT IN (SELECT id FROM strings)`);
}

/**
 * Words as the index is asked for them: all of them have to be there, in any order; `time*` is any word that begins so.
 *
 * @param text As a person writes it.
 */
export function fullTextQuery(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '' && word !== '*');
  return words
    .map((word) => {
      const isStart = word.endsWith('*');
      const quoted = `"${word.replace(/\*$/, '').replaceAll('"', '""')}"`;
      return isStart ? `${quoted}*` : quoted;
    })
    .join(' ');
}

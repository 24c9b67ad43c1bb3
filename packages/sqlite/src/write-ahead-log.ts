import { realpathSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

const MISSING = -1;

/** Whether records of a database are still in the write-ahead log beside it, and only there. */
export function hasRecordsInLog(path: string): boolean {
  return sizeOfLog(path) > 0;
}

/**
 * A database as SQLite reads it without any file beside it, for where none can be made: what another program would write to it
 * meanwhile is not seen, so it is for databases whose log is empty.
 *
 * @see https://sqlite.org/uri.html, "immutable"
 */
export function immutableDatabase(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

/**
 * Removes the files beside a database that nobody has open any more: a connection that only reads makes them, but only one that may
 * write removes them, when it is the last. What is in the log goes into the database, as when its recorder had been the last.
 *
 * @param Database Of `node:sqlite`.
 */
export function settleLog(Database: typeof DatabaseSync, path: string): void {
  if (sizeOfLog(path) === MISSING) return;
  try {
    const database = new Database(path, { timeout: 0 });
    try {
      // Its log is only opened when it is read.
      database.prepare('PRAGMA user_version').get();
    } finally {
      database.close();
    }
  } catch {
    // Locked, or not ours to write to: then they stay.
  }
}

/** Bytes; the name is that of the file itself, whatever links lead to it. */
function sizeOfLog(path: string): number {
  try {
    return statSync(`${realpathSync(path)}-wal`).size;
  } catch {
    return MISSING;
  }
}

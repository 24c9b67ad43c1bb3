import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DatabaseSync } from 'node:sqlite';
import { registerSqlFunctions } from '@tracebuf/query';
import { DatabaseError, databaseError, lacksFilesBeside } from './errors.ts';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './schema.ts';
import { hasRecordsInLog, immutableDatabase, settleLog } from './write-ahead-log.ts';

/** How a database is opened. */
export interface OpenOptions {
  /**
   * `read`: nothing of what it says is changed, and it must be there. `write`: it is made where it is missing, and brought to the present
   * version of the schema.
   */
  readonly mode: 'read' | 'write';
  /** How long to wait for other writers, in milliseconds. Default 10,000. */
  readonly busyTimeout?: number;
}

const BUSY_TIMEOUT = 10_000;

const NEEDS_LOG =
  'records of it are in the file of that name with "-wal" behind it, which SQLite can only read where it may write beside it; copy both to another directory and read the copy';

/** Pages of the cache, in KiB. */
const CACHE_KIB = 64 * 1024;

/**
 * Opens a database of Tracebuf with node:sqlite.
 *
 * @throws DatabaseError where it is missing, no database of Tracebuf, of a later version, damaged, locked or read-only.
 */
export function openTraceDatabase(path: string, options: OpenOptions): DatabaseSync {
  const { mode } = options;
  const attempt = mode === 'read' ? 'read the database' : 'write to the database';
  if (mode === 'write') createPrivately(path, attempt);
  else if (!existsSync(path))
    throw new DatabaseError(attempt, path, 'there is no such file; give another, or record into it first');
  const open = (file: string | URL): DatabaseSync =>
    openPrepared(new (loadSqlite())(file, { readOnly: mode === 'read' }), path, attempt, options);
  try {
    return open(path);
  } catch (cause) {
    if (mode !== 'read' || !lacksFilesBeside(cause)) throw databaseError(attempt, path, cause);
    // A directory that can't be written to, or a disk.
    if (hasRecordsInLog(path)) throw new DatabaseError(attempt, path, NEEDS_LOG, { cause });
  }
  try {
    return open(immutableDatabase(path));
  } catch (cause) {
    throw databaseError(attempt, path, cause);
  }
}

/**
 * Closes a database that was opened to be read. The last one that has it open leaves no files beside it, where it may.
 *
 * @param path Of the database.
 */
export function closeTraceDatabase(database: DatabaseSync, path: string): void {
  database.close();
  settleLog(loadSqlite(), path);
}

/** Loaded on first use: Node 22 warns that it is experimental. */
function loadSqlite(): typeof DatabaseSync {
  return (createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')).DatabaseSync;
}

function openPrepared(
  database: DatabaseSync,
  path: string,
  attempt: string,
  { mode, busyTimeout = BUSY_TIMEOUT }: OpenOptions,
): DatabaseSync {
  try {
    // References are there for readers: checking them would look for each text that is removed in all records.
    database.exec('PRAGMA foreign_keys = OFF');
    database.exec(`PRAGMA busy_timeout = ${Math.max(0, Math.trunc(busyTimeout))}`);
    const version = checkKind(database, path, attempt);
    if (mode === 'write') prepareForWriting(database, version);
    else if (version === 0)
      throw new DatabaseError(attempt, path, 'it is empty; record something into it first');
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY`);
    registerSqlFunctions(database);
    return database;
  } catch (cause) {
    database.close();
    // That of another program is left as it is.
    if (mode === 'read' && !hasRecordsInLog(path)) settleLog(loadSqlite(), path);
    throw cause;
  }
}

/** Made for its owner alone: it holds what programs have logged. */
function createPrivately(path: string, attempt: string): void {
  try {
    closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST') return;
    const fault =
      code === 'ENOENT'
        ? 'its directory is not there; make it first'
        : `it cannot be made (${String(code)}); give another file`;
    throw new DatabaseError(attempt, path, fault, { cause });
  }
}

/** @returns Version of its schema, 0 where it is empty. */
function checkKind(database: DatabaseSync, path: string, attempt: string): number {
  const application = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as {
    tables: number;
  };
  if (application === 0 && version === 0 && tables === 0) return 0;
  if (application !== APPLICATION_ID) {
    throw new DatabaseError(
      attempt,
      path,
      'it is a database of another program; give another file, this one is left as it is',
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new DatabaseError(
      attempt,
      path,
      `its schema is of version ${version}, and this program knows ${SCHEMA_VERSION}; use a later one`,
    );
  }
  return version;
}

function prepareForWriting(database: DatabaseSync, version: number): void {
  // Before the first table is there, or it has no effect.
  if (version === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  if (version < SCHEMA_VERSION) migrate(database);
}

/** Value of a pragma that is a number. */
export function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, number> | undefined;
  return Object.values(row ?? {})[0] ?? 0;
}

import { TracebufError } from '@tracebuf/ring';

/** A database could not be opened, read or written; the message says what to do. */
export class DatabaseError extends TracebufError {
  static {
    DatabaseError.prototype.name = 'DatabaseError';
  }

  /** The file. */
  readonly path: string;
  /** What is wrong and what to do, as a clause. */
  readonly fault: string;
  /** What SQLite says, such as 13 (`SQLITE_FULL`); absent where it is not SQLite that refused. */
  readonly sqliteCode: number | undefined;

  /** @param attempt What was tried, such as `open the database`. @param fault What is wrong and what to do, as a clause. */
  constructor(attempt: string, path: string, fault: string, options: { readonly cause?: unknown } = {}) {
    super('ERR_TRACEBUF_DATABASE', `Cannot ${attempt} "${path}": ${fault}.`, options);
    this.path = path;
    this.fault = fault;
    this.sqliteCode = sqliteCode(options.cause);
  }
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

const FAULTS: ReadonlyMap<number, string> = new Map([
  [SQLITE_BUSY, 'another program has locked it for too long; find out which, or try again'],
  [SQLITE_LOCKED, 'another connection has locked it; try again'],
  [SQLITE_READONLY, 'it cannot be written to; correct its permissions, or give another file'],
  [SQLITE_IOERR, 'the file system failed; look at the disk, then try again'],
  [SQLITE_CORRUPT, 'it is damaged; move it away, or salvage it with "sqlite3 <file> .recover"'],
  [SQLITE_FULL, 'the disk is full; what was stored before is sound; make room, then start again'],
  [SQLITE_CANTOPEN, 'it cannot be opened; see whether the directory is there and can be written to'],
  [SQLITE_NOTADB, 'it is no SQLite database; give another file, this one is left as it is'],
]);

/** Turns what node:sqlite throws into an error that says what to do; anything else stays as it is. */
export function databaseError(attempt: string, path: string, cause: unknown): unknown {
  const code = sqliteCode(cause);
  if (code === undefined || cause instanceof DatabaseError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseError(attempt, path, FAULTS.get(code & 0xff) ?? `SQLite says "${message}"`, { cause });
}

/** Whether SQLite could not make the files beside a database that it reads its latest records from. */
export function lacksFilesBeside(error: unknown): boolean {
  const code = (sqliteCode(error) ?? 0) & 0xff;
  return code === SQLITE_CANTOPEN || code === SQLITE_READONLY;
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

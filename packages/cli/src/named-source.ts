import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DEFAULT_DATABASE } from './default-database.ts';
import { UsageError } from './errors.ts';

/** What a word of the command line means. */
export type NamedSource =
  | { readonly kind: 'database'; readonly path: string }
  | { readonly kind: 'live'; readonly proc: string };

const SQLITE_MAGIC = 'SQLite format 3\0';

/**
 * Tells what a word means: a database, where it is one or looks like the path of one, else processes.
 *
 * @param word A path, or `<proc>`.
 */
export function namedSource(word: string): NamedSource {
  // A file whose name could be that of a process has to be one.
  return looksLikeDatabase(word) || isDatabaseFile(word)
    ? { kind: 'database', path: word }
    : { kind: 'live', proc: word };
}

/** What is read where no source is named. */
export function defaultSource(): NamedSource {
  return existsSync(DEFAULT_DATABASE)
    ? { kind: 'database', path: DEFAULT_DATABASE }
    : { kind: 'live', proc: 'all' };
}

/**
 * Says that a word is a database where none will do.
 *
 * @param advice What to do, as a clause; default: that of commands which tell processes something.
 * @throws UsageError where it looks like one.
 */
export function refuseDatabase(
  word: string,
  advice: string = 'it can only be read; give the name or pid of a process, or all',
): void {
  if (looksLikeDatabase(word)) throw new UsageError(`${JSON.stringify(word)} is a database: ${advice}`);
}

/** No name of a process has a separator in it. */
function looksLikeDatabase(word: string): boolean {
  return /[\\/]|\.(?:sqlite3?|db)$/i.test(word);
}

/** Whether a path leads to an SQLite database. */
export function isDatabaseFile(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(SQLITE_MAGIC.length);
      return (
        readSync(file, head, 0, head.length, 0) === head.length && head.toString('latin1') === SQLITE_MAGIC
      );
    } finally {
      closeSync(file);
    }
  } catch {
    // Not there, or not to be read: then it is no file that is meant.
    return false;
  }
}

import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { TraceReader } from '@tracebuf/ring';
import { DatabaseSource } from '@tracebuf/sqlite';
import { looksLikeDatabase } from '../database-path.ts';
import { registerDecoders } from '../decoders.ts';
import { DEFAULT_DATABASE } from '../default-database.ts';
import { findTarget, type Target } from '../target.ts';

/** What a word of the command line means. */
export type NamedSource =
  | { readonly kind: 'database'; readonly path: string }
  | { readonly kind: 'live'; readonly proc: string };

/**
 * Tells what a word means: a file, where it is one or looks like one, else processes.
 *
 * @param word A path, or `<proc>`.
 */
export function namedSource(word: string): NamedSource {
  return looksLikeDatabase(word) || isDatabase(word)
    ? { kind: 'database', path: word }
    : { kind: 'live', proc: word };
}

/** What is read where no source is named. */
export function defaultSource(): NamedSource {
  return existsSync(DEFAULT_DATABASE)
    ? { kind: 'database', path: DEFAULT_DATABASE }
    : { kind: 'live', proc: 'all' };
}

/** A file whose name could be that of a process has to be a database. */
function isDatabase(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(16);
      return readSync(file, head, 0, 16, 0) === 16 && head.toString('latin1') === 'SQLite format 3\0';
    } finally {
      closeSync(file);
    }
  } catch {
    // Not there, or not to be read: then it is no file that is meant.
    return false;
  }
}

/** A source that is open. */
export type OpenSource =
  | { readonly kind: 'database'; readonly source: DatabaseSource; close(): void }
  | {
      readonly kind: 'live';
      readonly proc: string;
      readonly target: Target;
      readonly reader: TraceReader;
      close(): void;
    };

/**
 * Opens a source.
 *
 * @throws DatabaseError, UnknownProcessError, AmbiguousProcessError.
 */
export function openSource(named: NamedSource): OpenSource {
  if (named.kind === 'database') {
    const source = new DatabaseSource(named.path);
    return { kind: 'database', source, close: () => source.close() };
  }
  registerDecoders();
  const target = findTarget(named.proc, 'all');
  const reader = new TraceReader(target.processes);
  return { kind: 'live', proc: named.proc, target, reader, close: () => reader.close() };
}

import type { PathSegment } from './ast.ts';
import { walk } from './json-path.ts';
import { compileLike } from './like.ts';
import { compileRegexp } from './regexp.ts';

/** What {@link registerSqlFunctions} needs of a database; node:sqlite's `DatabaseSync` has it. */
export interface SqlFunctionHost {
  function(
    name: string,
    options: { deterministic?: boolean; useBigIntArguments?: boolean },
    implementation: (first: SqlArgument, second: SqlArgument) => string | number | null,
  ): void;
}

/** What SQLite hands to a function. */
export type SqlArgument = null | number | bigint | string | Uint8Array;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Node 22 cuts text at a NUL when it calls a function; such text comes as a blob. */
function toText(value: SqlArgument | undefined): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  return value instanceof Uint8Array ? decoder.decode(value) : undefined;
}

/** LIKE patterns in use; a filter has few, and a row must not compile one. */
const patterns = new Map<string, (text: string) => boolean>();
const PATTERNS_SIZE = 256;

function likeTest(pattern: string): (text: string) => boolean {
  let test = patterns.get(pattern);
  if (test === undefined) {
    if (patterns.size >= PATTERNS_SIZE) patterns.clear();
    test = compileLike(pattern);
    patterns.set(pattern, test);
  }
  return test;
}

/** Splits the inline flags, `(?i)…`, which the compiler of filters writes, from the expression. */
function sqlRegexp(pattern: SqlArgument, value: SqlArgument): number | null {
  const text = toText(value);
  const source = toText(pattern);
  if (text === undefined || source === undefined) return value === null || pattern === null ? null : 0;
  const match = /^\(\?([ims]+)\)/.exec(source);
  return compileRegexp(source.slice(match?.[0].length ?? 0), match?.[1] ?? '')(text) ? 1 : 0;
}

function sqlLike(pattern: SqlArgument, value: SqlArgument): number | null {
  const text = toText(value);
  const source = toText(pattern);
  if (text === undefined || source === undefined) return value === null || pattern === null ? null : 0;
  return likeTest(source)(text) ? 1 : 0;
}

function sqlJson(document: SqlArgument, path: SqlArgument): string | null {
  const [text, keys] = [toText(document), toText(path)];
  if (text === undefined || keys === undefined) return null;
  try {
    const value = walk(JSON.parse(text), JSON.parse(keys) as PathSegment[]);
    return value === undefined ? null : JSON.stringify(value);
  } catch {
    // What is no JSON has no fields.
    return null;
  }
}

/** The SQL functions that compiled filters call, by name; see {@link registerSqlFunctions}. */
export const sqlFunctions: Readonly<
  Record<
    'regexp' | 'tracebuf_like' | 'tracebuf_json',
    (first: SqlArgument, second: SqlArgument) => string | number | null
  >
> = {
  /** `regexp(pattern, text)`, which also is SQLite's `text REGEXP pattern`: RE2, in linear time. */
  regexp: sqlRegexp,
  /** `tracebuf_like(pattern, text)`: LIKE with `\` as its escape, of text with NUL characters too. */
  tracebuf_like: sqlLike,
  /** `tracebuf_json(document, path)`: the value at a path with keys that JSON paths can't spell, as JSON text. */
  tracebuf_json: sqlJson,
};

/**
 * Gives a database the functions that the SQL of {@link compileSql} calls: `regexp`, `tracebuf_like`, `tracebuf_json`.
 * Once per connection, before the first query.
 *
 * @param database A connection, such as node:sqlite's `DatabaseSync`.
 */
export function registerSqlFunctions(database: SqlFunctionHost): void {
  for (const [name, implementation] of Object.entries(sqlFunctions)) {
    // As BigInt an integer beyond 2^53 arrives; as a number it would end the query with an error.
    database.function(name, { deterministic: true, useBigIntArguments: true }, implementation);
  }
}

import type { RE2JS } from 're2js';
import { FILTER_LIMITS } from './limits.ts';
import { loadEngine } from './regexp-engine.ts';

/** Why a regular expression is refused; `position` and `length` are within its source. */
export class RegexpFault extends Error {
  readonly limit: boolean;
  readonly position: number;
  readonly length: number;

  constructor(message: string, position: number, length: number, limit = false) {
    super(message);
    this.position = position;
    this.length = length;
    this.limit = limit;
  }
}

/** Constructs of JavaScript that have no linear-time equal, as they start after `(?` or a backslash. */
const UNSUPPORTED_GROUPS: readonly (readonly [string, string])[] = [
  ['(?<=', 'lookbehind'],
  ['(?<!', 'lookbehind'],
  ['(?=', 'lookahead'],
  ['(?!', 'lookahead'],
  ['(?>', 'an atomic group'],
];

/** Finds the first construct that RE2 can't do, so that the message can name it. */
function findUnsupported(source: string): RegexpFault | undefined {
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') {
      const reference = /^\\(?:[1-9]\d*|k<[^>]*>?)/.exec(source.slice(at, at + 80));
      if (!inClass && reference !== null) {
        return new RegexpFault('a backreference is not supported', at, reference[0].length);
      }
      at++;
    } else if (inClass) inClass = character !== ']';
    else if (character === '[') {
      inClass = true;
      // A ] that comes first is an ordinary character to RE2.
      if (source.startsWith('^', at + 1)) at++;
      if (source.startsWith(']', at + 1)) at++;
    } else if (character === '(') {
      const known = UNSUPPORTED_GROUPS.find(([start]) => source.startsWith(start, at));
      if (known !== undefined) {
        return new RegexpFault(`${known[1]} is not supported`, at, known[0].length);
      }
    }
  }
  return undefined;
}

function build(source: string, flags: string): RE2JS {
  if (source.length > FILTER_LIMITS.regexpLength) {
    throw new RegexpFault(
      `it has ${source.length} characters, and at most ${FILTER_LIMITS.regexpLength} are allowed`,
      0,
      source.length,
      true,
    );
  }
  const unsupported = findUnsupported(source);
  if (unsupported !== undefined) throw unsupported;
  const re2 = loadEngine();
  let bits = 0;
  if (flags.includes('i')) bits |= re2.CASE_INSENSITIVE;
  if (flags.includes('m')) bits |= re2.MULTILINE;
  if (flags.includes('s')) bits |= re2.DOTALL;
  let compiled: RE2JS;
  try {
    compiled = re2.compile(source === '' ? '' : re2.translateRegExp(source), bits);
  } catch (error) {
    const fault = error as { error?: unknown; input?: unknown; message?: unknown };
    const part = typeof fault.input === 'string' ? fault.input : '';
    const at = part === '' ? -1 : source.indexOf(part);
    const reason = typeof fault.error === 'string' ? fault.error : String(fault.message);
    throw new RegexpFault(reason, Math.max(0, at), at < 0 ? source.length : part.length);
  }
  if (compiled.programSize() > FILTER_LIMITS.regexpProgram) {
    throw new RegexpFault('it repeats too much; lower the counts in braces', 0, source.length, true);
  }
  return compiled;
}

/** A compiled expression. */
interface Compiled {
  readonly engine: RE2JS;
  readonly test: (text: string) => boolean;
}

/** Compiled expressions by flags and source: parsing checks one, the evaluator and SQLite then use it. */
const cache = new Map<string, Compiled>();
const CACHE_SIZE = 64;

function compiled(source: string, flags: string): Compiled {
  const key = `${flags}/${source}`;
  let found = cache.get(key);
  if (found === undefined) {
    const engine = build(source, flags);
    found = { engine, test: (text) => engine.test(text) };
  } else cache.delete(key);
  // Deleting and setting again keeps the order of last use.
  cache.set(key, found);
  if (cache.size > CACHE_SIZE)
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  return found;
}

/**
 * Compiles a regular expression of RE2's syntax; JavaScript's spellings of the same (`\u0041`, `(?<name>…)`) too.
 *
 * @param source What stands between the slashes.
 * @param flags Any of `i`, `m`, `s`; `u` changes nothing, since matching goes by whole characters anyway.
 * @returns A test whether the expression matches anywhere in a text, in time linear in the text.
 * @throws RegexpFault where the expression is wrong, not supported or too large.
 */
export function compileRegexp(source: string, flags: string): (text: string) => boolean {
  return compiled(source, flags).test;
}

/**
 * Finds where a regular expression matches, for highlighting: the same expressions as in filters, in linear time.
 *
 * @param source What stands between the slashes.
 * @param flags Any of `i`, `m`, `s`, `u`.
 * @param text Where to look; half a character is one that matches nothing.
 * @param most How many matches to find at most.
 * @returns Start and end of each match, in UTF-16 code units; empty matches are left out.
 * @throws Error where the expression is wrong, not supported or too large; the message says why.
 */
export function regexpMatches(
  source: string,
  flags: string,
  text: string,
  most: number,
): (readonly [start: number, end: number])[] {
  const matcher = compiled(source, flags).engine.matcher(text.toWellFormed());
  const found: (readonly [number, number])[] = [];
  while (found.length < most && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (end > start) found.push([start, end]);
  }
  return found;
}

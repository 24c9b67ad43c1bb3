import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { describeMainThread, hasNoScript, inheritedFromMain } from './main-thread.ts';

/** Longest name of a process, in characters. */
export const MAX_PROCESS_NAME = 64;

const MAX_LEVELS = 32;
const MAX_PACKAGE_JSON = 1024 * 1024;

let name: string | undefined;

/**
 * The name of this process, the same in each of its threads: `TRACEBUF_PROCESS`, else the `name` in the package.json
 * nearest to the main script, else the script's base name, else `node`; made to fit by {@link fitProcessName}.
 */
export function processName(): string {
  name ??= findName();
  return name;
}

function findName(): string {
  const main = isMainThread ? describeMainThread() : inheritedFromMain();
  const explicit = main?.processName ?? process.env.TRACEBUF_PROCESS;
  if (explicit !== undefined && explicit !== '') return fitProcessName(explicit);
  const script = main === undefined ? scriptFromCommandLine() : main.script;
  return script === undefined ? 'node' : nameOfScript(script);
}

/** The script of this process, by its path; `undefined` for `-e`, standard input and the REPL. */
export function mainScript(): string | undefined {
  if (isMainThread) return describeMainThread().script;
  const main = inheritedFromMain();
  return main === undefined ? scriptFromCommandLine() : main.script;
}

/** Names a script by the package it is in, else by its file. */
export function nameOfScript(script: string): string {
  let path = script;
  try {
    // A command in node_modules/.bin is a link out of the package that brings it.
    path = realpathSync(script);
  } catch {
    // It may be gone, or be named without its extension.
  }
  const fromPackage = packageNameAbove(dirname(path));
  return fitProcessName(fromPackage ?? basename(path, extname(path)));
}

/** The nearest `name`: a package.json without one, as in `dist/esm`, only says what kind of module its neighbours are. */
function packageNameAbove(start: string): string | undefined {
  let directory = start;
  for (let level = 0; level < MAX_LEVELS; level++) {
    const found = readPackageName(join(directory, 'package.json'));
    if (found !== undefined) return found;
    const parent = dirname(directory);
    // As in Node's own lookup, what is above node_modules belongs to another package.
    if (parent === directory || basename(parent) === 'node_modules') return undefined;
    directory = parent;
  }
  return undefined;
}

/** No zod here, though the file comes from outside: loading it would cost more than everything else at start. */
function readPackageName(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile() || stats.size > MAX_PACKAGE_JSON) return undefined;
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('name' in parsed)) return undefined;
    return typeof parsed.name === 'string' && parsed.name !== '' ? parsed.name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes any text a name that can be typed as `<proc>` and be a directory of trace-fs: 1 to 64 printable characters.
 *
 * - A scope is joined as `npm pack` does: `@acme/web` is `acme-web`.
 * - Separators, white space, quotes and what is not printable become `-`.
 * - A name that reads as a pid, as `name.pid` or as `all` gets another form: `12` is `node-12`, `web.12` is
 *   `web-12`, `all` is `node-all`.
 */
export function fitProcessName(text: string): string {
  const trimmed = text.trim();
  // Most names are plain, and the expressions for the others take a millisecond to compile.
  let fit = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(trimmed) ? trimmed : replaceOthers(trimmed);
  // By code points: half a surrogate pair would not be printable.
  fit = Array.from(fit).slice(0, MAX_PROCESS_NAME).join('');
  fit = fit.replace(/[-.]+$/, '').replace(/\.(?=\d+$)/, '-');
  if (fit === '') return 'node';
  return /^(?:\d+|all)$/i.test(fit) ? `node-${fit}` : fit;
}

function replaceOthers(text: string): string {
  return text
    .toWellFormed()
    .replace(/^[@\s]+/, '')
    .replace(/[/\\:*?"'`<>|\s\p{C}\p{Z}\ufffd]+/gu, '-')
    .replace(/^[-.@]+/, '');
}

/**
 * The script of a program whose main thread does not load this package, as with a logger that has a worker thread.
 * Options in NODE_OPTIONS are not on the command line; those before the script are, and a worker inherits them.
 */
function scriptFromCommandLine(): string | undefined {
  let args: string[];
  try {
    args = readFileSync('/proc/self/cmdline', 'utf8').split('\0').slice(1);
  } catch {
    return undefined;
  }
  const inherited = process.execArgv;
  const hasInherited = inherited.every((arg, index) => args[index] === arg);
  if (hasInherited) {
    if (hasNoScript(inherited)) return undefined;
    const script = args[inherited.length];
    if (script === undefined || script === '' || script === '-') return undefined;
    if (!script.startsWith('-')) return resolve(script);
  }
  // The worker was started with other options than the process: the first argument that is a file.
  const script = args.find((arg) => arg !== '' && !arg.startsWith('-') && isScript(resolve(arg)));
  return script === undefined ? undefined : resolve(script);
}

function isScript(path: string): boolean {
  return ['', '.js', '.mjs', '.cjs', '.ts'].some(
    (extension) => statSync(path + extension, { throwIfNoEntry: false })?.isFile() === true,
  );
}

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is shown of a function: lines before it, and from its first line on. */
const BEFORE = 2;
const BEHIND = 12;
/** Larger files are hardly written by hand. */
const MOST_BYTES = 4 * 1024 * 1024;
/** The path comes from a record: only what is called like source is opened. */
const SOURCE = /\.[cm]?[jt]sx?$/;

/** A line of a file. */
export interface SourceLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a file around one of them, where the file is there. It may have changed since.
 *
 * @param path A path, or a URL of a file.
 */
export function sourceLines(path: string, line: number): readonly SourceLine[] {
  const text = readSource(path);
  if (text === undefined) return [];
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, line - BEFORE);
  return lines
    .slice(first - 1, line + BEHIND)
    .map((each, index) => ({ number: first + index, text: each.replaceAll('\t', '  ') }));
}

function readSource(path: string): string | undefined {
  if (!SOURCE.test(path)) return undefined;
  try {
    const name = path.startsWith('file:') ? fileURLToPath(path) : path;
    // A pipe would never be opened.
    const file = openSync(name, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = fstatSync(file);
      return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(file, 'utf8') : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    // Not there, or not to be read: the record is shown without.
    return undefined;
  }
}

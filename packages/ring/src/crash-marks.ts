import { createRequire } from 'node:module';
import type { Root } from './directory.ts';
import { writerName } from './process-file.ts';
import { readSmallFile, replaceSmallFile } from './secure-file.ts';

const FILE = 'crash-marks.json';
const MAX_BYTES = 1024 * 1024;

/** Which crashes are the first of their name since the last prune. */
export interface CrashMarks {
  /** Key of the process, by process name. */
  readonly first: ReadonlyMap<string, string>;
  /** Keys of dead processes that a prune has seen: they are no first crashes any more. */
  readonly released: readonly string[];
}

/** Reads the marks; none where there is no file, or one that cannot be understood: they are only an opinion. */
export function readCrashMarks(root: Root): CrashMarks {
  try {
    const z = createRequire(import.meta.url)('zod/mini') as typeof import('zod/mini');
    const schema = z.looseObject({
      first: z.array(z.tuple([z.string(), z.string()])),
      released: z.array(z.string()),
    });
    const { first, released } = schema.parse(JSON.parse(readSmallFile(root, FILE, MAX_BYTES)));
    return { first: new Map(first), released };
  } catch {
    return { first: new Map(), released: [] };
  }
}

/**
 * Writes the marks where they changed. Two sweeps at once may each write theirs: both come from the same directories,
 * so that they hardly differ, and the next sweep starts from the one that was last.
 */
export function writeCrashMarks(root: Root, marks: CrashMarks, before: CrashMarks): void {
  const text = toText(marks);
  if (text === toText(before)) return;
  try {
    replaceSmallFile(root, FILE, text, writerName());
  } catch {
    // A full disk is no reason to fail: pruning is what makes room on it.
  }
}

function toText(marks: CrashMarks): string {
  const first = [...marks.first].sort(([a], [b]) => (a < b ? -1 : 1));
  const released = marks.released.toSorted((a, b) => (a < b ? -1 : 1));
  return `${JSON.stringify({ formatVersion: 1, first, released })}\n`;
}

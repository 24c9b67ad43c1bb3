import { Buffer } from 'node:buffer';
import { readSync, writeSync } from 'node:fs';

/**
 * What many records share, written once beside the ring: names of levels, conditions, event schemas.
 * The file holds one JSON array `[type, id, value]` a line, so that any program can read it.
 */
export interface Definition {
  /** What is defined, such as `level`. */
  readonly type: string;
  /** Number that records refer to it by. */
  readonly id: number;
  readonly value: unknown;
}

/** Definition of a level's name: the id is the level, the value its name. */
export const LEVEL_DEFINITION = 'level';

/** A reader takes no more than this from one file: 16 MiB and a million definitions. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_DEFINITIONS = 1_000_000;
/** Lines that are no definitions cost ten times as much as those that are: after so many the rest is left out. */
const MAX_FAULTS = 10_000;

/**
 * Appends a definition. When this has returned it is in the file, so a record may refer to it.
 *
 * @param fd The definition file, opened for appending.
 * @throws whatever the file system throws; a value that JSON can't hold is a TypeError.
 */
export function writeDefinition(fd: number, { type, id, value }: Definition): void {
  writeSync(fd, `${JSON.stringify([type, id, value])}\n`);
}

/** Definitions of one file, by type and id. The last one of an id stands. */
export type Definitions = ReadonlyMap<string, ReadonlyMap<number, unknown>>;

/**
 * Reads a definition file; lines that are not definitions are stepped over.
 *
 * @param fd The file, opened for reading.
 */
export function readDefinitions(fd: number): Definitions {
  const text = readText(fd);
  const definitions = new Map<string, Map<number, unknown>>();
  let count = 0;
  let faults = 0;
  for (let start = 0; start < text.length && count < MAX_DEFINITIONS && faults < MAX_FAULTS; ) {
    const newline = text.indexOf('\n', start);
    // A line without its newline is still being written.
    if (newline < 0) break;
    const definition = parseDefinition(text.slice(start, newline));
    start = newline + 1;
    if (definition === undefined) {
      faults++;
      continue;
    }
    count++;
    const ofType = definitions.get(definition.type) ?? new Map<number, unknown>();
    definitions.set(definition.type, ofType.set(definition.id, definition.value));
  }
  return definitions;
}

/** Names that a buffer has given to levels. */
export function levelLabels(definitions: Definitions): ReadonlyMap<number, string> {
  const labels = new Map<number, string>();
  for (const [level, name] of definitions.get(LEVEL_DEFINITION) ?? []) {
    if (typeof name === 'string') labels.set(level, name);
  }
  return labels;
}

function parseDefinition(line: string): Definition | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!Array.isArray(parsed)) return undefined;
    const [type, id, value] = parsed as unknown[];
    return typeof type === 'string' && typeof id === 'number' ? { type, id, value } : undefined;
  } catch {
    return undefined;
  }
}

function readText(fd: number): string {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < MAX_BYTES) {
    const chunk = Buffer.allocUnsafe(65536);
    const got = readSync(fd, chunk, 0, chunk.length, total);
    if (got === 0) break;
    chunks.push(chunk.subarray(0, got));
    total += got;
  }
  return Buffer.concat(chunks).toString('utf8');
}

import { closeSync, existsSync, unlinkSync, writeSync } from 'node:fs';
import { errorCode, StorageError } from './errors.ts';
import { ringFileName } from './file-name.ts';
import type { SecureDirectory } from './secure-directory.ts';
import { listNames, readSmallFile, secureCreate } from './secure-file.ts';

/** What rings that are gone have held. */
export interface RemovedRings {
  /** How many rings there were. */
  readonly rings: number;
  /** How many records had been appended to them. */
  readonly records: number;
}

/** What a process has booked of the rings of ended threads that it has removed (R4). */
export interface RemovedBook {
  /** By name of the trace buffer. */
  readonly buffers: ReadonlyMap<string, RemovedRings>;
  /** Rings that are booked, though files of them may still be there, as `<buffer>.<thread>`. */
  readonly removing: ReadonlySet<string>;
}

/** A ring of a thread that ended, with the one for errors beside it. */
export interface DoomedRing {
  readonly buffer: string;
  readonly thread: number;
  readonly rings: number;
  readonly records: number;
}

/**
 * The book is a file `removed.<n>.json`. Who books makes the next one, which only one thread can; then the former one goes.
 *
 * ```
 * { "formatVersion": 1, "buffers": { "<buffer>": { "rings": 86, "records": 4711 } }, "removing": [["<buffer>", 3]] }
 * ```
 */
const BOOK = /^removed\.([1-9]\d{0,14})\.json$/;
const FORMAT_VERSION = 1;
const MAX_FILES = 100_000;
const MAX_BYTES = 1 << 20;
/** Further buffers are booked together, under {@link OTHER_BUFFERS}: a program may name one after each worker. */
const MAX_BUFFERS = 256;
/** Stands for the buffers that have no name in the book; no trace buffer is called so. */
export const OTHER_BUFFERS = '(others)';
/** How often a book that somebody else is writing is looked at; a thread that was ended meanwhile never finishes it. */
const PATIENCE = 20;
const PAUSE_MS = 1;

const EMPTY: RemovedBook = { buffers: new Map(), removing: new Set() };

/**
 * Reads the book of a process. Untrusted: what can't be understood is as if it was not there.
 *
 * @throws InsecureDirectoryError, StorageError where the directory can't be listed.
 */
export function readRemovedBook(directory: SecureDirectory): RemovedBook {
  for (let tries = PATIENCE; tries > 1; tries--) {
    const { book, isNewest } = newestBook(directory);
    if (isNewest) return book;
    pause();
  }
  return newestBook(directory).book;
}

/** Whether a ring is counted in the book already. */
export function isBooked({ removing }: RemovedBook, buffer: string, thread: number): boolean {
  return removing.has(keyOf(buffer, thread));
}

/**
 * Books rings as gone and removes their files. Of several threads that want to remove the same ring one does.
 * Killed at any instant, the book and the rings that are still there together count each record once.
 *
 * @param doomed What to remove; their writers are done with them.
 * @returns Those that this call removed.
 */
export function removeRings(directory: SecureDirectory, doomed: readonly DoomedRing[]): DoomedRing[] {
  for (let tries = PATIENCE; tries > 0; tries--) {
    const { book, isNewest, taken } = newestBook(directory);
    // Somebody is writing it, or wrote the next one while we looked. What is never finished is passed over in the end.
    if (!isNewest && tries > 1) {
      pause();
      continue;
    }
    // Somebody else has booked those; should their thread have ended in between, their files go now.
    for (const { buffer, thread } of doomed)
      if (isBooked(book, buffer, thread)) forget(directory, buffer, thread);
    const own = doomed.filter(
      ({ buffer, thread }) =>
        !isBooked(book, buffer, thread) &&
        existsSync(directory.resolve(ringFileName(buffer, thread, 'ring'))),
    );
    if (own.length === 0) return [];
    if (!write(directory, taken + 1, withRings(book, own))) continue;
    for (const { buffer, thread } of own) forget(directory, buffer, thread);
    // From now on a ring of the same name is another one.
    const booked = newestBook(directory);
    if (booked.isNewest) {
      write(directory, booked.taken + 1, {
        ...booked.book,
        removing: remaining(directory, booked.book),
      });
    }
    removeBefore(directory);
    return own;
  }
  return [];
}

function withRings(book: RemovedBook, own: readonly DoomedRing[]): RemovedBook {
  const buffers = new Map(book.buffers);
  for (const { buffer, rings, records } of own) {
    const name = buffers.has(buffer) || buffers.size < MAX_BUFFERS ? buffer : OTHER_BUFFERS;
    const before = buffers.get(name) ?? { rings: 0, records: 0 };
    buffers.set(name, { rings: before.rings + rings, records: before.records + records });
  }
  return {
    buffers,
    removing: new Set([...book.removing, ...own.map((ring) => keyOf(ring.buffer, ring.thread))]),
  };
}

interface NewestBook {
  readonly book: RemovedBook;
  /** Whether there is none that is newer, be it one that is still being written. */
  readonly isNewest: boolean;
  /** The greatest number that is there; 0: none is. */
  readonly taken: number;
}

function newestBook(directory: SecureDirectory): NewestBook {
  const numbers = bookNumbers(directory).sort((a, b) => b - a);
  const [taken = 0] = numbers;
  for (const number of numbers) {
    const book = readBook(directory, number);
    if (book !== undefined) return { book, isNewest: number === taken, taken };
  }
  return { book: EMPTY, isNewest: taken === 0, taken };
}

function bookNumbers(directory: SecureDirectory): number[] {
  return listNames(directory, MAX_FILES).flatMap((name) => {
    const match = BOOK.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

function readBook(directory: SecureDirectory, number: number): RemovedBook | undefined {
  try {
    return parseBook(JSON.parse(readSmallFile(directory, bookName(number), MAX_BYTES)));
  } catch {
    // Still being written, or gone for the next one.
    return undefined;
  }
}

function parseBook(value: unknown): RemovedBook | undefined {
  if (!isObject(value) || value.formatVersion !== FORMAT_VERSION) return undefined;
  if (!isObject(value.buffers) || !Array.isArray(value.removing)) return undefined;
  const buffers = new Map<string, RemovedRings>();
  for (const [name, counts] of Object.entries(value.buffers).slice(0, MAX_BUFFERS + 1)) {
    if (!isObject(counts) || !isCount(counts.rings) || !isCount(counts.records)) return undefined;
    buffers.set(name, { rings: counts.rings, records: counts.records });
  }
  const removing = new Set<string>();
  for (const ring of value.removing as unknown[]) {
    if (!Array.isArray(ring) || typeof ring[0] !== 'string' || !isCount(ring[1])) return undefined;
    removing.add(keyOf(ring[0], ring[1]));
  }
  return { buffers, removing };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** @returns Whether it was this thread that wrote the book of this number. */
function write(directory: SecureDirectory, number: number, { buffers, removing }: RemovedBook): boolean {
  const book = {
    formatVersion: FORMAT_VERSION,
    buffers: Object.fromEntries(buffers),
    removing: [...removing].map((key) => JSON.parse(key) as [string, number]),
  };
  let fd: number;
  try {
    fd = secureCreate(directory, bookName(number));
  } catch (error) {
    if (error instanceof StorageError && error.systemCode === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(fd, `${JSON.stringify(book)}\n`);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Those of a book whose files are still there. */
function remaining(directory: SecureDirectory, { removing }: RemovedBook): Set<string> {
  return new Set(
    [...removing].filter((key) => {
      const [buffer, thread] = JSON.parse(key) as [string, number];
      return (['ring', 'keep'] as const).some((role) =>
        existsSync(directory.resolve(ringFileName(buffer, thread, role))),
      );
    }),
  );
}

/** Removes the books before the newest one. */
function removeBefore(directory: SecureDirectory): void {
  const { isNewest, taken } = newestBook(directory);
  if (!isNewest) return;
  for (const number of bookNumbers(directory)) if (number < taken) removeFile(directory, bookName(number));
}

function forget(directory: SecureDirectory, buffer: string, thread: number): void {
  // The main ring last: while it is there, what was cut short is taken up again.
  for (const role of ['keep', 'defs', 'ring'] as const)
    removeFile(directory, ringFileName(buffer, thread, role));
}

function removeFile(directory: SecureDirectory, name: string): void {
  try {
    unlinkSync(directory.resolve(name));
  } catch (error) {
    // It never was, or another thread removes it too.
    if (errorCode(error) === undefined) throw error;
  }
}

function bookName(number: number): string {
  return `removed.${number}.json`;
}

function keyOf(buffer: string, thread: number): string {
  return JSON.stringify([buffer, thread]);
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}

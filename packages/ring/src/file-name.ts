import { InvalidOptionError } from './errors.ts';

/** What a file of a trace buffer holds: its main ring, its ring for errors, its definitions. */
export type RingFileRole = 'ring' | 'keep' | 'defs';

/** The parts of a file name `<buffer>.<thread>.<role>`. */
export interface RingFileName {
  /** Name of the trace buffer. */
  readonly buffer: string;
  /** Node's thread id of the writer, 0 for the main thread. */
  readonly thread: number;
  /** What the file holds. */
  readonly role: RingFileRole;
}

/** Longest name of a trace buffer, in bytes of UTF-8: escaped threefold it still fits a file name of 255 bytes. */
const MAX_BUFFER_NAME_BYTES = 64;

const MAX_THREAD = 0xffff_ffff;
const ESCAPED = /^(?:[A-Za-z0-9_-]|%[0-9A-F]{2})+$/;
const RING_FILE = /^([^.]+)\.(0|[1-9]\d{0,9})\.(ring|keep|defs)$/;

/**
 * Makes a file name of the name of a trace buffer: every byte of its UTF-8 outside `A-Za-z0-9_-` becomes `%XX`,
 * so that no name can be a path, and different names are different files.
 *
 * @throws InvalidOptionError where the name is empty, too long, or holds control characters or lone surrogates.
 */
export function escapeName(name: string): string {
  if (typeof name !== 'string' || name.length === 0) {
    throw new InvalidOptionError('the trace buffer name', name, 'give a text that is not empty');
  }
  if (!name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw new InvalidOptionError(
      'the trace buffer name',
      name,
      'leave out control characters and lone surrogates',
    );
  }
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_BUFFER_NAME_BYTES) {
    throw new InvalidOptionError(
      'the trace buffer name',
      name,
      `it takes ${bytes} bytes of UTF-8, use at most ${MAX_BUFFER_NAME_BYTES}`,
    );
  }
  let escaped = '';
  for (const byte of Buffer.from(name)) {
    const char = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9_-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** Takes back {@link escapeName}; `undefined` for a text that it does not make. */
export function unescapeName(escaped: string): string | undefined {
  if (escaped.length > 3 * MAX_BUFFER_NAME_BYTES || !ESCAPED.test(escaped)) return undefined;
  try {
    const name = decodeURIComponent(escaped);
    // One name, one file: %61 would be a second spelling of a.
    return escapeName(name) === escaped ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Names a file of a trace buffer in the directory of its process.
 *
 * @throws InvalidOptionError where the name of the buffer cannot be used.
 */
export function ringFileName(buffer: string, thread: number, role: RingFileRole): string {
  if (!Number.isInteger(thread) || thread < 0 || thread > MAX_THREAD) {
    throw new InvalidOptionError(
      'the thread of a ring',
      thread,
      'give the id of a thread, 0 for the main one',
    );
  }
  return `${escapeName(buffer)}.${thread}.${role}`;
}

/** Reads a name that {@link ringFileName} made; `undefined` for the name of any other file. */
export function parseRingFileName(fileName: string): RingFileName | undefined {
  const match = RING_FILE.exec(fileName);
  if (match === null) return undefined;
  const buffer = unescapeName(match[1] ?? '');
  const thread = Number(match[2]);
  if (buffer === undefined || thread > MAX_THREAD) return undefined;
  return { buffer, thread, role: match[3] as RingFileRole };
}

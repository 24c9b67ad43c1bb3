import { closeSync, readSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Header } from './layout.ts';
import type { RingStorage } from './storage.ts';

/** Control words, as others write them. */
const CONTROL_BYTES = Header.CONTROL_CLEAR_MARK + 8 - Header.CONTROL_GENERATION;

/** Bytes of a file. */
export interface FileRange {
  readonly start: number;
  readonly length: number;
}

/** The books of a ring: all that its writer says of it, within one page. */
export const RING_BOOKS: FileRange = { start: Header.HEAD, length: Header.CLEARED_TO + 8 - Header.HEAD };

/** Milliseconds from a failed write to the next try: doubled each time, so that a fault costs next to nothing. */
const FIRST_RETRY = 5;
const LAST_RETRY = 1000;

/**
 * Writes a range of memory to the same place of a file, all of it.
 *
 * @throws The system's error; it also stands for a write that stored nothing.
 */
export function writeRange(fd: number, bytes: Uint8Array, start: number, length: number): void {
  for (let done = 0; done < length; ) {
    const written = writeSync(fd, bytes, start + done, length - done, start + done);
    if (written <= 0) throw Object.assign(new Error('nothing could be written'), { code: 'EIO' });
    done += written;
  }
}

/**
 * Memory on the heap, of which ranges are copied to the file (R12).
 *
 * Writes may fail (EIO, EDQUOT, ENOSPC where space is not given for good). The first one that does suspends all others,
 * so that the file stays as sound as it was: what is written is always written in order. Writing goes on when the
 * books could be written, which then tell how many records were not stored meanwhile.
 */
export class PositionalStorage implements RingStorage {
  readonly memory: ArrayBuffer;
  readonly #fd: number;
  readonly #bytes: Uint8Array;
  readonly #books: FileRange;
  #suspended = false;
  #retryAt = 0;
  #delay = FIRST_RETRY;

  /**
   * @param fd The file, opened for reading and writing; closed by {@link close}.
   * @param length Bytes of the file.
   * @param books What must be written before writing goes on after a failure.
   * @throws The system's error where the file can't be read.
   */
  constructor(fd: number, length: number, books: FileRange) {
    this.memory = new ArrayBuffer(length);
    this.#fd = fd;
    this.#books = books;
    this.#bytes = new Uint8Array(this.memory);
    readSync(fd, this.#bytes, 0, length, 0);
  }

  write(start: number, length: number): boolean {
    if (this.#suspended && !this.#resumeInTime()) return false;
    if (!this.#tryWrite(start, length)) return false;
    this.#delay = FIRST_RETRY;
    return true;
  }

  readControl(): void {
    if (this.#suspended) this.#resumeInTime();
    try {
      readSync(this.#fd, this.#bytes, Header.CONTROL_GENERATION, CONTROL_BYTES, Header.CONTROL_GENERATION);
    } catch {
      // They stay as they were.
    }
  }

  retry(): void {
    if (this.#suspended) this.#resume();
  }

  close(): void {
    try {
      closeSync(this.#fd);
    } catch {
      // Some file systems report the errors of earlier writes here; the descriptor is gone all the same.
    }
  }

  #resumeInTime(): boolean {
    return performance.now() >= this.#retryAt && this.#resume();
  }

  #resume(): boolean {
    this.#suspended = false;
    return this.#tryWrite(this.#books.start, this.#books.length);
  }

  #tryWrite(start: number, length: number): boolean {
    try {
      writeRange(this.#fd, this.#bytes, start, length);
      return true;
    } catch {
      this.#suspended = true;
      this.#retryAt = performance.now() + this.#delay;
      this.#delay = Math.min(2 * this.#delay, LAST_RETRY);
      return false;
    }
  }
}

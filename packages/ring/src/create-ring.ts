import { Buffer } from 'node:buffer';
import { closeSync, writeSync } from 'node:fs';
import type { ClockOrigins } from './clock-origins.ts';
import { StorageError } from './errors.ts';
import {
  BYTE_ORDER_MARK,
  FORMAT_MAJOR,
  FORMAT_MINOR,
  HEADER_SIZE,
  Header,
  MAGIC,
  MAX_NAME_BYTES,
  RingFlag,
  RingState,
} from './layout.ts';
import { mapFile } from './mapping.ts';
import { type FileRange, PositionalStorage, RING_BOOKS, writeRange } from './positional-storage.ts';
import type { RingStorage } from './storage.ts';

/** What a new ring is to be. */
export interface RingSpec {
  /** Bytes of data, a multiple of 8. */
  readonly capacity: number;
  readonly policy: 'overwrite' | 'discard';
  readonly role: 'main' | 'keep';
  /** `mapped` falls back to positional writes where memory can't be mapped. */
  readonly mode: 'mapped' | 'positional';
  readonly buffer: string;
  readonly process: string;
  readonly thread: number;
  /** Thread id of the operating system, 0 where unknown. */
  readonly osThread: number;
  /** Where the times of its records count from. */
  readonly origins: ClockOrigins;
  /** Whether records are stored from the start. */
  readonly enabled: boolean;
  /** Records below this level are not stored. */
  readonly minLevel: number;
  /** Whether someone outside has said so, rather than the program: threads that join later then hear it too. */
  readonly commanded: boolean;
  /** Generation of a policy kept elsewhere; default: 0. */
  readonly policyGeneration?: number;
  /** Mask of keywords that are wanted; default: all. */
  readonly keywords?: bigint;
}

/** What a new file is filled with, piece by piece. One for all rings: making one leaves no garbage of its size. */
const ZEROS = Buffer.alloc(65536);

/** Mask of a ring whose keywords nobody has chosen. */
const ALL_KEYWORDS = 0xffff_ffff_ffff_ffffn;

/**
 * Lays a new ring out in an empty file.
 *
 * @param fd The file, opened for reading and writing; it is closed where it is no longer needed.
 * @param path For error texts.
 * @throws StorageError where the space can't be had: every byte is allocated here (R5), none later.
 */
export function createRing(fd: number, path: string, spec: RingSpec): RingStorage {
  const length = HEADER_SIZE + spec.capacity;
  try {
    // Writing zeros allocates on every platform and file system that does not compress; posix_fallocate would
    // do no more, and is missing on macOS.
    for (let at = 0; at < length; ) {
      const written = writeSync(fd, ZEROS, 0, Math.min(ZEROS.length, length - at), at);
      if (written <= 0) throw Object.assign(new Error('nothing could be written'), { code: 'ENOSPC' });
      at += written;
    }
  } catch (error) {
    closeSync(fd);
    throw new StorageError(`reserve ${length} bytes for`, path, error);
  }
  const storage = openStorage(fd, path, length, spec.mode);
  const isPositional = storage.write !== undefined;
  const header = Buffer.from(storage.memory, 0, HEADER_SIZE);
  describe(header, spec, isPositional);
  if (!isPositional) return storage;
  try {
    // The magic last, here too: a write may be seen, or cut short, in the middle.
    writeRange(fd, header, MAGIC.length, HEADER_SIZE - MAGIC.length);
    writeRange(fd, header, 0, MAGIC.length);
    return storage;
  } catch (error) {
    storage.close();
    throw new StorageError('write the header of', path, error);
  }
}

/**
 * Gives access to the bytes of a ring file for writing: mapped, or by positional writes.
 *
 * @param fd The file, opened for reading and writing.
 * @param path Its path.
 * @param length Bytes of the file.
 * @param books Positional mode: what tells of writes that failed; of a ring unless told otherwise.
 */
export function openStorage(
  fd: number,
  path: string,
  length: number,
  mode: 'mapped' | 'positional',
  books: FileRange = RING_BOOKS,
): RingStorage {
  if (mode === 'mapped') {
    try {
      const { memory, unmap } = mapFile(fd, path, length);
      closeSync(fd);
      return { memory, close: unmap };
    } catch {
      // No mapping here: positional writes do as well, and `ps` and `doctor` show the mode.
    }
  }
  return new PositionalStorage(fd, length, books);
}

function describe(header: Buffer, spec: RingSpec, positional: boolean): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const little = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
  const u32 = (at: number, value: number): void => view.setUint32(at, value, little);
  u32(Header.BYTE_ORDER, BYTE_ORDER_MARK);
  view.setUint16(Header.MAJOR, FORMAT_MAJOR, little);
  view.setUint16(Header.MINOR, FORMAT_MINOR, little);
  u32(Header.HEADER_SIZE, HEADER_SIZE);
  u32(
    Header.FLAGS,
    (spec.policy === 'discard' ? RingFlag.DISCARD : 0) |
      (positional ? RingFlag.POSITIONAL : 0) |
      (spec.role === 'keep' ? RingFlag.KEEP : 0),
  );
  u32(Header.CAPACITY, spec.capacity);
  u32(Header.PID, process.pid);
  u32(Header.THREAD, spec.thread);
  u32(Header.OS_THREAD, spec.osThread);
  view.setFloat64(Header.MONOTONIC_ORIGIN, spec.origins.monotonic, little);
  view.setFloat64(Header.WALL_ORIGIN, spec.origins.wall, little);
  writeName(header, view, little, Header.BUFFER_NAME, spec.buffer);
  writeName(header, view, little, Header.PROCESS_NAME, spec.process);
  u32(Header.STATE, RingState.OPEN);
  u32(Header.CONTROL_GENERATION, spec.commanded ? 1 : 0);
  u32(Header.CONTROL_ENABLED, spec.enabled ? 1 : 0);
  u32(Header.CONTROL_MIN_LEVEL, spec.minLevel);
  u32(Header.CONTROL_POLICY, spec.policyGeneration ?? 0);
  const { keywords = ALL_KEYWORDS } = spec;
  u32(Header.CONTROL_KEYWORDS, Number(BigInt.asUintN(32, keywords)));
  u32(Header.CONTROL_KEYWORDS + 4, Number(keywords >> 32n));
  // Last, because a file without the magic is still being made.
  header.write(MAGIC, Header.MAGIC, 'latin1');
}

function writeName(header: Buffer, view: DataView, little: boolean, at: number, name: string): void {
  const length = header.write(name, at + 2, MAX_NAME_BYTES, 'utf8');
  view.setUint16(at, length, little);
}

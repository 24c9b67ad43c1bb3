import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import { CorruptRingError, UnfinishedRingError, UnsupportedFormatError } from './errors.ts';
import {
  ALIGNMENT,
  BYTE_ORDER_MARK,
  FORMAT_MAJOR,
  FORMAT_MINOR,
  HEADER_SIZE,
  Header,
  MAGIC,
  MAX_CAPACITY,
  MAX_NAME_BYTES,
  MIN_CAPACITY,
  RingFlag,
  RingState,
} from './layout.ts';

const TWO_TO_32 = 0x1_0000_0000;

/** What a ring file says of itself once and for all. */
export interface RingDescriptor {
  /** `[major, minor]` of the format. */
  readonly version: readonly [number, number];
  /** Whether numbers in the file are little-endian. */
  readonly littleEndian: boolean;
  /** Bytes of data. */
  readonly capacity: number;
  /** `overwrite` evicts the oldest record of a full ring, `discard` refuses the new one. */
  readonly policy: 'overwrite' | 'discard';
  /** How the writer stores: into mapped memory or by positional writes (R12). */
  readonly mode: 'mapped' | 'positional';
  /** `keep` is the ring for records at or above the buffer's keep level. */
  readonly role: 'main' | 'keep';
  readonly pid: number;
  readonly thread: number;
  /** Thread id of the operating system, 0 where unknown. */
  readonly osThread: number;
  readonly buffer: string;
  readonly process: string;
  /** Wall clock in milliseconds at the instant that record times count from. */
  readonly wallOrigin: number;
  /** Monotonic clock in milliseconds at the same instant. */
  readonly monotonicOrigin: number;
}

/** The words of a header that change, as read at one instant. */
export interface RingCursors {
  /** Position behind the last record; in positional mode a lower bound of it. */
  readonly head: number;
  /** Position of the oldest record. */
  readonly oldest: number;
  /** Sequence number of the last record, as far as the header knows. */
  readonly appended: number;
  readonly cleared: number;
  /** Sequence number of the last record that was cleared; 0 where none was. */
  readonly clearedTo: number;
  readonly discarded: number;
  readonly cut: number;
  readonly replaced: number;
  readonly closed: boolean;
  readonly enabled: boolean;
  readonly minLevel: number;
  /** Generation of a policy kept elsewhere. */
  readonly policy: number;
  /** Mask of 64 keywords that are wanted. */
  readonly keywords: bigint;
  readonly clearMark: number;
  /** Whether anyone has ever written the control words. */
  readonly commanded: boolean;
}

/** A view of a header that knows the byte order of the file. */
export class HeaderView {
  /** The header's bytes. */
  readonly bytes: Buffer = Buffer.alloc(HEADER_SIZE);
  readonly #view = new DataView(this.bytes.buffer, this.bytes.byteOffset, HEADER_SIZE);
  #littleEndian = true;

  /**
   * Reads the header from a file.
   *
   * @param path For error texts.
   * @throws CorruptRingError where the file is shorter than a header.
   */
  read(fd: number, path: string): void {
    const got = readSync(fd, this.bytes, 0, HEADER_SIZE, 0);
    if (got < HEADER_SIZE) {
      if (got === 0) throw new UnfinishedRingError(path);
      throw new CorruptRingError(path, `it ends after ${got} of ${HEADER_SIZE} bytes of header`);
    }
  }

  /**
   * Reads what the ring says of itself.
   *
   * @param path For error texts.
   * @throws CorruptRingError, UnsupportedFormatError
   */
  descriptor(path: string): RingDescriptor {
    if (this.bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) {
      if (this.bytes.every((byte) => byte === 0)) throw new UnfinishedRingError(path);
      throw new CorruptRingError(path, 'it does not start with the magic bytes of a ring');
    }
    const order = this.#view.getUint32(Header.BYTE_ORDER, true);
    this.#littleEndian = order === BYTE_ORDER_MARK;
    if (!this.#littleEndian && this.#view.getUint32(Header.BYTE_ORDER, false) !== BYTE_ORDER_MARK) {
      throw new CorruptRingError(path, `its byte order mark is 0x${order.toString(16)}`);
    }
    const major = this.#u16(Header.MAJOR);
    const minor = this.#u16(Header.MINOR);
    if (major !== FORMAT_MAJOR) {
      throw new UnsupportedFormatError(path, `${major}.${minor}`, `${FORMAT_MAJOR}.${FORMAT_MINOR}`);
    }
    const headerSize = this.#u32(Header.HEADER_SIZE);
    const capacity = this.#u32(Header.CAPACITY);
    if (headerSize !== HEADER_SIZE) throw new CorruptRingError(path, `its header size is ${headerSize}`);
    if (capacity < MIN_CAPACITY || capacity > MAX_CAPACITY || capacity % ALIGNMENT !== 0) {
      throw new CorruptRingError(path, `its capacity is ${capacity} bytes`);
    }
    const flags = this.#u32(Header.FLAGS);
    return {
      version: [major, minor],
      littleEndian: this.#littleEndian,
      capacity,
      policy: (flags & RingFlag.DISCARD) !== 0 ? 'discard' : 'overwrite',
      mode: (flags & RingFlag.POSITIONAL) !== 0 ? 'positional' : 'mapped',
      role: (flags & RingFlag.KEEP) !== 0 ? 'keep' : 'main',
      pid: this.#u32(Header.PID),
      thread: this.#u32(Header.THREAD),
      osThread: this.#u32(Header.OS_THREAD),
      buffer: this.#name(Header.BUFFER_NAME),
      process: this.#name(Header.PROCESS_NAME),
      wallOrigin: this.#finite(Header.WALL_ORIGIN),
      monotonicOrigin: this.#finite(Header.MONOTONIC_ORIGIN),
    };
  }

  /** Head as it was read, whether it makes sense or not. */
  get head(): number {
    return this.#position(Header.HEAD);
  }

  /** Oldest as it was read, whether it makes sense or not. */
  get oldest(): number {
    return this.#position(Header.OLDEST);
  }

  /** Reads the words that change. {@link descriptor} must have been read before. */
  cursors(capacity: number): RingCursors {
    const [head, oldest] = settlePositions(
      this.#position(Header.HEAD),
      this.#position(Header.OLDEST),
      capacity,
    );
    const commanded = this.#u32(Header.CONTROL_GENERATION) !== 0;
    return {
      head,
      oldest,
      appended: this.#count(Header.APPENDED),
      cleared: this.#count(Header.CLEARED),
      clearedTo: this.#count(Header.CLEARED_TO),
      discarded: this.#count(Header.DISCARDED),
      cut: this.#count(Header.CUT),
      replaced: this.#count(Header.REPLACED),
      closed: this.#u32(Header.STATE) === RingState.CLOSED,
      enabled: this.#u32(Header.CONTROL_ENABLED) !== 0,
      minLevel: this.#u32(Header.CONTROL_MIN_LEVEL),
      policy: this.#u32(Header.CONTROL_POLICY),
      keywords:
        (BigInt(this.#u32(Header.CONTROL_KEYWORDS + 4)) << 32n) | BigInt(this.#u32(Header.CONTROL_KEYWORDS)),
      // Who sets a mark changes the generation, so without that it is damage.
      clearMark: commanded ? this.#position(Header.CONTROL_CLEAR_MARK) : 0,
      commanded,
    };
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.#littleEndian);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#littleEndian);
  }

  #finite(at: number): number {
    const value = this.#view.getFloat64(at, this.#littleEndian);
    return Number.isFinite(value) ? value : 0;
  }

  #count(at: number): number {
    const value = this.#view.getFloat64(at, this.#littleEndian);
    return Number.isSafeInteger(value) && value >= 0 ? value : 0;
  }

  #position(at: number): number {
    return this.#u32(at + 4) * TWO_TO_32 + this.#u32(at);
  }

  #name(at: number): string {
    const length = Math.min(this.#u16(at), MAX_NAME_BYTES);
    return this.bytes.toString('utf8', at + 2, at + 2 + length);
  }
}

/**
 * Undoes the one inconsistency that a file can hold: a position whose high half is already new and whose low half
 * is still old, which makes it 2^32 too high. At any instant at most one of the two is in that state, and no ring is
 * that large.
 *
 * @returns `[head, oldest]`; both are `head` where no reading makes sense, so that the ring counts as empty.
 */
export function settlePositions(head: number, oldest: number, capacity: number): [number, number] {
  const fits = (h: number, o: number): boolean =>
    o >= 0 && o <= h && h - o <= capacity && h <= Number.MAX_SAFE_INTEGER;
  if (fits(head, oldest)) return [head, oldest];
  if (fits(head - TWO_TO_32, oldest)) return [head - TWO_TO_32, oldest];
  if (fits(head, oldest - TWO_TO_32)) return [head, oldest - TWO_TO_32];
  return [-1, -1];
}

import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  ALIGNMENT,
  HEADER_SIZE,
  headerCheck,
  RECORD_HEADER_SIZE,
  RecordField,
  RecordKind,
  recordSize,
} from './layout.ts';
import type { RingDescriptor } from './ring-file.ts';

/**
 * A copy of a part of a ring's data, by position, and the walk over the records in it.
 *
 * {@link next} moves to a record and fills the fields; nothing is allocated per record. Bytes that are no sound
 * record are stepped over until one is found again.
 */
export class Snapshot {
  /** Position of the current record. */
  position = 0;
  /** Payload of the current record: offsets in {@link bytes}. */
  start = 0;
  /** See {@link start}. */
  end = 0;
  /** Low half of the sequence number. */
  seqLow = 0;
  /** Milliseconds since the ring's origins. */
  time = 0;
  kind = 0;
  flags = 0;
  level = 0;
  /** Bytes that were stepped over because they were no sound record. */
  damagedBytes = 0;
  /** Copied data; the byte of position p is at p - from, see {@link from}. */
  bytes: Buffer = Buffer.alloc(0);

  #view = new DataView(new ArrayBuffer(0));
  #from = 0;
  #to = 0;
  #next = 0;
  readonly #ring: RingDescriptor;

  constructor(ring: RingDescriptor) {
    this.#ring = ring;
  }

  /** Position behind the last copied byte. */
  get to(): number {
    return this.#to;
  }

  /**
   * Copies the data of some positions, in order, across the wrap.
   *
   * @param from First position.
   * @param to Position behind the last; at most one capacity further.
   */
  copy(fd: number, from: number, to: number): void {
    const { capacity } = this.#ring;
    const length = to - from;
    if (this.bytes.length < length) {
      // Not from the pool: Buffer.alloc gives memory that a DataView can be laid over from its start.
      const memory = new ArrayBuffer(Math.max(length, Math.min(capacity, 65536)));
      this.bytes = Buffer.from(memory);
      this.#view = new DataView(memory);
    }
    const offset = from % capacity;
    const first = Math.min(length, capacity - offset);
    let got = readRange(fd, this.bytes, 0, first, HEADER_SIZE + offset);
    if (got === first) got += readRange(fd, this.bytes, first, length - first, HEADER_SIZE);
    // A truncated file: what is missing reads as zeros, which are no sound record.
    if (got < length) this.bytes.fill(0, got, length);
    this.#from = from;
    this.#to = to;
    this.#next = from;
    this.damagedBytes = 0;
  }

  /** Forgets what lies before a position, because the writer may have overwritten it while it was copied. */
  dropBefore(position: number): void {
    if (position > this.#next) this.#next = Math.min(position, this.#to);
  }

  /** Moves to the next sound record; `false` at the end. */
  next(): boolean {
    const { capacity } = this.#ring;
    while (this.#next < this.#to) {
      const position = this.#next;
      const toEnd = capacity - (position % capacity);
      if (toEnd < RECORD_HEADER_SIZE) {
        this.#next = position + toEnd;
        continue;
      }
      const taken = this.#read(position, Math.min(toEnd, this.#to - position));
      if (taken === 0) {
        this.damagedBytes += ALIGNMENT;
        this.#next = position + ALIGNMENT;
        continue;
      }
      this.#next = position + taken;
      if (this.kind !== RecordKind.PADDING) return true;
    }
    return false;
  }

  /**
   * Positional mode: the records behind head that were written since head was stored last.
   *
   * @returns Position behind the last of them.
   */
  scan(fd: number, head: number, oldest: number, lastSeq: number): number {
    const limit = oldest + this.#ring.capacity;
    if (head >= limit) return head;
    this.copy(fd, head, limit);
    let end = head;
    let seq = lastSeq;
    for (;;) {
      const before = this.damagedBytes;
      if (!this.next() || this.damagedBytes !== before) return end;
      if (this.seqLow !== (seq + 1) >>> 0) return end;
      seq++;
      end = this.#next;
    }
  }

  /** Reads the record at a position; returns the bytes that it takes, or 0 where there is no sound one. */
  #read(position: number, room: number): number {
    if (room < RECORD_HEADER_SIZE) return 0;
    const at = position - this.#from;
    const view = this.#view;
    const little = this.#ring.littleEndian;
    const size = view.getUint32(at, little);
    const taken = recordSize(size);
    if (size > room || taken > room) return 0;
    const seq = view.getUint32(at + RecordField.SEQ, little);
    const type = view.getUint32(at + RecordField.TYPE, little);
    const start = at + RECORD_HEADER_SIZE;
    let check = headerCheck(
      position | 0,
      size,
      seq,
      view.getInt32(at + RecordField.TIME, little),
      view.getInt32(at + RecordField.TIME + 4, little),
      type,
    );
    const kind = type & 0xff;
    if (this.#ring.mode === 'positional' && kind !== RecordKind.PADDING) {
      check ^= crc32(this.bytes.subarray(start, start + size)) | 0;
    }
    if (view.getInt32(at + RecordField.CHECK, little) !== check) return 0;
    this.position = position;
    this.start = start;
    this.end = start + size;
    this.seqLow = seq;
    this.time = view.getFloat64(at + RecordField.TIME, little);
    this.kind = kind;
    this.flags = (type >>> 8) & 0xff;
    this.level = type >>> 16;
    return taken;
  }
}

function readRange(fd: number, into: Buffer, offset: number, length: number, position: number): number {
  let got = 0;
  while (got < length) {
    const n = readSync(fd, into, offset + got, length - got, position + got);
    if (n === 0) break;
    got += n;
  }
  return got;
}

import { Buffer } from 'node:buffer';
import { fstatSync, readSync } from 'node:fs';
import {
  ALIGNMENT,
  HEADER_SIZE,
  headerCheck,
  MAX_PAYLOAD,
  RECORD_HEADER_SIZE,
  RecordField,
  RecordKind,
  recordSize,
  TRAILER_SIZE,
} from './layout.ts';
import { payloadChecksum } from './payload-checksum.ts';
import type { RingDescriptor } from './ring-file.ts';
import { TextWindow } from './text-window.ts';

/** A ring is copied in pieces of at most this many bytes, so that a reader's memory is bounded whatever a header says. */
const PIECE = 4 * 1024 * 1024;

/** Tells a snapshot what the writer may have overwritten by now. */
export type OldestNow = () => number;

/**
 * A walk over the records between two positions of a ring, on a copy of its data.
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
  /** The piece of data that holds the current record. */
  bytes: Buffer = Buffer.alloc(0);

  readonly #ring: RingDescriptor;
  readonly #fd: number;
  /** Bytes of data that the file has: less than the capacity where it is damaged. */
  readonly #present: number;
  #view = new DataView(new ArrayBuffer(0));
  #words = new Int32Array(0);
  #texts = new TextWindow(this.bytes, this.#words);
  /** Positions of the piece in {@link bytes}. */
  #from = 0;
  #to = 0;
  #next = 0;
  /** Position behind the last record of the walk. */
  #end = 0;
  #oldestNow: OldestNow = () => 0;

  /** @param fd The ring file, open for reading. */
  constructor(ring: RingDescriptor, fd: number) {
    this.#ring = ring;
    this.#fd = fd;
    this.#present = Math.min(ring.capacity, Math.max(0, fstatSync(fd).size - HEADER_SIZE));
  }

  /**
   * Starts a walk, and copies its first piece at once.
   *
   * @param from First position.
   * @param end Position behind the last; at most one capacity further.
   * @param oldestNow Asked after each piece was copied: what lies before may have been overwritten meanwhile.
   */
  begin(from: number, end: number, oldestNow: OldestNow): void {
    this.#end = end;
    this.#oldestNow = oldestNow;
    this.damagedBytes = 0;
    this.#copy(from, 0);
  }

  /** Whether there was something to copy, and all of it may have been overwritten meanwhile. */
  get isOvertaken(): boolean {
    return this.#from < this.#end && this.#next >= this.#end;
  }

  /** Text between two offsets in {@link bytes}. */
  text(start: number, end: number): string {
    return this.#texts.text(start, end);
  }

  /** Copies the piece that starts at a position, of at least so many bytes. */
  #copy(from: number, atLeast: number): void {
    const { capacity } = this.#ring;
    const length = Math.min(this.#end - from, Math.max(PIECE, atLeast));
    if (this.bytes.length < length) {
      // Not from the pool: a DataView is laid over this memory from its start.
      const memory = new ArrayBuffer(Math.max(length, Math.min(capacity, 65536)));
      this.bytes = Buffer.from(memory);
      this.#view = new DataView(memory);
      this.#words = new Int32Array(memory, 0, memory.byteLength >> 2);
      this.#texts = new TextWindow(this.bytes, this.#words);
    }
    this.#texts.forget();
    const offset = from % capacity;
    const first = Math.min(length, capacity - offset);
    this.#copyRange(0, first, HEADER_SIZE + offset);
    this.#copyRange(first, length, HEADER_SIZE);
    this.#from = from;
    this.#to = from + length;
    this.#next = Math.min(Math.max(from, this.#oldestNow()), this.#end);
  }

  /** Copies a part of the file to a part of {@link bytes}. What a truncated file lacks reads as zeros: no sound record. */
  #copyRange(start: number, end: number, position: number): void {
    const got = readRange(this.#fd, this.bytes, start, end - start, position);
    this.bytes.fill(0, start + got, end);
  }

  /**
   * Moves to the next sound record; `false` at the end.
   *
   * @param seeks Whether to step over what is no sound record, or to end there. Default: true.
   */
  next(seeks = true): boolean {
    const { capacity } = this.#ring;
    while (this.#next < this.#end) {
      const position = this.#next;
      if (position + RECORD_HEADER_SIZE > this.#to && this.#to < this.#end) {
        this.#copy(position, 0);
        continue;
      }
      const toEnd = capacity - (position % capacity);
      if (toEnd < RECORD_HEADER_SIZE) {
        this.#next = position + toEnd;
        continue;
      }
      if (capacity - toEnd >= this.#present) {
        // Nothing to look for behind the end of a file that was cut short, however large it claims to be.
        if (!seeks) return false;
        const missing = Math.min(toEnd, this.#end - position);
        this.damagedBytes += missing;
        this.#next = position + missing;
        continue;
      }
      const taken = this.#readHeader(position, toEnd);
      if (taken === 0 || position + taken > this.#end) {
        if (!seeks) return false;
        const step = this.#stepOver(position, toEnd);
        this.damagedBytes += step;
        this.#next = position + step;
        continue;
      }
      if (this.kind !== RecordKind.PADDING && position + taken > this.#to) {
        // Look again in a piece that holds all of it.
        this.#copy(position, taken);
        continue;
      }
      this.#next = position + taken;
      if (this.kind === RecordKind.PADDING) continue;
      if (this.#isWhole(taken)) return true;
      if (!seeks) return false;
      // Its header is sound, so what follows is found behind it.
      this.damagedBytes += taken;
    }
    return false;
  }

  /**
   * Positional mode: the records behind head that were written since head was stored last.
   *
   * @param lastSeq Number of the record before head; `undefined` where it is not known.
   * @returns Position behind the last of them.
   */
  scan(head: number, oldest: number, lastSeq: number | undefined): number {
    const limit = oldest + this.#ring.capacity;
    if (head < 0 || head >= limit) return head;
    this.begin(head, limit, () => head);
    let end = head;
    let seq = lastSeq;
    while (this.next(false) && (seq === undefined || this.seqLow === (seq + 1) >>> 0)) {
      seq = this.seqLow;
      end = this.#next;
    }
    return end;
  }

  /**
   * Reads the header of the record at a position.
   *
   * @param toEnd Bytes to the end of the data.
   * @returns Bytes that the record takes; 0 where there is no sound header.
   */
  #readHeader(position: number, toEnd: number): number {
    const at = position - this.#from;
    if (position + RECORD_HEADER_SIZE > this.#to) return 0;
    const view = this.#view;
    const little = this.#ring.littleEndian;
    const size = view.getUint32(at, little);
    if (size > MAX_PAYLOAD) return 0;
    const seq = view.getUint32(at + RecordField.SEQ, little);
    const type = view.getUint32(at + RecordField.TYPE, little);
    // Space that was never written is stepped over quickly: a record has a number, so it is never all zeros.
    if ((size | seq | type) === 0 && view.getInt32(at + RecordField.CHECK, little) === 0) return 0;
    const check = headerCheck(
      position | 0,
      size,
      seq,
      view.getInt32(at + RecordField.TIME, little),
      view.getInt32(at + RecordField.TIME + 4, little),
      type,
    );
    if (view.getInt32(at + RecordField.CHECK, little) !== check) return 0;
    this.position = position;
    this.start = at + RECORD_HEADER_SIZE;
    this.end = this.start + size;
    this.seqLow = seq;
    this.time = view.getFloat64(at + RecordField.TIME, little);
    this.kind = type & 0xff;
    this.flags = (type >>> 8) & 0xff;
    this.level = type >>> 16;
    if (this.kind === RecordKind.PADDING) return toEnd;
    const taken = recordSize(size + (this.#ring.mode === 'positional' ? TRAILER_SIZE : 0));
    // One that the file ends in has lost a part of its payload.
    const isThere = this.#ring.capacity - toEnd + RECORD_HEADER_SIZE + size <= this.#present;
    return taken <= toEnd && isThere ? taken : 0;
  }

  /** Bytes from a position without a sound header to the next one where there may be one: space never written is zeros. */
  #stepOver(position: number, toEnd: number): number {
    const words = this.#words;
    const at = position - this.#from;
    const last = Math.min(this.#to - this.#from, at + toEnd) - RECORD_HEADER_SIZE;
    const end = last >> 2;
    let word = at >> 2;
    while (word < end && words[word] === 0) word++;
    // What is not zero may be the last word of a header.
    const skipped = 4 * word - (RECORD_HEADER_SIZE - 4) + (ALIGNMENT - 1) - at;
    return Math.max(ALIGNMENT, skipped & -ALIGNMENT);
  }

  /** Positional mode: whether the payload is all of one write. Mapped records are whole where their header is. */
  #isWhole(taken: number): boolean {
    if (this.#ring.mode === 'mapped') return true;
    const trailer = this.start - RECORD_HEADER_SIZE + taken - TRAILER_SIZE;
    const stored = this.#view.getUint32(trailer, this.#ring.littleEndian);
    return payloadChecksum(this.bytes.subarray(this.start, this.end)) === stored;
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

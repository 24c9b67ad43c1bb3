import { Buffer } from 'node:buffer';
import { appendBytes } from './append.ts';
import { RecordFlag } from './layout.ts';
import type { RingWriter } from './ring-writer.ts';

// As this module's own, V8 makes them part of the code; imported ones are looked up at each use.
const { CUT, REPLACED } = RecordFlag;

/** A payload that is put together in the ring itself, so that it is copied once and nothing is allocated. */
export interface PayloadWriter {
  /** Bytes that {@link PayloadWriter.writePayload} writes. */
  readonly payloadSize: number;
  /** Bits of `RecordFlag` that describe the payload; what was cut or replaced in it is counted by them. */
  readonly payloadFlags: number;
  /**
   * Writes the payload. It must neither throw nor append anything.
   *
   * @param at Where it starts; nothing before it may be touched.
   * @param words The same bytes as words of 32 bits, where `at` is a multiple of 8: who has aligned words copies four bytes
   *   at once. What is behind the payload's size may then be overwritten up to the next multiple of 4.
   * @param clock Its first element is the record's time, in milliseconds as `performance.now()` gives them, for payloads
   *   with a time that must go with it. Where the record is too long for the ring it is given all the same.
   */
  writePayload(bytes: Buffer, at: number, words?: Int32Array, clock?: Float64Array): void;
}

/**
 * Appends a payload that its owner writes, at the time in `ring.clock`; what does not fit is cut.
 *
 * @param kind One of `RecordKind`, 1 to 255.
 * @param level 0 to 65535.
 * @returns Whether the record was stored.
 */
export function appendPayload(
  ring: RingWriter,
  kind: number,
  level: number,
  payload: PayloadWriter,
): boolean {
  const size = payload.payloadSize;
  const flags = payload.payloadFlags;
  if (size > ring.maxPayload) {
    const whole = Buffer.alloc(size);
    payload.writePayload(whole, 0, undefined, ring.clock);
    if (!appendBytes(ring, kind, level, whole, flags)) return false;
  } else {
    const at = ring.claim(size);
    if (at < 0) return false;
    payload.writePayload(ring.bytes, at, ring.words, ring.clock);
    if (!ring.commit(size, kind, flags, level)) return false;
    if ((flags & CUT) !== 0) ring.countCut();
  }
  if ((flags & REPLACED) !== 0) ring.countReplaced();
  return true;
}

import { Buffer } from 'node:buffer';
import { CONTEXT_SIZE, RecordFlag } from './layout.ts';
import type { RingWriter } from './ring-writer.ts';

/** UTF-8 takes at most this many bytes for each UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Methods that every Node buffer has but @types/node leaves out. */
interface NativeBuffer extends Buffer {
  utf8Write(text: string, offset: number, length: number): number;
  hexWrite(text: string, offset: number, length: number): number;
}

/**
 * Appends text as UTF-8, at the time in `ring.clock`. What does not fit is cut at a character; lone surrogates become U+FFFD and are counted.
 *
 * @param kind One of `RecordKind`, 1 to 255.
 * @param level 0 to 65535.
 * @returns Whether the record was stored.
 */
export function appendText(ring: RingWriter, kind: number, level: number, text: string): boolean {
  const units = text.length;
  if (!ring.fitsUnmeasured(units)) return appendMeasured(ring, kind, level, text, '', '');
  const room = units * MAX_BYTES_PER_UNIT;
  const at = ring.claim(room);
  if (at < 0) return false;
  const written = (ring.bytes as NativeBuffer).utf8Write(text, at, room);
  ring.commit(written, kind, written === units ? 0 : replacedFlag(ring, text), level);
  return true;
}

/**
 * {@link appendText}, behind the ids of the span that was active when it was logged.
 *
 * @param traceId 32 hexadecimal digits.
 * @param spanId 16 hexadecimal digits.
 * @returns Whether the record was stored.
 */
export function appendTextInContext(
  ring: RingWriter,
  kind: number,
  level: number,
  text: string,
  traceId: string,
  spanId: string,
): boolean {
  return appendMeasured(ring, kind, level, text, traceId, spanId);
}

/**
 * Appends bytes, at the time in `ring.clock`; what does not fit is cut.
 *
 * @param flags Bits of `RecordFlag` that describe the payload.
 * @returns Whether the record was stored.
 */
export function appendBytes(
  ring: RingWriter,
  kind: number,
  level: number,
  payload: Uint8Array,
  flags = 0,
): boolean {
  const room = Math.min(payload.byteLength, ring.maxPayload);
  const at = ring.claim(room);
  if (at < 0) return false;
  if (room === payload.byteLength) {
    ring.bytes.set(payload, at);
    ring.commit(room, kind, flags, level);
  } else {
    ring.bytes.set(payload.subarray(0, room), at);
    ring.countCut();
    ring.commit(room, kind, flags | RecordFlag.CUT, level);
  }
  return true;
}

function appendMeasured(
  ring: RingWriter,
  kind: number,
  level: number,
  text: string,
  traceId: string,
  spanId: string,
): boolean {
  const context = traceId === '' ? 0 : CONTEXT_SIZE;
  const length = Buffer.byteLength(text);
  const room = Math.min(length, ring.maxPayload - context);
  const at = ring.claim(context + room);
  if (at < 0) return false;
  const bytes = ring.bytes as NativeBuffer;
  let flags = length === text.length ? 0 : replacedFlag(ring, text);
  if (context !== 0) {
    bytes.hexWrite(traceId, at, 16);
    bytes.hexWrite(spanId, at + 16, 8);
    flags |= RecordFlag.CONTEXT;
  }
  const written = bytes.utf8Write(text, at + context, room);
  if (written < length) {
    flags |= RecordFlag.CUT;
    ring.countCut();
  }
  ring.commit(context + written, kind, flags, level);
  return true;
}

/** A text that is not all ASCII may hold lone surrogates, which UTF-8 can't. */
function replacedFlag(ring: RingWriter, text: string): number {
  if (text.isWellFormed()) return 0;
  ring.countReplaced();
  return RecordFlag.REPLACED;
}

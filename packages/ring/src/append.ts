import { Buffer } from 'node:buffer';
import { CONTEXT_SIZE, RecordFlag } from './layout.ts';
import { MAX_LEVEL } from './level.ts';
import type { RingWriter } from './ring-writer.ts';
import { MAX_BYTES_PER_UNIT, type NativeBuffer } from './utf8.ts';

// As this module's own, V8 makes them part of the code; imported ones are looked up at each use.
const HIGHEST = MAX_LEVEL;
const BYTES_PER_UNIT = MAX_BYTES_PER_UNIT;

/**
 * Appends text as UTF-8, at the time in `ring.clock`. What does not fit is cut at a character; lone surrogates become U+FFFD and are counted.
 *
 * @param kind One of `RecordKind`, 1 to 255.
 * @param level 0 to 65535.
 * @returns Whether the record was stored.
 */
export function appendText(ring: RingWriter, kind: number, level: number, text: string): boolean {
  if (ring.appendAtOnce(kind, level, text, 0, 0)) return true;
  const units = text.length;
  if (!ring.fitsUnmeasured(units)) return appendMeasured(ring, kind, level, text, '', '');
  const room = units * BYTES_PER_UNIT;
  const at = ring.claim(room);
  if (at < 0) return false;
  const written = (ring.bytes as NativeBuffer).utf8Write(text, at, room);
  return ring.commit(written, kind, written === units ? 0 : ring.flagReplaced(text), level);
}

/** Tells what a record's header needs from the bytes of its line; see {@link appendLine}. */
export interface LineReader {
  /** How many bytes at the end of the line are not stored, such as a newline. */
  readonly ending: number;
  /**
   * @param start Where the line starts in `bytes`; what lies behind `end` is not of it.
   * @param clock The record's time goes to its first element, in milliseconds as `performance.now()` gives them; there
   *   it finds that of the thread's last record.
   * @param words The same bytes as words of 32 bits; `start` is a multiple of 8.
   * @returns The level, 0 to 65535, or -1 where it can't be told from the bytes.
   */
  read(bytes: Buffer, start: number, end: number, clock: Float64Array, words: Int32Array): number;
}

/**
 * Appends a line whose level stands in it. The level is looked up in the bytes, after they have been written to `main`:
 * a string that was put together of many must be made flat before JavaScript may look at it, and writing it does that
 * anyway. What turns out to belong to `keep` is written again, there.
 *
 * @param keepLevel From this level on a line belongs to `keep`.
 * @returns Whether the line was dealt with: stored, or below the threshold. If not, the ring is as it was, and the
 *   caller finds out the level in some other way.
 */
export function appendLine(
  main: RingWriter,
  keep: RingWriter,
  keepLevel: number,
  kind: number,
  line: string,
  reader: LineReader,
): boolean {
  const units = line.length;
  // Off, or closed: its bytes are gone.
  if (main.threshold > HIGHEST) return true;
  if (main.discards || !main.fitsUnmeasured(units)) return false;
  const room = units * BYTES_PER_UNIT;
  const at = main.claim(room);
  const written = (main.bytes as NativeBuffer).utf8Write(line, at, room);
  const level = reader.read(main.bytes, at, at + written, main.clock, main.words);
  if (level < 0) return false;
  if (level < main.threshold) return true;
  if (level >= keepLevel) {
    keep.clock[0] = main.clock[0] as number;
    appendText(keep, kind, level, line.slice(0, units - reader.ending));
    return true;
  }
  main.commit(written - reader.ending, kind, written === units ? 0 : main.flagReplaced(line), level);
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
    return ring.commit(room, kind, flags, level);
  }
  ring.bytes.set(payload.subarray(0, room), at);
  ring.countCut();
  return ring.commit(room, kind, flags | RecordFlag.CUT, level);
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
  let flags = length === text.length ? 0 : ring.flagReplaced(text);
  if (context !== 0) {
    // What is no such id becomes the invalid one, all zeros, rather than what the ring held there before.
    if (bytes.hexWrite(traceId, at, 16) !== 16) bytes.fill(0, at, at + 16);
    if (bytes.hexWrite(spanId, at + 16, 8) !== 8) bytes.fill(0, at + 16, at + 24);
    flags |= RecordFlag.CONTEXT;
  }
  const written = bytes.utf8Write(text, at + context, room);
  if (written < length) {
    flags |= RecordFlag.CUT;
    ring.countCut();
  }
  return ring.commit(context + written, kind, flags, level);
}

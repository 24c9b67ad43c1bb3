import { Buffer } from 'node:buffer';
import { RecordFlag } from './layout.ts';
import type { RingWriter } from './ring-writer.ts';
import { MAX_BYTES_PER_UNIT, type NativeBuffer } from './utf8.ts';

/**
 * Layout of a payload of texts. Numbers are u32 in the byte order of the ring; the payload starts at a multiple of 8.
 *
 * ```
 *   0      4       8                      4 + 4 × count
 *   ┌──────┬───────┬──────────┬─────┬────────────┬────────┬─────┬────────┐
 *   │ word │ count │ length 0 │  …  │ length n-1 │ text 0 │  …  │ text n │
 *   └──────┴───────┴──────────┴─────┴────────────┴────────┴─────┴────────┘
 * ```
 *
 * The last text has no length: it goes to the end of the payload.
 */
const TextsField = {
  /** u32, what the texts belong to. */
  WORD: 0,
  /** u32, how many texts there are. */
  COUNT: 4,
  /** u32 each: bytes of UTF-8. */
  LENGTHS: 8,
} as const;

const LENGTH_SIZE = 4;

// As this module's own, V8 makes it part of the code; an imported one is looked up at each use.
const BYTES_PER_UNIT = MAX_BYTES_PER_UNIT;

/** Shorter texts are written in JavaScript: a call into the engine would cost more. */
const SHORT_TEXT = 14;

/**
 * Appends a word and texts, at the time in `ring.clock`. Where they don't fit, the last ones are cut, at a character;
 * lone surrogates become U+FFFD and are counted.
 *
 * @param kind One of `RecordKind`, 1 to 255.
 * @param level 0 to 65535.
 * @returns Whether the record was stored.
 */
export function appendTexts(
  ring: RingWriter,
  kind: number,
  level: number,
  word: number,
  texts: readonly string[],
): boolean {
  const count = texts.length;
  const last = count - 1;
  let units = 0;
  for (let i = 0; i < count; i++) units += (texts[i] as string).length;
  const head = headSize(count);
  const at = ring.headAtOnce(head, units);
  if (at < 0) return appendMeasured(ring, kind, level, word, texts);
  const bytes = ring.bytes as NativeBuffer;
  const words = ring.words;
  let index = at >> 2;
  words[index++] = word;
  words[index++] = count;
  let end = at + head;
  let flags = 0;
  for (let i = 0; i < count; i++) {
    const text = texts[i] as string;
    const written = writeText(bytes, text, end);
    if (written !== text.length && flags === 0) flags = ring.flagReplaced(text);
    if (i < last) words[index++] = written;
    end += written;
  }
  return ring.appendAtOnce(kind, level, '', end - at, flags);
}

function headSize(count: number): number {
  return TextsField.LENGTHS + (count > 1 ? LENGTH_SIZE * (count - 1) : 0);
}

/** @returns Bytes written. */
function writeText(bytes: NativeBuffer, text: string, at: number): number {
  const units = text.length;
  if (units < SHORT_TEXT) {
    const written = writeAscii(bytes, text, at);
    if (written >= 0) return written;
  }
  return bytes.utf8Write(text, at, units * BYTES_PER_UNIT);
}

/** @returns Bytes written, or -1 where the text is not ASCII. */
function writeAscii(bytes: Buffer, text: string, at: number): number {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return -1;
    bytes[at + i] = code;
  }
  return length;
}

function appendMeasured(
  ring: RingWriter,
  kind: number,
  level: number,
  word: number,
  texts: readonly string[],
): boolean {
  const count = Math.min(texts.length, (ring.maxPayload - TextsField.LENGTHS) >> 2);
  const head = headSize(count);
  let total = head;
  for (let i = 0; i < count; i++) total += Buffer.byteLength(texts[i] as string);
  const room = Math.min(total, ring.maxPayload);
  const at = ring.claim(room);
  if (at < 0) return false;
  const bytes = ring.bytes as NativeBuffer;
  const words = ring.words;
  words[at >> 2] = word;
  words[(at + TextsField.COUNT) >> 2] = count;
  let end = at + head;
  let left = room - head;
  let flags = 0;
  for (let i = 0; i < count; i++) {
    const text = texts[i] as string;
    const written = bytes.utf8Write(text, end, left);
    if (flags === 0 && written !== text.length) flags = ring.flagReplaced(text);
    // Behind a text that was cut nothing follows, or its end would seem to be where the next one starts.
    left = written < Buffer.byteLength(text) ? 0 : left - written;
    if (i < count - 1) words[(at + TextsField.LENGTHS + LENGTH_SIZE * i) >> 2] = written;
    end += written;
  }
  if (total > room || count < texts.length) {
    flags |= RecordFlag.CUT;
    ring.countCut();
  }
  ring.commit(end - at, kind, flags, level);
  return true;
}

/** What {@link readTexts} found in a payload. */
export interface Texts {
  readonly word: number;
  readonly texts: readonly string[];
}

/**
 * Reads a payload of {@link appendTexts}. Untrusted: a length that leads out of the payload ends the list.
 *
 * @param bytes The payload is from `start` to `end`.
 * @param littleEndian The ring's byte order.
 * @returns `undefined` where it is too short to be one.
 */
export function readTexts(
  bytes: Buffer,
  start: number,
  end: number,
  littleEndian: boolean,
): Texts | undefined {
  if (end - start < TextsField.LENGTHS) return undefined;
  const u32 = (at: number): number => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const most = ((end - start - TextsField.LENGTHS) >> 2) + 1;
  const count = Math.min(u32(start + TextsField.COUNT), most);
  const texts: string[] = [];
  let at = start + headSize(count);
  for (let i = 0; i < count; i++) {
    const next = i === count - 1 ? end : at + u32(start + TextsField.LENGTHS + LENGTH_SIZE * i);
    if (next > end) break;
    texts.push(bytes.toString('utf8', at, next));
    at = next;
  }
  return { word: u32(start + TextsField.WORD), texts };
}

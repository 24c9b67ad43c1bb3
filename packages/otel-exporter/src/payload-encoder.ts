import { Buffer } from 'node:buffer';
import { endianness } from 'node:os';
import { type PayloadWriter, RecordFlag } from '@tracebuf/ring';
import { LONG_TEXT, MAX_VALUE_DEPTH, ValueTag } from './payload-layout.ts';
import type { HrTime } from './types.ts';

/** UTF-8 takes at most this many bytes for each UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;
/** Texts of so many units have a length of one byte, whatever is in them. */
const SHORT_UNITS = Math.floor((LONG_TEXT - 1) / MAX_BYTES_PER_UNIT);
/** Texts up to here are written in JavaScript: a call into the engine would cost more. */
const QUICK_UNITS = 14;
const FIRST_SIZE = 4096;
/** No payload gets longer; what does not fit is left out. */
const MAX_SIZE = 1024 * 1024;
const MAX_COUNT = 0xffff;
/** Of longer texts at least so much is kept, where there is room for it. */
const MAX_TEXT_UNITS = 16_384;

const LITTLE = endianness() === 'LE';

/** Methods that every Node buffer has but @types/node leaves out. */
interface NativeBuffer extends Buffer {
  utf8Write(text: string, offset: number, length: number): number;
}

/** Value of a hexadecimal digit by its UTF-16 unit, 255 for others: for all units, so that no bound has to be checked. */
const HEX = new Uint8Array(0x10000).fill(255);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX[text.charCodeAt(0)] = digit;
  HEX[text.toUpperCase().charCodeAt(0)] = digit;
}

/** Where the names of attributes are written once for all records of a buffer. */
export interface AttributeKeys {
  /** Number of a name; 0 where it has none, and is to stand in the record. */
  key(name: string): number;
}

/**
 * Puts a payload together in memory that is used again and again; the ring then copies it at once. What is not storable
 * becomes nothing and is flagged, what does not fit is left out: no method throws.
 */
export class PayloadEncoder implements PayloadWriter {
  payloadFlags = 0;
  #bytes: NativeBuffer = Buffer.allocUnsafeSlow(FIRST_SIZE) as NativeBuffer;
  #view: DataView = viewOf(this.#bytes);
  #at = 0;
  /** Bytes that may be written; -1 once something did not fit, as what follows would be misread. */
  #capacity: number = FIRST_SIZE;
  readonly #keys: AttributeKeys;
  #lastTraceId = '';
  readonly #lastTraceWords = new Uint32Array(4);

  /** @param keys Where names of attributes are written once for all. */
  constructor(keys: AttributeKeys) {
    this.#keys = keys;
  }

  get payloadSize(): number {
    return this.#at;
  }

  writePayload(bytes: Buffer, at: number): void {
    this.#bytes.copy(bytes, at, 0, this.#at);
  }

  /** Starts another payload. */
  begin(): void {
    this.#at = 0;
    this.#capacity = this.#bytes.length;
    this.payloadFlags = 0;
  }

  /** Offset of what comes next. */
  get at(): number {
    return this.#at;
  }

  /** Ids of a span, or zeros where they are none. */
  context(traceId: string, spanId: string): void {
    this.payloadFlags |= RecordFlag.CONTEXT;
    this.#traceId(traceId);
    this.id(spanId, 8);
  }

  /** Spans of one trace come close together: the digits of the last one are kept as bytes. */
  #traceId(text: string): void {
    const start = this.#at;
    const words = this.#lastTraceWords;
    if (text !== this.#lastTraceId || !this.#fits(16)) {
      this.id(text, 16);
      if (this.#full) return;
      this.#lastTraceId = text;
      for (let i = 0; i < 4; i++) words[i] = this.#view.getUint32(start + i * 4, LITTLE);
      return;
    }
    for (let i = 0; i < 4; i++) this.#view.setUint32(start + i * 4, words[i] as number, LITTLE);
    this.#at = start + 16;
  }

  /** An id of so many bytes, given as hexadecimal digits; zeros where it is none. */
  id(text: string | undefined, size: number): void {
    if (!this.#fits(size)) return;
    const bytes = this.#bytes;
    const start = this.#at;
    this.#at = start + size;
    let faults = typeof text === 'string' && text.length === size * 2 ? 0 : 1;
    if (faults === 0) {
      const digits = text as string;
      for (let i = 0; i < size; i++) {
        const high = HEX[digits.charCodeAt(i * 2)] as number;
        const low = HEX[digits.charCodeAt(i * 2 + 1)] as number;
        faults |= (high | low) & 0xf0;
        bytes[start + i] = (high << 4) | low;
      }
    }
    if (faults !== 0) for (let i = 0; i < size; i++) bytes[start + i] = 0;
  }

  u8(value: number): void {
    if (this.#fits(1)) this.#bytes[this.#at++] = value;
  }

  u16(value: number): void {
    if (!this.#fits(2)) return;
    this.#view.setUint16(this.#at, value, LITTLE);
    this.#at += 2;
  }

  u32(value: number): void {
    if (!this.#fits(4)) return;
    this.#view.setUint32(this.#at, value, LITTLE);
    this.#at += 4;
  }

  time(time: HrTime): void {
    if (!this.#fits(8)) return;
    this.#view.setUint32(this.#at, time[0], LITTLE);
    this.#view.setUint32(this.#at + 4, time[1], LITTLE);
    this.#at += 8;
  }

  /** A text with its length; what is no string is an empty one. */
  text(value: string | undefined): void {
    const text = typeof value === 'string' ? value : '';
    const units = text.length;
    const long = units > SHORT_UNITS;
    const head = long ? 5 : 1;
    if (units > MAX_TEXT_UNITS && head + units * MAX_BYTES_PER_UNIT > MAX_SIZE - this.#at) {
      this.#cutText(text);
      return;
    }
    if (!this.#fits(head + units * MAX_BYTES_PER_UNIT)) return;
    const start = this.#at + head;
    let written = units <= QUICK_UNITS ? this.#ascii(text, start) : -1;
    if (written < 0) {
      written = this.#bytes.utf8Write(text, start, units * MAX_BYTES_PER_UNIT);
      if (written !== units && !text.isWellFormed()) this.payloadFlags |= RecordFlag.REPLACED;
    }
    if (long) {
      this.#bytes[this.#at] = LONG_TEXT;
      this.#view.setUint32(this.#at + 1, written, LITTLE);
    } else {
      this.#bytes[this.#at] = written;
    }
    this.#at = start + written;
  }

  /** The beginning of a text that does not fit, of which a good part does. */
  #cutText(text: string): void {
    this.payloadFlags |= RecordFlag.CUT;
    const room = Math.floor((MAX_SIZE - this.#at) / MAX_BYTES_PER_UNIT / 2);
    this.text(text.slice(0, Math.max(MAX_TEXT_UNITS, room)));
  }

  /** Attributes of a span, an event or a link. */
  attributes(attributes: Readonly<Record<string, unknown>> | undefined): void {
    this.#map(attributes ?? {}, 0);
  }

  /** How many entries follow of those there are. */
  count(entries: number): number {
    const count = Math.min(entries, MAX_COUNT);
    if (count < entries) this.payloadFlags |= RecordFlag.CUT;
    this.u16(count);
    return count;
  }

  /** Any value: of an attribute, or the body of a log record. */
  value(value: unknown, depth = 0): void {
    switch (typeof value) {
      case 'string':
        this.u8(ValueTag.TEXT);
        this.text(value);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'boolean':
        this.u8(value ? ValueTag.TRUE : ValueTag.FALSE);
        return;
      case 'bigint':
        // No value of OpenTelemetry, but the text says it all.
        this.value(String(value));
        return;
      case 'object':
        if (value === null) break;
        this.#object(value, depth);
        return;
      case 'undefined':
        break;
      case 'function':
      case 'symbol':
        this.payloadFlags |= RecordFlag.REPLACED;
    }
    this.u8(ValueTag.NULL);
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.u8(ValueTag.INTEGER);
      this.u32(value);
      return;
    }
    this.u8(ValueTag.NUMBER);
    if (!this.#fits(8)) return;
    this.#view.setFloat64(this.#at, value, LITTLE);
    this.#at += 8;
  }

  #object(value: object, depth: number): void {
    if (depth >= MAX_VALUE_DEPTH) {
      this.payloadFlags |= RecordFlag.REPLACED;
      this.u8(ValueTag.NULL);
    } else if (Array.isArray(value)) {
      this.u8(ValueTag.ARRAY);
      const count = this.count(value.length);
      for (let i = 0; i < count && !this.#full; i++) this.#safely(value, i, depth + 1);
    } else if (value instanceof Uint8Array) {
      this.u8(ValueTag.BYTES);
      this.#binary(value);
    } else if (value instanceof Date) {
      this.value(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString());
    } else {
      this.u8(ValueTag.MAP);
      this.#map(value as Readonly<Record<string, unknown>>, depth + 1);
    }
  }

  #binary(value: Uint8Array): void {
    if (!this.#fits(4 + value.byteLength)) return;
    this.u32(value.byteLength);
    this.#bytes.set(value, this.#at);
    this.#at += value.byteLength;
  }

  #map(map: Readonly<Record<string, unknown>>, depth: number): void {
    const head = this.#at;
    this.u16(0);
    if (this.#full) return;
    let count = 0;
    for (const key in map) {
      if (count === MAX_COUNT) {
        this.payloadFlags |= RecordFlag.CUT;
        break;
      }
      const start = this.#at;
      const id = this.#keys.key(key);
      this.u32(id);
      if (id === 0) this.text(key);
      this.#safely(map, key, depth);
      if (this.#full) {
        // An entry that lacks its end is none.
        this.#at = start;
        break;
      }
      count++;
    }
    this.#view.setUint16(head, count, LITTLE);
  }

  /** An entry, whose getter may throw. */
  #safely(holder: object, key: string | number, depth: number): void {
    const start = this.#at;
    try {
      this.value((holder as Record<string | number, unknown>)[key], depth);
    } catch {
      this.#at = start;
      this.payloadFlags |= RecordFlag.REPLACED;
      this.u8(ValueTag.NULL);
    }
  }

  /** @returns Bytes written, or -1 where the text is not ASCII. */
  #ascii(text: string, at: number): number {
    const bytes = this.#bytes;
    const length = text.length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return -1;
      bytes[at + i] = code;
    }
    return length;
  }

  #fits(size: number): boolean {
    return this.#at + size <= this.#capacity || this.#grow(this.#at + size);
  }

  get #full(): boolean {
    return this.#capacity < 0;
  }

  #grow(end: number): boolean {
    if (this.#full) return false;
    if (end > MAX_SIZE) {
      this.#capacity = -1;
      this.payloadFlags |= RecordFlag.CUT;
      return false;
    }
    const larger = Buffer.allocUnsafeSlow(Math.min(MAX_SIZE, Math.max(end, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger as NativeBuffer;
    this.#view = viewOf(larger);
    this.#capacity = larger.length;
    return true;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

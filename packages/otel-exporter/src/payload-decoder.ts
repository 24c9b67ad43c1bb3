import type { Buffer } from 'node:buffer';
import { CUT_MARK, type Definitions, type RecordPayload } from '@tracebuf/ring';
import { LONG_TEXT, MAX_VALUE_DEPTH, ValueTag } from './payload-layout.ts';
import { keyOf } from './stored-definitions.ts';
import type { HrTime } from './types.ts';

const NANOSECONDS = 1_000_000_000;

/**
 * Reads a payload piece by piece. Untrusted: what leads out of the payload ends it, after which everything reads as nothing,
 * and {@link PayloadDecoder.ended} tells.
 */
export class PayloadDecoder {
  /** Whether something was missing. */
  ended = false;
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #little: boolean;
  readonly #definitions: Definitions;
  #at: number;

  constructor({ bytes, start, end, littleEndian, definitions }: RecordPayload) {
    this.#definitions = definitions;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#little = littleEndian;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : (this.#bytes[at] as number);
  }

  u16(): number {
    const at = this.#take(2);
    if (at < 0) return 0;
    return this.#little ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  u32(): number {
    const at = this.#take(4);
    if (at < 0) return 0;
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  time(): HrTime {
    const seconds = this.u32();
    return [seconds, this.u32() % NANOSECONDS];
  }

  /** An id as hexadecimal digits; `undefined` where it is all zeros. */
  id(size: number): string | undefined {
    const at = this.#take(size);
    const text = at < 0 ? '' : this.#bytes.toString('hex', at, at + size);
    return /[^0]/.test(text) ? text : undefined;
  }

  /** A text; one that the payload ends in has a mark. */
  text(): string {
    const short = this.u8();
    const length = short === LONG_TEXT ? this.u32() : short;
    const there = Math.min(length, this.left);
    const text = this.#bytes.toString('utf8', this.#at, this.#at + there);
    this.#at += there;
    if (there === length) return text;
    this.ended = true;
    return text + CUT_MARK;
  }

  attributes(): Record<string, unknown> {
    return this.#map(0);
  }

  value(depth = 0): unknown {
    switch (this.u8()) {
      case ValueTag.TRUE:
        return true;
      case ValueTag.FALSE:
        return false;
      case ValueTag.INTEGER:
        return this.u32() | 0;
      case ValueTag.NUMBER:
        return this.#f64();
      case ValueTag.TEXT:
        return this.text();
      case ValueTag.ARRAY:
        return this.#array(depth + 1);
      case ValueTag.MAP:
        return this.#map(depth + 1);
      case ValueTag.BYTES:
        return this.#binary();
      default:
        return null;
    }
  }

  #array(depth: number): unknown[] {
    const values: unknown[] = [];
    if (!this.#enter(depth)) return values;
    for (let count = this.u16(); count > 0 && !this.ended; count--) values.push(this.value(depth));
    return values;
  }

  #map(depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    if (!this.#enter(depth)) return map;
    for (let count = this.u16(); count > 0; count--) {
      const id = this.u32();
      const key = id === 0 ? this.text() : keyOf(this.#definitions, id);
      if (this.ended) break;
      const value = this.value(depth);
      // A text that was cut is worth showing, whatever else is not.
      if (this.ended && typeof value !== 'string') break;
      // Not an assignment: the key may be `__proto__`.
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return map;
  }

  /** What is nested more deeply than the encoder does ends the payload. */
  #enter(depth: number): boolean {
    if (depth > MAX_VALUE_DEPTH) this.ended = true;
    return !this.ended;
  }

  #f64(): number {
    const at = this.#take(8);
    if (at < 0) return 0;
    return this.#little ? this.#bytes.readDoubleLE(at) : this.#bytes.readDoubleBE(at);
  }

  #binary(): Uint8Array | null {
    const length = this.u32();
    const at = this.#take(length);
    // A copy: the payload is valid during the call only.
    return at < 0 ? null : new Uint8Array(this.#bytes.subarray(at, at + length));
  }

  #take(size: number): number {
    if (this.ended || size > this.left) {
      this.ended = true;
      this.#at = this.#end;
      return -1;
    }
    const at = this.#at;
    this.#at = at + size;
    return at;
  }
}

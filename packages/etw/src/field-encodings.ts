import { inspect } from 'node:util';
import { RecordFlag } from '@tracebuf/ring';
import type { EventData } from './event-data.ts';
import type { FieldEncoding } from './field-type.ts';
import { MAX_ELEMENTS } from './limits.ts';
import type { Put } from './put-numbers.ts';
import { MAX_UTF8_PER_UNIT } from './text-bytes.ts';

/** A value of a fixed size. What is none becomes `fallback`. */
export function fixed<T>(size: number, put: Put<T>, fallback: T): FieldEncoding<T> {
  return {
    minSize: size,
    slots: 1,
    encode(data, value) {
      const before = data.size;
      try {
        put(data, value);
        return 0;
      } catch {
        data.size = before;
        put(data, fallback);
        return RecordFlag.REPLACED;
      }
    },
  };
}

/** {@link fixed} for a type that has to be turned into another one first. */
export function converted<From, To>(
  size: number,
  convert: (value: From) => To,
  put: Put<To>,
  fallback: To,
): FieldEncoding<From> {
  const inner = fixed(size, put, fallback);
  return {
    minSize: size,
    slots: 1,
    encode(data, value, end) {
      let target: To;
      try {
        target = convert(value);
      } catch {
        inner.encode(data, fallback, end);
        return RecordFlag.REPLACED;
      }
      return inner.encode(data, target, end);
    },
  };
}

/** Bytes with their number in front. */
export function countedBytes(put: Put<Uint8Array>, slots: number): FieldEncoding<Uint8Array> {
  return {
    minSize: 2,
    slots,
    encode(data, value, end) {
      if (!(value instanceof Uint8Array)) {
        put(data, NO_BYTES);
        return RecordFlag.REPLACED;
      }
      const room = end - data.size - 2;
      if (value.length <= room) {
        put(data, value);
        return 0;
      }
      put(data, value.subarray(0, room));
      return RecordFlag.CUT;
    },
  };
}

const NO_BYTES = new Uint8Array(0);

/** UTF-16. */
export function text16(put: Put<string>): FieldEncoding<string> {
  return {
    minSize: 2,
    slots: 1,
    encode(data, value, end) {
      const text = typeof value === 'string' ? value : textOf(value);
      const flags = text === value ? 0 : RecordFlag.REPLACED;
      const units = (end - data.size - 2) >> 1;
      if (text.length <= units) {
        put(data, text);
        return flags;
      }
      put(data, cutAt(text, units));
      return flags | RecordFlag.CUT;
    },
  };
}

/** UTF-8. */
export function text8(put: Put<string>, minSize: number): FieldEncoding<string> {
  return {
    minSize,
    slots: 1,
    encode(data, value, end) {
      const text = typeof value === 'string' ? value : textOf(value);
      return (text === value ? 0 : RecordFlag.REPLACED) | putUtf8(data, text, end - data.size - minSize, put);
    },
  };
}

/** Any value as JSON. */
export function json8(put: Put<string>): FieldEncoding<unknown> {
  return {
    minSize: 2,
    slots: 1,
    encode(data, value, end) {
      let text: string | undefined;
      try {
        text = JSON.stringify(value);
      } catch {
        // A bigint, or a cycle.
      }
      return (
        (text === undefined ? RecordFlag.REPLACED : 0) |
        putUtf8(data, text ?? 'null', end - data.size - 2, put)
      );
    },
  };
}

function putUtf8(data: EventData, text: string, room: number, put: Put<string>): number {
  if (text.length * MAX_UTF8_PER_UNIT <= room || Buffer.byteLength(text) <= room) {
    put(data, text);
    return 0;
  }
  // Of three bytes at the most, so many units fit in any case; whole characters only.
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(room));
  put(data, text.slice(0, read));
  return RecordFlag.CUT;
}

/** The first units of a text, without half a character at the end. */
function cutAt(text: string, units: number): string {
  const cut = text.slice(0, units);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** What stands for a value that is no text. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  try {
    return inspect(value);
  } catch {
    return '';
  }
}

/** An array with the number of its elements in front. */
export function arrayEncoding<T>(element: FieldEncoding<T>): FieldEncoding<ArrayLike<T>> {
  return {
    minSize: 2,
    slots: 1 + element.slots,
    encode(data, values, end) {
      const at = data.claim(2);
      const isArray = typeof values === 'object' && values !== null && Number.isInteger(values.length);
      let flags = isArray ? 0 : RecordFlag.REPLACED;
      const wanted = isArray ? values.length : 0;
      let count = 0;
      while (count < wanted && count < MAX_ELEMENTS && data.size + element.minSize <= end) {
        flags |= element.encode(data, values[count] as T, end);
        count++;
      }
      data.view.setUint16(at, count, true);
      return count < wanted ? flags | RecordFlag.CUT : flags;
    },
  };
}

/** Named fields, one behind the other. */
export function fieldsEncoding(
  fields: readonly (readonly [name: string, encoding: FieldEncoding<unknown>])[],
): FieldEncoding<Readonly<Record<string, unknown>>> {
  const names = fields.map(([name]) => name);
  const encodings = fields.map(([, encoding]) => encoding);
  const minSize = encodings.reduce((sum, encoding) => sum + encoding.minSize, 0);
  // What has to stay free behind each of them.
  const reserves = encodings.map((_, index) =>
    encodings.slice(index + 1).reduce((sum, encoding) => sum + encoding.minSize, 0),
  );
  const count = names.length;
  return {
    minSize,
    slots: 1 + encodings.reduce((sum, { slots }) => sum + slots, 0),
    encode(data, values, end) {
      const isObject = typeof values === 'object' && values !== null;
      let flags = isObject || count === 0 ? 0 : RecordFlag.REPLACED;
      const from = isObject ? values : NOTHING;
      for (let index = 0; index < count; index++) {
        const value = from[names[index] as string];
        flags |= (encodings[index] as FieldEncoding<unknown>).encode(
          data,
          value,
          end - (reserves[index] as number),
        );
      }
      return flags;
    },
  };
}

const NOTHING: Readonly<Record<string, unknown>> = {};

import { Buffer } from 'node:buffer';
import { EtwError, shown } from './errors.ts';
import type { EventData } from './event-data.ts';
import { MAX_DATA } from './limits.ts';
import type { Put } from './put-numbers.ts';
import { MAX_UTF8_PER_UNIT, writePlain16, writeUtf8, writeUtf16 } from './text-bytes.ts';

/** Up to this many units the room for the worst case is taken; longer texts are measured. */
const UNMEASURED = 1024;

function checkText(text: string): void {
  if (typeof text !== 'string') {
    throw new EtwError('bad_type', `The value ${shown(text)} is no text; give a string.`);
  }
}

/** What stands before the first NUL: text that ends with one can't hold it. */
function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Writes UTF-8 behind `before` bytes that are left for the caller.
 *
 * @returns Bytes of text. Room for two more is there.
 */
function putUtf8(data: EventData, text: string, before: number, after: number): number {
  const units = text.length;
  if (data.size + before + units + after > MAX_DATA) throw data.tooLong(before + units + after);
  const room = units <= UNMEASURED ? units * MAX_UTF8_PER_UNIT : Buffer.byteLength(text);
  if (units > UNMEASURED && data.size + before + room + after > MAX_DATA) {
    throw data.tooLong(before + room + after);
  }
  data.ensure(before + room + after);
  const written = writeUtf8(data.bytes, data.size + before, text, room);
  if (data.size + before + written + after > MAX_DATA) throw data.tooLong(before + written + after);
  return written;
}

/** UTF-8 with its length in front. */
export const putStr8: Put<string> = (data, text) => {
  checkText(text);
  const written = putUtf8(data, text, 2, 0);
  data.view.setUint16(data.size, written, true);
  data.size += 2 + written;
};

/** UTF-8 up to the first NUL, and a NUL. */
export const putZstr8: Put<string> = (data, text) => {
  checkText(text);
  const written = putUtf8(data, untilNul(text), 0, 1);
  data.bytes[data.size + written] = 0;
  data.size += written + 1;
};

/** UTF-16 with its length in bytes in front. */
export const putStr16: Put<string> = (data, text) => {
  checkText(text);
  const length = text.length * 2;
  const at = data.claim(2 + length);
  data.view.setUint16(at, length, true);
  writeUtf16(data.bytes, data.view, at + 2, text);
};

/** UTF-16 up to the first NUL, and a NUL. */
export const putZstr16: Put<string> = (data, text) => {
  checkText(text);
  const plain = text.length * 2;
  if (data.size + plain + 2 <= data.bytes.length) {
    const { size } = data;
    if (writePlain16(data.view, size, text) === plain) {
      data.claim(plain + 2);
      data.view.setUint16(size + plain, 0, true);
      return;
    }
  }
  const cut = untilNul(text);
  const length = cut.length * 2;
  const at = data.claim(length + 2);
  writeUtf16(data.bytes, data.view, at, cut);
  data.view.setUint16(at + length, 0, true);
};

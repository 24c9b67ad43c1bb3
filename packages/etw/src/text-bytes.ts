import type { Buffer } from 'node:buffer';

/** Most bytes of UTF-8 that one UTF-16 unit takes. */
export const MAX_UTF8_PER_UNIT = 3;

/** Up to this many units a loop is faster than the call into native code. */
const SHORT = 24;

/** Native writes without the checks of `Buffer.write`; @types/node leaves them out. */
interface NativeBuffer extends Buffer {
  utf8Write(text: string, at: number, room: number): number;
  ucs2Write(text: string, at: number, room: number): number;
}

/**
 * Writes a text as UTF-8; lone surrogates become U+FFFD.
 *
 * @param at There must be room for {@link MAX_UTF8_PER_UNIT} bytes of each unit, or for the whole text if it was measured.
 * @returns Bytes written.
 */
export function writeUtf8(bytes: Buffer, at: number, text: string, room: number): number {
  const units = text.length;
  if (units > SHORT) return (bytes as NativeBuffer).utf8Write(text, at, room);
  for (let index = 0; index < units; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return (bytes as NativeBuffer).utf8Write(text, at, room);
    bytes[at + index] = unit;
  }
  return units;
}

/**
 * Writes a text as UTF-16, little-endian, unit by unit as it is.
 *
 * @param at There must be room for two bytes of each unit.
 */
export function writeUtf16(bytes: Buffer, at: number, text: string): void {
  const units = text.length;
  if (units > SHORT) {
    (bytes as NativeBuffer).ucs2Write(text, at, units * 2);
    return;
  }
  for (let index = 0; index < units; index++) {
    const unit = text.charCodeAt(index);
    bytes[at + index * 2] = unit;
    bytes[at + index * 2 + 1] = unit >>> 8;
  }
}

import type { Buffer } from 'node:buffer';

/** Most bytes of UTF-8 that one UTF-16 unit takes. */
export const MAX_UTF8_PER_UNIT = 3;

/** Up to this many units a loop is faster than the call into native code. */
const SHORT_UTF8 = 16;
const SHORT_UTF16 = 32;
/** Names are looked through for NUL besides: up to so many units that is best done on the way. */
const SHORT_NAME = 32;

/** Native writes without the checks of `Buffer.write`; @types/node leaves them out. */
interface NativeBuffer extends Buffer {
  utf8Write(text: string, at: number, room: number): number;
  ucs2Write(text: string, at: number, room: number): number;
}

/**
 * Writes a text as UTF-8; lone surrogates become U+FFFD.
 *
 * @param room Bytes that may be written: {@link MAX_UTF8_PER_UNIT} of each unit, or those of the text if it was measured.
 * @returns Bytes written.
 */
export function writeUtf8(bytes: Buffer, at: number, text: string, room: number): number {
  const units = text.length;
  if (units > SHORT_UTF8) return (bytes as NativeBuffer).utf8Write(text, at, room);
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
 * @param view Of the same bytes.
 * @param at There must be room for two bytes of each unit.
 */
export function writeUtf16(bytes: Buffer, view: DataView, at: number, text: string): void {
  const units = text.length;
  if (units > SHORT_UTF16) {
    (bytes as NativeBuffer).ucs2Write(text, at, units * 2);
    return;
  }
  for (let index = 0, to = at; index < units; index++, to += 2)
    view.setUint16(to, text.charCodeAt(index), true);
}

/** What {@link writePlain} and {@link writePlain16} answer for a text that only slower ways can tell about. */
export const NOT_PLAIN = -1;

/**
 * Writes a text that is short and all ASCII, as nearly all names are.
 *
 * @param at There must be room for a byte of each unit.
 * @returns Bytes written; {@link NOT_PLAIN} where it is anything else, or holds a NUL.
 */
export function writePlain(bytes: Buffer, at: number, text: string): number {
  const units = text.length;
  if (units > SHORT_NAME) return NOT_PLAIN;
  for (let index = 0; index < units; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80 || unit === 0) return NOT_PLAIN;
    bytes[at + index] = unit;
  }
  return units;
}

/**
 * Writes a text that is short as UTF-16, little-endian.
 *
 * @param at There must be room for two bytes of each unit.
 * @returns Bytes written; {@link NOT_PLAIN} where it is long, or holds a NUL.
 */
export function writePlain16(view: DataView, at: number, text: string): number {
  const units = text.length;
  if (units > SHORT_UTF16) return NOT_PLAIN;
  for (let index = 0; index < units; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0) return NOT_PLAIN;
    view.setUint16(at + index * 2, unit, true);
  }
  return units * 2;
}

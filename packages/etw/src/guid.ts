import { EtwError, shown } from './errors.ts';

/** Bytes of a GUID. */
export const GUID_SIZE = 16;

/**
 * Where each byte of the memory order stands in the text: the first three groups of a GUID are little-endian numbers.
 *
 * ```
 * text    00112233-4455-6677-8899-aabbccddeeff
 * memory  33 22 11 00  55 44  77 66  88 99  aa bb cc dd ee ff
 * ```
 */
const TEXT_OFFSETS = [6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const TEXT_LENGTH = 36;
const DASHES = [8, 13, 18, 23] as const;
const DASH = 0x2d;

/** Value of each ASCII character as a hexadecimal digit, -1 for what is none. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return digit;
});

/**
 * Writes a GUID in memory order.
 *
 * @param text `00112233-4455-6677-8899-aabbccddeeff`, in any case, in braces or without.
 * @param at Where to; 16 bytes from there are overwritten, also where it returns false.
 * @returns Whether the text was a GUID.
 */
export function writeGuid(text: string, bytes: Uint8Array, at: number): boolean {
  let start = 0;
  if (text.length !== TEXT_LENGTH) {
    if (text.length !== TEXT_LENGTH + 2 || text[0] !== '{' || !text.endsWith('}')) return false;
    start = 1;
  }
  for (const dash of DASHES) if (text.charCodeAt(start + dash) !== DASH) return false;
  let invalid = 0;
  for (let index = 0; index < GUID_SIZE; index++) {
    const offset = start + (TEXT_OFFSETS[index] as number);
    const value = (digitAt(text, offset) << 4) | digitAt(text, offset + 1);
    invalid |= value;
    bytes[at + index] = value;
  }
  return invalid >= 0;
}

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (DIGITS[code] as number) : -1;
}

/**
 * Reads a GUID into its 16 bytes in memory order.
 *
 * @param guid A text as {@link writeGuid} takes it, or the 16 bytes themselves.
 * @param what What it is for, for the error.
 * @throws EtwError `bad_guid`, or `bad_length` for bytes that are not 16.
 */
export function guidBytes(guid: string | Uint8Array, what: string): Buffer {
  const bytes = Buffer.alloc(GUID_SIZE);
  if (typeof guid === 'string' && writeGuid(guid, bytes, 0)) return bytes;
  if (guid instanceof Uint8Array) {
    if (guid.length !== GUID_SIZE) {
      throw new EtwError('bad_length', `${what} has ${guid.length} bytes instead of ${GUID_SIZE}.`);
    }
    bytes.set(guid);
    return bytes;
  }
  throw new EtwError(
    'bad_guid',
    `${what} is no GUID: ${shown(guid)}; give one such as 00112233-4455-6677-8899-aabbccddeeff.`,
  );
}

/**
 * The text of a GUID, in lower case.
 *
 * @param bytes Holds its 16 bytes in memory order.
 * @param at Where they start; default 0.
 */
export function guidText(bytes: Uint8Array, at = 0): string {
  const digits = (from: number, to: number): string => {
    let text = '';
    for (let index = from; index < to; index++) text += BYTE_DIGITS[bytes[at + index] ?? 0];
    return text;
  };
  const reversed = (from: number, to: number): string => {
    let text = '';
    for (let index = to - 1; index >= from; index--) text += BYTE_DIGITS[bytes[at + index] ?? 0];
    return text;
  };
  return `${reversed(0, 4)}-${reversed(4, 6)}-${reversed(6, 8)}-${digits(8, 10)}-${digits(10, 16)}`;
}

const BYTE_DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

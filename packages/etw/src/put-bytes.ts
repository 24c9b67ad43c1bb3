import { EtwError, shown } from './errors.ts';
import type { EventData } from './event-data.ts';
import { GUID_SIZE, writeGuid } from './guid.ts';
import type { Put } from './put-numbers.ts';

/** Bytes of a SYSTEMTIME. */
export const SYSTEMTIME_SIZE = 16;
/** Bytes of a SID before its sub-authorities, the number of those, and bytes of each. */
const SID_HEADER = 8;
const SID_COUNT_AT = 1;
const SID_AUTHORITY = 4;

function checkBytes(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) {
    throw new EtwError('bad_type', `The value ${shown(value)} is no bytes; give a Buffer or a Uint8Array.`);
  }
}

function checkEven(value: Uint8Array): void {
  if (value.length % 2 !== 0) {
    throw new EtwError('odd_length', `A UTF-16 text has ${value.length} bytes; give an even number.`);
  }
}

/** Bytes as they are, of a length that their type fixes. */
function putFixed(data: EventData, value: Uint8Array, what: string, length: number): void {
  if (value.length !== length) {
    throw new EtwError('bad_length', `A ${what} has ${value.length} bytes; give ${length}.`);
  }
  const at = data.claim(length);
  data.bytes.set(value, at);
}

/** Bytes with their number in front. */
export const putCounted: Put<Uint8Array> = (data, value) => {
  checkBytes(value);
  const at = data.claim(2 + value.length);
  data.view.setUint16(at, value.length, true);
  data.bytes.set(value, at + 2);
};

/** UTF-16 as bytes, with their number in front. */
export const putStr16Bytes: Put<Uint8Array> = (data, value) => {
  checkBytes(value);
  checkEven(value);
  putCounted(data, value);
};

/** Bytes of a text up to its first NUL, and a NUL. */
export const putZstr8Bytes: Put<Uint8Array> = (data, value) => {
  checkBytes(value);
  const nul = value.indexOf(0);
  const length = nul < 0 ? value.length : nul;
  const at = data.claim(length + 1);
  data.bytes.set(nul < 0 ? value : value.subarray(0, nul), at);
  data.bytes[at + length] = 0;
};

/** UTF-16 as bytes up to its first NUL, and a NUL. */
export const putZstr16Bytes: Put<Uint8Array> = (data, value) => {
  checkBytes(value);
  checkEven(value);
  let length = 0;
  while (length < value.length && (value[length] !== 0 || value[length + 1] !== 0)) length += 2;
  const at = data.claim(length + 2);
  data.bytes.set(length === value.length ? value : value.subarray(0, length), at);
  data.view.setUint16(at + length, 0, true);
};

/** A GUID given as text. */
export const putGuid: Put<string> = (data, value) => {
  if (typeof value !== 'string') {
    throw new EtwError('bad_type', `The value ${shown(value)} is no text; give the text of a GUID.`);
  }
  const at = data.claim(GUID_SIZE);
  if (!writeGuid(value, data.bytes, at)) {
    throw new EtwError(
      'bad_guid',
      `The value ${shown(value)} is no GUID; give one such as 00112233-4455-6677-8899-aabbccddeeff.`,
    );
  }
};

/** A GUID in memory order. */
export const putGuidBytes: Put<Uint8Array> = (data, value) => {
  checkBytes(value);
  putFixed(data, value, 'GUID', GUID_SIZE);
};

/** Eight numbers of 16 bits: year, month, weekday, day, hour, minute, second, millisecond. */
export const putSystemtime: Put<Uint8Array> = (data, value) => {
  checkBytes(value);
  putFixed(data, value, 'SYSTEMTIME', SYSTEMTIME_SIZE);
};

/** A security identifier. */
export const putSid: Put<Uint8Array> = (data, value) => {
  checkBytes(value);
  const expected = SID_HEADER + SID_AUTHORITY * (value[SID_COUNT_AT] ?? 0);
  putFixed(data, value, 'SID', expected);
};

import { EtwError, shown } from './errors.ts';
import type { EventData } from './event-data.ts';

/** A whole number as callers may give it; `true` is 1. */
export type Integer = number | bigint | boolean;

/** Appends one value of some type to the data of an event; throws an EtwError where it is no such value. */
export type Put<T> = (data: EventData, value: T) => void;

const TWO_TO_32 = 0x1_0000_0000;
const TWO_TO_63 = 0x8000_0000_0000_0000;
const TWO_TO_64 = 0x1_0000_0000_0000_0000;

/** A whole number of at most 32 bits. */
function small(value: Integer, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (value >= min && value <= max) return value;
  } else if (typeof value === 'boolean') return value ? 1 : 0;
  else if (typeof value !== 'bigint') throw notANumber(value);
  else if (value >= min && value <= max) return Number(value);
  throw outOfRange(value, min, max);
}

function notANumber(value: unknown): EtwError {
  return new EtwError('not_a_number', `The value ${shown(value)} is no whole number.`);
}

function outOfRange(value: Integer, min: number | bigint, max: number | bigint): EtwError {
  return new EtwError('range', `The value ${shown(value)} does not fit; give one from ${min} to ${max}.`);
}

export const putInt8: Put<Integer> = (data, value) => {
  const checked = small(value, -0x80, 0x7f);
  const at = data.claim(1);
  data.bytes[at] = checked;
};

export const putUint8: Put<Integer> = (data, value) => {
  const checked = small(value, 0, 0xff);
  const at = data.claim(1);
  data.bytes[at] = checked;
};

export const putInt16: Put<Integer> = (data, value) => {
  const checked = small(value, -0x8000, 0x7fff);
  const at = data.claim(2);
  data.view.setInt16(at, checked, true);
};

export const putUint16: Put<Integer> = (data, value) => {
  const checked = small(value, 0, 0xffff);
  const at = data.claim(2);
  data.view.setUint16(at, checked, true);
};

export const putInt32: Put<Integer> = (data, value) => {
  const checked = small(value, -0x8000_0000, 0x7fff_ffff);
  const at = data.claim(4);
  data.view.setInt32(at, checked, true);
};

export const putUint32: Put<Integer> = (data, value) => {
  const checked = small(value, 0, 0xffff_ffff);
  const at = data.claim(4);
  data.view.setUint32(at, checked, true);
};

export const putInt64: Put<Integer> = (data, value) => {
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value) throw outOfRange(value, -(2n ** 63n), 2n ** 63n - 1n);
    const at = data.claim(8);
    data.view.setBigInt64(at, value, true);
    return;
  }
  putWide(data, value, -TWO_TO_63, TWO_TO_63);
};

export const putUint64: Put<Integer> = (data, value) => {
  if (typeof value === 'bigint') {
    if (BigInt.asUintN(64, value) !== value) throw outOfRange(value, 0n, 2n ** 64n - 1n);
    const at = data.claim(8);
    data.view.setBigUint64(at, value, true);
    return;
  }
  putWide(data, value, 0, TWO_TO_64);
};

/** Two halves of 32 bits: faster than a bigint, and exact, as every whole double splits without rounding. */
function putWide(data: EventData, value: number | boolean, min: number, end: number): void {
  const number = typeof value === 'boolean' ? Number(value) : value;
  if (!Number.isInteger(number)) throw notANumber(value);
  if (number < min || number >= end) {
    throw new EtwError('range', `The value ${shown(value)} does not fit into 64 bits.`);
  }
  const high = Math.floor(number / TWO_TO_32);
  const at = data.claim(8);
  data.view.setUint32(at, number - high * TWO_TO_32, true);
  data.view.setInt32(at + 4, high, true);
}

export const putFloat32: Put<number> = (data, value) => {
  const checked = float(value);
  const rounded = Math.fround(checked);
  if (!Number.isFinite(rounded) && Number.isFinite(checked)) {
    throw new EtwError('range', `The value ${shown(value)} does not fit into a 32-bit float.`);
  }
  const at = data.claim(4);
  if (Number.isNaN(rounded)) data.view.setUint32(at, 0x7fc0_0000, true);
  else data.view.setFloat32(at, rounded, true);
};

export const putFloat64: Put<number> = (data, value) => {
  const checked = float(value);
  const at = data.claim(8);
  if (Number.isNaN(checked)) {
    // JavaScript may give any of the many NaNs.
    data.view.setUint32(at, 0, true);
    data.view.setUint32(at + 4, 0x7ff8_0000, true);
  } else data.view.setFloat64(at, checked, true);
};

function float(value: number): number {
  if (typeof value !== 'number') {
    throw new EtwError('not_a_number', `The value ${shown(value)} is no number.`);
  }
  return value;
}

/**
 * What the language gives to look into values, as it was when this module was loaded: a program may replace its own copies,
 * and none of its code is to run while a value is captured.
 */
import { types } from 'node:util';

export const apply: (fn: unknown, self: unknown, values: ArrayLike<unknown>) => unknown =
  Reflect.apply as never;
export const construct: (fn: unknown, values: ArrayLike<unknown>, target: unknown) => unknown =
  Reflect.construct as never;

const NO_ARGUMENTS: readonly never[] = [];

/** The method of an object, as a function of its `this`. */
function method<This, Result>(holder: object, key: PropertyKey): (self: This) => Result {
  const found: unknown = Reflect.get(holder, key);
  return (self) => apply(found, self, NO_ARGUMENTS) as Result;
}

/** The getter of a prototype, as a function of its `this`. */
function getter<This, Result>(prototype: object, key: PropertyKey): (self: This) => Result {
  const found = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
  return method(found, 'get');
}

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

export const getOwnPropertyDescriptor: typeof Object.getOwnPropertyDescriptor =
  Object.getOwnPropertyDescriptor;
export const getPrototypeOf: (object: object) => object | null = Object.getPrototypeOf;
const hasOwn: typeof Object.hasOwn = Object.hasOwn;
export const keys: (object: object) => string[] = Object.keys;
export const isArray: typeof Array.isArray = Array.isArray;
export const isAsyncFunction: typeof types.isAsyncFunction = types.isAsyncFunction;
export const isDate: typeof types.isDate = types.isDate;
export const isGeneratorFunction: typeof types.isGeneratorFunction = types.isGeneratorFunction;
export const isMap: typeof types.isMap = types.isMap;
export const isNativeError: typeof types.isNativeError = types.isNativeError;
export const isPromise: typeof types.isPromise = types.isPromise;
export const isProxy: typeof types.isProxy = types.isProxy;
export const isRegExp: typeof types.isRegExp = types.isRegExp;
export const isSet: typeof types.isSet = types.isSet;
export const isTypedArray: typeof types.isTypedArray = types.isTypedArray;

/** Whether a descriptor is that of an accessor. Nothing is read that the program may have put on `Object.prototype`. */
export function isAccessor(descriptor: PropertyDescriptor): boolean {
  // `in` costs nothing where it says no, as it nearly always does.
  return 'get' in descriptor && hasOwn(descriptor, 'get');
}

export const dateTime: (date: Date) => number = method(Date.prototype, 'getTime');
export const functionText: (fn: unknown) => string = method(Function.prototype, 'toString');
export const typedArrayLength: (array: object) => number = getter(TypedArray, 'length');
const regExpSource: (regExp: RegExp) => string = getter(RegExp.prototype, 'source');
export const symbolDescription: (symbol: symbol) => string | undefined = getter(
  Symbol.prototype,
  'description',
);
const bigintText: unknown = Reflect.get(BigInt.prototype, 'toString');
export function hexadecimal(value: bigint): string {
  return apply(bigintText, value, [16]) as string;
}
export const asIntN: (bits: number, value: bigint) => bigint = Reflect.get(BigInt, 'asIntN');

/** Letters of the flags by their getters: `flags` itself would read them from the object, where they may be replaced. */
const REGEXP_FLAGS: readonly (readonly [letter: string, isSet: (regExp: RegExp) => boolean])[] = [
  ['d', getter(RegExp.prototype, 'hasIndices')],
  ['g', getter(RegExp.prototype, 'global')],
  ['i', getter(RegExp.prototype, 'ignoreCase')],
  ['m', getter(RegExp.prototype, 'multiline')],
  ['s', getter(RegExp.prototype, 'dotAll')],
  ['u', getter(RegExp.prototype, 'unicode')],
  ['v', getter(RegExp.prototype, 'unicodeSets')],
  ['y', getter(RegExp.prototype, 'sticky')],
];

/** Source and flags, as in a literal. */
export function regExpText(regExp: RegExp): string {
  let flags = '';
  for (const [letter, isSet] of REGEXP_FLAGS) if (isSet(regExp)) flags += letter;
  return `/${regExpSource(regExp)}/${flags}`;
}

export const mapSize: (map: object) => number = getter(Map.prototype, 'size');
export const setSize: (set: object) => number = getter(Set.prototype, 'size');
export const mapEntries: (map: object) => object = method(Map.prototype, 'entries');
export const setValues: (set: object) => object = method(Set.prototype, 'values');
export const nextOfMap: (iterator: object) => IteratorResult<[unknown, unknown]> = method(
  new Map().entries(),
  'next',
);
export const nextOfSet: (iterator: object) => IteratorResult<unknown> = method(new Set().values(), 'next');

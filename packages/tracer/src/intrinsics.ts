/**
 * What the language gives to look into values, as it was when this module was loaded: a program may replace its own copies,
 * and none of its code is to run while a value is captured.
 */
import { types } from 'node:util';

/** `method` of some prototype as a function of its `this`. */
function uncurried<This, Result>(method: unknown): (self: This) => Result {
  return Function.prototype.call.bind(method as never) as (self: This) => Result;
}

/** The getter `key` of a prototype, as a function of its `this`. */
function getter<This, Result>(prototype: object, key: PropertyKey): (self: This) => Result {
  return uncurried(Object.getOwnPropertyDescriptor(prototype, key)?.get);
}

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

export const getOwnPropertyDescriptor: typeof Object.getOwnPropertyDescriptor =
  Object.getOwnPropertyDescriptor;
export const getPrototypeOf: (object: object) => object | null = Object.getPrototypeOf;
const hasOwn: typeof Object.hasOwn = Object.hasOwn;
export const keys: (object: object) => string[] = Object.keys;
export const isArray: typeof Array.isArray = Array.isArray;
export const apply: (fn: unknown, self: unknown, values: ArrayLike<unknown>) => unknown =
  Reflect.apply as never;
export const construct: (fn: unknown, values: ArrayLike<unknown>, target: unknown) => unknown =
  Reflect.construct as never;
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

export const dateTime: (date: Date) => number = uncurried(Date.prototype.getTime);
export const functionText: (fn: unknown) => string = uncurried(Function.prototype.toString);
export const typedArrayLength: (array: object) => number = getter(TypedArray, 'length');
export const regExpSource: (regExp: RegExp) => string = getter(RegExp.prototype, 'source');
export const symbolDescription: (symbol: symbol) => string | undefined = getter(
  Symbol.prototype,
  'description',
);
export const bigintDigits: (value: bigint, radix: number) => string = Function.prototype.call.bind(
  BigInt.prototype.toString as never,
);
export const asIntN: typeof BigInt.asIntN = BigInt.asIntN;

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

export function regExpText(regExp: RegExp): string {
  const flags = REGEXP_FLAGS.filter(([, isSet]) => isSet(regExp)).map(([letter]) => letter);
  return `/${regExpSource(regExp)}/${flags.join('')}`;
}

export const mapSize: (map: object) => number = getter(Map.prototype, 'size');
export const setSize: (set: object) => number = getter(Set.prototype, 'size');
export const mapEntries: (map: object) => Iterator<[unknown, unknown]> = uncurried(Map.prototype.entries);
export const setValues: (set: object) => Iterator<unknown> = uncurried(Set.prototype.values);
export const nextOfMap: (iterator: object) => IteratorResult<[unknown, unknown]> = uncurried(
  new Map().entries().next,
);
export const nextOfSet: (iterator: object) => IteratorResult<unknown> = uncurried(new Set().values().next);

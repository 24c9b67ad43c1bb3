import './trace-directory.ts';
import { afterAll, expect, test } from 'vitest';
import { fieldsOf, newTracer, recordsBy } from './recorded.ts';

const tracer = newTracer();
const show = tracer.trace((value: unknown): void => void value, { name: 'show' });
afterAll(() => tracer.close());

/** How an argument is shown. */
function shown(value: unknown): { type: string; value: string; length?: number } {
  tracer.buffer.clear();
  show(value);
  const { name, ...rest } = fieldsOf(recordsBy(tracer)[0]).args[0] as {
    name: string;
    type: string;
    value: string;
  };
  expect(name).toBe('value');
  return rest;
}

class Point {
  x = 1;
  y = -0;
}
class Empty {}
class Odd extends Map<number, number> {}
class HttpError extends Error {
  status = 404;
}

const sparse = [1, 2, 3];
Reflect.deleteProperty(sparse, 1);

const VALUES: readonly [unknown, string, string][] = [
  [27, 'number', '27'],
  [-1, 'number', '-1'],
  [2 ** 31, 'number', '2147483648'],
  [-(2 ** 31), 'number', '-2147483648'],
  [0.1, 'number', '0.1'],
  [-0, 'number', '-0'],
  [Number.NaN, 'number', 'NaN'],
  [Number.NEGATIVE_INFINITY, 'number', '-Infinity'],
  ['', 'string', ''],
  ['short', 'string', 'short'],
  ['grüße, 世界 🎈', 'string', 'grüße, 世界 🎈'],
  [true, 'boolean', 'true'],
  [false, 'boolean', 'false'],
  [undefined, 'undefined', 'undefined'],
  [null, 'null', 'null'],
  [0n, 'bigint', '0n'],
  [-(2n ** 63n), 'bigint', '-9223372036854775808n'],
  [2n ** 64n, 'bigint', '0x10000000000000000n'],
  [-(2n ** 64n), 'bigint', '-0x10000000000000000n'],
  [Symbol('here'), 'symbol', 'Symbol(here)'],
  [Symbol.iterator, 'symbol', 'Symbol(Symbol.iterator)'],
  [Symbol(), 'symbol', 'Symbol()'],
  [function named() {}, 'function', '[Function: named]'],
  [
    (
      () => () =>
        undefined
    )(),
    'function',
    '[Function (anonymous)]',
  ],
  [Point, 'function', '[Function: Point]'],
  [{}, 'Object', '{}'],
  [{ a: 1, 'b-c': "it's" }, 'Object', "{a: 1, 'b-c': 'it\\'s'}"],
  [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }, 'Object', '{a: 1, b: 2, c: 3, d: 4, e: 5, …2 more}'],
  [{ inner: { a: 1 }, list: [1, 2], none: [] }, 'Object', '{inner: {…}, list: […2 more], none: []}'],
  [Object.create(null), 'null prototype', 'null prototype {}'],
  [new Point(), 'Point', 'Point {x: 1, y: -0}'],
  [new Empty(), 'Empty', 'Empty {}'],
  [new (class {})(), 'Object', '{}'],
  [[], 'Array', '[]'],
  [[1, 'two', null], 'Array', "[1, 'two', null]"],
  [sparse, 'Array', '[1, <empty>, 3]'],
  [Array.from({ length: 100 }, (_, index) => index), 'Array', '[0, 1, 2, 3, 4, …95 more]'],
  [new Uint8Array([1, 2]), 'Uint8Array', 'Uint8Array [1, 2]'],
  [new BigInt64Array([1n]), 'BigInt64Array', 'BigInt64Array [1n]'],
  [Buffer.from('abcdefg'), 'Buffer', 'Buffer [97, 98, 99, 100, 101, …2 more]'],
  [
    new Map<unknown, unknown>([
      ['a', 1],
      [{}, new Point()],
    ]),
    'Map',
    "Map {'a' => 1, {…} => Point {…}}",
  ],
  [new Odd([[1, 2]]), 'Odd', 'Odd {1 => 2}'],
  [new Set([1, 'x']), 'Set', "Set {1, 'x'}"],
  [new Set(Array.from({ length: 7 }, (_, index) => index)), 'Set', 'Set {0, 1, 2, 3, 4, …2 more}'],
  [new Date(0), 'Date', '1970-01-01T00:00:00.000Z'],
  [new Date(Number.NaN), 'Date', 'Invalid Date'],
  [/a\/b/giu, 'RegExp', '/a\\/b/giu'],
  [new TypeError('no'), 'TypeError', 'no'],
  [new HttpError('not found'), 'HttpError', 'not found'],
  [{ cause: new RangeError('far') }, 'Object', '{cause: [RangeError: far]}'],
  [Promise.resolve(1), 'Promise', 'Promise {…}'],
  [new WeakMap(), 'WeakMap', 'WeakMap {}'],
  [new Proxy({}, {}), 'Proxy', '[Proxy]'],
  [new Proxy(() => undefined, {}), 'Proxy', '[Proxy]'],
];

test.each(VALUES)('%# a value is shown with its type', (value, type, text) => {
  expect(shown(value)).toEqual({ type, value: text });
});

test('a long string is cut at a character, with a mark, and its length is kept', () => {
  expect(shown('x'.repeat(500))).toEqual({ type: 'string', value: `${'x'.repeat(128)}…`, length: 500 });
  expect(shown(`${'x'.repeat(127)}🎈🎈`)).toEqual({
    type: 'string',
    value: `${'x'.repeat(127)}…`,
    length: 131,
  });
  expect(shown({ text: 'y'.repeat(40) }).value).toBe(`{text: '${'y'.repeat(32)}…'}`);
  const huge = 2n ** 4000n;
  expect(shown(huge).value).toBe(`0x1${'0'.repeat(127)}…`);
});

test('lone surrogates are replaced and flagged', () => {
  expect(shown('a\ud800b')).toEqual({ type: 'string', value: 'a\ufffdb' });
  expect(shown({ '\ud800': 1 }).value).toBe("{'\ufffd': 1}");
});

test('a long key is cut, and its value is shown or not all the same', () => {
  expect(shown({ ['k'.repeat(1000)]: 1 }).value).toBe(`{${'k'.repeat(64)}: 1}`);
  expect(shown({ [`${'k'.repeat(1000)}token`]: 1 }).value).toBe(`{${'k'.repeat(64)}: [redacted]}`);
});

test('of objects with very many keys only the first look pays for the keys', () => {
  const dictionary = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, index]));
  expect(shown(dictionary).value).toBe('{k0: 0, k1: 1, k2: 2, k3: 3, k4: 4, …1995 more}');
  expect(shown(dictionary).value).toBe('{…}');
});

test('more names than there are definitions for stand in the records', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `name-${index}`);
  for (const name of names) show({ [name]: 1 });
  expect(shown({ [names.at(-1) as string]: 1 }).value).toBe("{'name-4999': 1}");
  expect(shown({ 'a name of no one yet': { x: 1 } }).value).toBe("{'a name of no one yet': {…}}");
  expect(shown({ 'the token of no one yet': 'x' }).value).toBe("{'the token of no one yet': [redacted]}");
  class NewHere {}
  expect(shown(new NewHere())).toEqual({ type: 'NewHere', value: 'NewHere {}' });
});

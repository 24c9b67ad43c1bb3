import './trace-directory.ts';
import { afterAll, expect, test } from 'vitest';
import { messagesBy, newTracer } from './recorded.ts';

const tracer = newTracer({ maxDepth: 3, maxEntries: 20 });
const show = tracer.trace((value: unknown): unknown => value, { name: 'show' });
afterAll(() => tracer.close());

/** Counts what is called, and throws: either would show. */
let called = 0;
function boom(): never {
  called++;
  throw new Error('code of the program was run');
}
const trapping: ProxyHandler<object> = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((trap) => [trap, boom]),
);
const trap = (): object => new Proxy(() => undefined, trapping);

const convertible = {
  toString: boom,
  valueOf: boom,
  toJSON: boom,
  inspect: boom,
  [Symbol.toPrimitive]: boom,
  [Symbol.iterator]: boom,
  [Symbol.for('nodejs.util.inspect.custom')]: boom,
  get [Symbol.toStringTag](): string {
    return boom();
  },
};

function withGetter(object: object, ...keys: PropertyKey[]): object {
  for (const key of keys)
    Object.defineProperty(object, key, { get: boom, enumerable: true, configurable: true });
  return object;
}

class Hostile {
  static get [Symbol.hasInstance](): never {
    return boom();
  }
  get inherited(): never {
    return boom();
  }
}

const HOSTILE: readonly [string, () => unknown][] = [
  ['a getter', () => withGetter({}, 'x')],
  ['an object that converts', () => convertible],
  ['a proxy', () => trap()],
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, trapping);
      revoke();
      return proxy;
    },
  ],
  ['a proxy as a property', () => ({ inner: trap(), list: [trap()] })],
  ['a proxy as the prototype', () => Object.create(trap())],
  ['a getter for constructor', () => Object.create(withGetter({}, 'constructor'))],
  ['a proxy as constructor', () => Object.create({ constructor: trap() })],
  [
    'a constructor whose name is read by a getter',
    () => {
      class Named {
        own = 1;
        static get name(): string {
          return boom();
        }
      }
      return new Named();
    },
  ],
  ['a function whose name is read by a getter', () => withGetter(() => undefined, 'name', 'toString')],
  ['an array with getters', () => withGetter([1, 2], 0, 'map', Symbol.iterator)],
  ['a Map with its own methods', () => withGetter(new Map([[trap(), trap()]]), 'size', 'entries', 'forEach')],
  ['a Set with its own methods', () => withGetter(new Set([trap()]), 'size', 'values', Symbol.iterator)],
  ['a Date with its own methods', () => withGetter(new Date(0), 'getTime', 'toISOString', 'valueOf')],
  ['a RegExp with its own flags', () => withGetter(/x/g, 'flags', 'source', 'global', 'exec')],
  ['an error with getters', () => withGetter(new Error('x'), 'message', 'stack', 'name', 'cause')],
  ['a typed array with its own length', () => withGetter(new Uint8Array(2), 'length', 'byteLength')],
  ['a promise with its own then', () => withGetter(Promise.resolve(), 'then', 'constructor')],
  ['an instance with inherited getters', () => new Hostile()],
  ['an object with symbols', () => withGetter({}, Symbol.toStringTag, Symbol.toPrimitive)],
  ['an impostor', () => Object.create(Map.prototype)],
  ['an error without a prototype', () => Object.setPrototypeOf(new Error('x'), trap())],
];

test.each(HOSTILE)('showing %s runs none of its code', (_what, make) => {
  called = 0;
  tracer.buffer.clear();
  const value = make();
  expect(show(value) === value).toBe(true);
  const messages = messagesBy(tracer);
  expect(called).toBe(0);
  expect(messages).toHaveLength(2);
  expect(messages[0]).toMatch(/^show\(value = .+\)$/s);
});

test('what has been put on the prototypes of the language is not called either', () => {
  called = 0;
  tracer.buffer.clear();
  const value = { a: 1, b: [2], c: new Map([['k', 3]]), d: new Error('e') };
  // What is written beside the ring is written before.
  show(value);
  const descriptor = Object.assign(Object.create(null) as object, { get: boom, configurable: true });
  const keys = ['get', 'set', 'value', 'writable', 'done'];
  for (const key of keys) Object.defineProperty(Object.prototype, key, descriptor);
  try {
    show(value);
  } finally {
    for (const key of keys) Reflect.deleteProperty(Object.prototype, key);
  }
  expect(called).toBe(0);
  expect(messagesBy(tracer)).toHaveLength(4);
});

test('methods of the language that the program replaces are not called', () => {
  called = 0;
  tracer.buffer.clear();
  const replaced: [Record<string, unknown>, string][] = (
    [
      [Map.prototype, 'entries'],
      [Set.prototype, 'values'],
      [Date.prototype, 'getTime'],
      [Function.prototype, 'toString'],
      [BigInt.prototype, 'toString'],
      [Object, 'keys'],
      [Object, 'getOwnPropertyDescriptor'],
    ] as [object, string][]
  ).map(([holder, key]) => [holder as Record<string, unknown>, key]);
  const value = [new Map([[1, 2]]), new Set([1]), new Date(0), 2n ** 70n, { a: 1 }, () => undefined];
  // What is written beside the ring is written before.
  show(value);
  const before = replaced.map(([holder, key]) => holder[key]);
  for (const [holder, key] of replaced) holder[key] = boom;
  try {
    show(value);
  } finally {
    for (const [index, [holder, key]] of replaced.entries()) holder[key] = before[index];
  }
  expect(called).toBe(0);
  expect(messagesBy(tracer).filter((message) => message.includes('Map {1 => 2}'))).toHaveLength(4);
});

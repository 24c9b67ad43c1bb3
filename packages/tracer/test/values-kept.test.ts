import './trace-directory.ts';
import { InvalidOptionError } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { CallTracer, type CallTracerOptions } from '../src/index.ts';
import { fieldsOf, messagesBy, newTracer, recordsBy } from './recorded.ts';

function callWith(options: CallTracerOptions): string[] {
  using tracer = newTracer(options);
  const login = tracer.trace(
    (user: string, password: string, more: unknown): unknown => {
      if (user === '') throw new RangeError(`nobody with ${password}`);
      return { user, authToken: 'abc', more };
    },
    { name: 'login' },
  );
  login('ada', 'hunter2', { Cookie: 'c', deep: { deeper: { a: 1 } } });
  try {
    login('', '', 1);
  } catch {
    // Meant to be seen in the records.
  }
  return messagesBy(tracer);
}

test('arguments, results and exceptions are kept by default, but for what is secret', () => {
  expect(callWith({})).toEqual([
    "login(user = 'ada', password = [redacted], more = {Cookie: [redacted], deep: {…}})",
    "login returned {user: 'ada', authToken: [redacted], more: {…}}",
    "login(user = '', password = [redacted], more = 1)",
    'login threw RangeError: nobody with ',
  ]);
});

test('results may be left out', () => {
  expect(callWith({ values: 'args' })).toEqual([
    "login(user = 'ada', password = [redacted], more = {Cookie: [redacted], deep: {…}})",
    'login returned',
    "login(user = '', password = [redacted], more = 1)",
    'login threw RangeError: nobody with ',
  ]);
});

test('all values may be left out', () => {
  expect(callWith({ values: 'none' })).toEqual(['login()', 'login returned', 'login()', 'login threw']);
});

test('what is secret is up to the program', () => {
  expect(callWith({ redact: /^user$/g })[0]).toBe(
    "login(user = [redacted], password = 'hunter2', more = {Cookie: 'c', deep: {…}})",
  );
  expect(callWith({ redact: false })[1]).toBe("login returned {user: 'ada', authToken: 'abc', more: {…}}");
});

test('limits are up to the program', () => {
  expect(callWith({ maxArguments: 1, maxString: 2, maxDepth: 3 })[0]).toBe("login(user = 'ad…', …2 more)");
  expect(callWith({ maxDepth: 0 })[1]).toBe('login returned {…}');
  expect(callWith({ maxDepth: 4, maxEntries: 1 })[0]).toBe(
    "login(user = 'ada', password = [redacted], more = {Cookie: [redacted], …1 more})",
  );
  expect(callWith({ maxDepth: 4 })[0]).toContain('deep: {deeper: {a: 1}}');
  expect(callWith({ maxArguments: 0 })[0]).toBe('login(…3 more)');
});

test('values in a Map under a secret key, and all of a secret rest parameter, are not kept', () => {
  using tracer = newTracer();
  const send = tracer.trace((_headers: Map<string, string>, ...tokens: string[]) => tokens.length, {
    name: 'send',
  });
  send(
    new Map([
      ['Authorization', 'Bearer x'],
      ['Host', 'y'],
    ]),
    'a',
    'b',
  );
  expect(messagesBy(tracer)[0]).toBe(
    "send(_headers = Map {'Authorization' => [redacted], 'Host' => 'y'}, tokens[0] = [redacted], tokens[1] = [redacted])",
  );
});

test('arguments are those that the function can see, eight at most', () => {
  using tracer = newTracer();
  const two = tracer.trace((a: number, b: number) => a + b, { name: 'two' });
  (two as (...values: number[]) => number)(1, 2, 3);
  two(...([1] as unknown as [number, number]));
  const all = tracer.trace(function all(): number {
    // biome-ignore lint/complexity/noArguments: whoever uses it sees what is passed beyond the parameters
    return arguments.length;
  } as (...values: number[]) => number);
  all(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  tracer.trace(Math.max)(4, 5);
  expect(messagesBy(tracer).filter((_message, index) => index % 2 === 0)).toEqual([
    'two(a = 1, b = 2)',
    'two(a = 1)',
    `all(${Array.from({ length: 8 }, (_, index) => `arguments[${index}] = ${index + 1}`).join(', ')}, …2 more)`,
    'max(arguments[0] = 4, arguments[1] = 5)',
  ]);
});

test('a payload that finds no room is cut, and says so', () => {
  using tracer = newTracer({ size: 1024 * 1024, maxNestedString: 10_000, maxEntries: 100, maxDepth: 4 });
  const take = tracer.trace((..._values: unknown[]): void => undefined, { name: 'take' });
  const wide = Array.from({ length: 100 }, () => 'ü'.repeat(5000));
  take(wide, 1, 'two');
  const [record] = recordsBy(tracer);
  expect(record?.message.length).toBeGreaterThan(10_000);
  expect(record?.message).toContain('…');
  expect(fieldsOf(record).func).toBe('take');
});

test('a call that is longer than the ring takes is cut', () => {
  using tracer = newTracer({ size: 4096, maxNestedString: 10_000, maxString: 10_000 });
  const take = tracer.trace((text: string, more: unknown) => [text.length, more], { name: 'take' });
  take('x'.repeat(9000), { a: 1 });
  const [record] = recordsBy(tracer);
  expect(record?.message).toMatch(/^take\(text = 'x{100,}…/);
});

test('a buffer that cannot be mapped holds the same', () => {
  expect(callWith({ mode: 'positional' })).toEqual(callWith({}));
});

const BAD: readonly [string, unknown][] = [
  ['values', 'some'],
  ['redact', 'password'],
  ['maxArguments', 9],
  ['maxArguments', 1.5],
  ['maxString', -1],
  ['maxNestedString', Number.NaN],
  ['maxEntries', '5'],
  ['maxDepth', 5],
  ['asyncContext', 'yes'],
  ['size', 12],
  ['level', 'loud'],
];

test.each(BAD)('an option that cannot be used is refused: %s = %o', (option, value) => {
  let error: unknown;
  try {
    new CallTracer({ name: 'refused', [option]: value } as CallTracerOptions).close();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(error).toMatchObject({ option, value, code: 'ERR_TRACEBUF_INVALID_OPTION' });
});

test('what is no option, or no function, is refused', () => {
  expect(() => new CallTracer({ name: 'refused', depth: 1 } as CallTracerOptions)).toThrow('depth');
  expect(() => new CallTracer(7 as CallTracerOptions)).toThrow(InvalidOptionError);
  using tracer = newTracer();
  expect(() => tracer.trace(7 as never)).toThrow(InvalidOptionError);
  expect(() => tracer.trace(() => 1, { name: 7 as never })).toThrow(InvalidOptionError);
  expect(() => tracer.notrace({} as never)).toThrow(InvalidOptionError);
  expect(() => tracer.traceMethods(null as never)).toThrow(InvalidOptionError);
});

import { describe, expect, test } from 'vitest';
import './trace-directory.ts';
import winston from 'winston';
import { TraceBufferTransport } from '../src/index.ts';
import { type Info, lineOf } from '../src/info-line.ts';
import { ownRecords } from './fixture.ts';

const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');
const { combine, colorize, errors, json, logstash, printf, simple, splat, timestamp } = winston.format;

let count = 0;

/** A logger with a format, and what its buffer holds. */
function setUp(format: winston.Logform.Format, own?: winston.Logform.Format) {
  const name = `line-${count++}`;
  const transport = new TraceBufferTransport({ name, size: 1 << 20, ...(own && { format: own }) });
  const logger = winston.createLogger({ format, level: 'silly', transports: [transport] });
  return { logger, transport, records: () => ownRecords(name) };
}

const parsed = (info: object) => JSON.parse(lineOf(info as Info).text) as Record<string, unknown>;
const info = (fields: object) => ({ level: 'info', message: 'm', [LEVEL]: 'info', ...fields });

describe('what a format has printed', () => {
  test('a line of JSON is stored as it is', () => {
    const line = '{"level":"info","message":"as printed","n":1.50}';
    expect(lineOf(info({ [MESSAGE]: line }))).toEqual({ text: line, replaced: 0 });
  });

  test('any other text is not: the info is', () => {
    for (const format of [
      simple(),
      printf(({ message }) => `> ${String(message)}`),
      combine(colorize(), simple()),
    ]) {
      const { logger, records } = setUp(format);
      logger.warn('text', { user: { id: 7 } });
      expect(records()).toMatchObject([{ level: 'warn', message: 'text', fields: { user: { id: 7 } } }]);
    }
  });

  test('JSON on several lines becomes one line', () => {
    const { logger, records } = setUp(json({ space: 2 }));
    logger.info('spaced', { a: 1 });
    expect(records()).toMatchObject([{ message: 'spaced', fields: { a: 1 } }]);
    expect(lineOf(info({ [MESSAGE]: '{\n  "message": "m"\n}' })).text).not.toContain('\n');
  });

  test('text that only looks like JSON is shown as text', () => {
    const { logger, records } = setUp(printf(({ message }) => `{"${String(message)}"}`));
    logger.info('not json');
    expect(records()).toMatchObject([{ message: '{"not json"}', level: 'info' }]);
  });

  test('a text without a message is the message', () => {
    const drop = winston.format((given) => {
      const copy = { ...given, [MESSAGE]: 'all there is' } as winston.Logform.TransformableInfo;
      delete (copy as Record<string, unknown>).message;
      return copy;
    });
    const { logger, records } = setUp(drop());
    logger.info('gone');
    expect(records()).toMatchObject([{ message: 'all there is' }]);
  });

  test('logstash', () => {
    const { logger, records } = setUp(combine(timestamp(), logstash()));
    logger.error('stash', { code: 5 });
    expect(records()).toMatchObject([{ level: 'error', message: 'stash', fields: { code: 5 } }]);
    expect(records()[0]?.fields).toHaveProperty('timestamp');
  });

  test("the transport's own format comes after the logger's, and changes nothing for others", () => {
    const mark = winston.format((given) => Object.assign(given, { marked: true }));
    const { logger, transport, records } = setUp(json(), combine(mark(), json()));
    const seen: object[] = [];
    logger.add(new winston.transports.Stream({ stream: process.stdout, silent: true }));
    transport.on('logged', (logged) => seen.push(logged));
    const given = { level: 'info', message: 'mine', marked: false };
    logger.log(given);
    expect(records()).toMatchObject([{ fields: { marked: true } }]);
    expect(given.marked).toBe(false);
    expect(seen).toHaveLength(1);
  });

  test('a format that drops an info drops it', () => {
    const { logger, records } = setUp(winston.format((given) => (given.message === 'no' ? false : given))());
    logger.info('no');
    logger.info('yes');
    expect(records().map(({ message }) => message)).toEqual(['yes']);
  });
});

describe('errors', () => {
  class Failure extends Error {
    override name = 'Failure';
    code = 'E_FAIL';
  }

  test('as the info, with format.errors() and without', () => {
    for (const format of [json(), combine(errors({ stack: true, cause: true }), json()), simple()]) {
      const { logger, records } = setUp(format);
      logger.error(new Failure('broken', { cause: new Error('deep') }));
      expect(records()).toMatchObject([{ level: 'error', message: 'broken' }]);
      expect(records()[0]?.fields?.stack).toMatch(/^(Failure|Error): broken\n +at /);
    }
  });

  test('as metadata', () => {
    for (const format of [json(), combine(errors({ stack: true }), json()), simple()]) {
      const { logger, records } = setUp(format);
      logger.error('failed:', new Failure('broken'));
      const [record] = records();
      expect(record?.message).toBe('failed: broken');
      expect(record?.fields?.stack).toContain('stored-line.test');
    }
  });

  test('as a field: message, stack, cause and own fields are kept, where JSON would leave {}', () => {
    for (const format of [json(), simple()]) {
      const { logger, records } = setUp(format);
      logger.error('failed', { err: new Failure('broken', { cause: new TypeError('deep') }) });
      expect(records()).toMatchObject([
        {
          message: 'failed',
          fields: {
            err: {
              name: 'Failure',
              message: 'broken',
              code: 'E_FAIL',
              stack: expect.stringContaining('broken'),
              cause: { name: 'TypeError', message: 'deep' },
            },
          },
        },
      ]);
    }
  });

  test('a field that the format has written out or taken out stays so', () => {
    const replacer = (key: string, value: unknown) => {
      if (key === 'secret') return undefined;
      return value instanceof Error ? { message: 'redacted' } : value;
    };
    const { logger, records } = setUp(json({ replacer }));
    logger.error('failed', { err: new Error('s3cret'), secret: new Error('s3cret') });
    expect(JSON.stringify(records())).not.toContain('s3cret');
    expect(records()).toMatchObject([{ fields: { err: { message: 'redacted' } } }]);
  });

  test('as the message', () => {
    const { logger, records } = setUp(json());
    logger.log({ level: 'error', message: new Error('as message') as never });
    expect(records()).toMatchObject([{ level: 'error', message: 'as message' }]);
  });
});

describe('splat arguments', () => {
  test('with format.splat() they are in the message', () => {
    const { logger, records } = setUp(combine(splat(), json()));
    logger.info('%s has %d', 'a', 5, { more: true });
    expect(records()).toMatchObject([{ message: 'a has 5', fields: { more: true } }]);
    expect(records()[0]?.fields).not.toHaveProperty('splat');
  });

  test('without, they are kept beside it', () => {
    for (const format of [json(), simple()]) {
      const { logger, records } = setUp(format);
      logger.info('%s has %d', 'a', 5);
      expect(records()).toMatchObject([{ message: '%s has %d', fields: { splat: ['a', 5] } }]);
    }
  });
});

describe('what JSON cannot hold', () => {
  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;

  test('cycles, BigInt, symbols, functions, undefined, maps and sets, bytes', () => {
    const symbolKey = Symbol('key');
    const line = parsed(
      info({
        circular,
        big: 12n,
        symbol: Symbol('s'),
        function: () => 1,
        undefined: undefined,
        [symbolKey]: 1,
        map: new Map([['k', 'v']]),
        set: new Set([1]),
        date: new Date(0),
        bytes: new Uint8Array(5),
        nan: Number.NaN,
        holes: [undefined, () => 1],
      }),
    );
    expect(line).toEqual({
      level: 'info',
      message: 'm',
      circular: { a: 1, self: '[Circular]' },
      big: '12',
      map: [['k', 'v']],
      set: [1],
      date: '1970-01-01T00:00:00.000Z',
      bytes: '[5 bytes]',
      nan: null,
      holes: [null, null],
    });
  });

  test('the same object twice is no cycle', () => {
    const twice = { x: 1 };
    expect(parsed(info({ big: 1n, a: twice, b: twice }))).toMatchObject({ a: { x: 1 }, b: { x: 1 } });
  });

  test('getters, toJSON and proxies that throw', () => {
    const hostile = {
      ...info({}),
      fine: 1,
      get getter() {
        throw new Error('no');
      },
      json: {
        toJSON() {
          throw new Error('no');
        },
      },
      proxy: new Proxy({}, { ownKeys: () => assertNever(), get: () => assertNever() }),
    };
    const { text, replaced } = lineOf(hostile);
    expect(JSON.parse(text)).toMatchObject({
      message: 'm',
      fine: 1,
      getter: '[Getter threw]',
      json: '[Unreadable]',
    });
    expect(replaced).toBe(3);
  });

  test('an info that is hostile as a whole', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const given of [
      revoked.proxy,
      null,
      undefined,
      5,
      'text',
      [],
      new Proxy({}, { get: () => assertNever() }),
    ]) {
      expect(() => lineOf(given as never)).not.toThrow();
      expect(() => JSON.parse(lineOf(given as never).text)).not.toThrow();
    }
  });

  test('nested too deeply, and too much of it', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const wide = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, { i }]));
    const line = lineOf(info({ deep, wide, big: 1n }));
    expect(line.text).toContain('[Too deep]');
    expect(line.text).toContain('[2000 more]');
    expect(line.text.length).toBeLessThan(100_000);
  });

  test('a key named __proto__ changes no prototype', () => {
    const given = JSON.parse('{"message":"m","__proto__":{"polluted":true}}') as Record<string, unknown>;
    given.big = 1n;
    const line = parsed(given);
    expect(line.polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('is counted by the transport', () => {
    const { transport } = setUp(json());
    transport.log(info({ circular, big: 1n }));
    expect(transport.replaced).toBe(1);
  });
});

test('an info is never changed', () => {
  const given = Object.freeze({
    ...info({ err: new Error('x'), nested: Object.freeze({ a: 1n }) }),
    [MESSAGE]: 'text',
  });
  const transport = new TraceBufferTransport({ name: 'frozen', size: 65536, format: json() });
  transport.log(given);
  transport.write(given);
  expect(ownRecords('frozen')).toHaveLength(2);
});

function assertNever(): never {
  throw new Error('trap');
}

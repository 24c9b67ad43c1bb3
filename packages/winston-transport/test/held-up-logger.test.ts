import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import './trace-directory.ts';
import winston from 'winston';
import TransportStream from 'winston-transport';
import { TraceBufferTransport, traceContext } from '../src/index.ts';
import { ownRecords } from './fixture.ts';

/*
 * winston delivers to all transports at the speed of the slowest: while one makes the logger wait, nothing reaches the
 * others. The trace buffer must not depend on that.
 */

const { combine, errors, json, splat, timestamp } = winston.format;

/** A transport that takes one info, and does not call back until it is let go. */
class Stuck extends TransportStream {
  readonly seen: Record<string | symbol, unknown>[] = [];
  #waiting: (() => void) | undefined;
  #free = false;

  override log(info: Record<string | symbol, unknown>, next: () => void): void {
    this.seen.push(info);
    if (this.#free) next();
    else this.#waiting = next;
  }

  letGo(): void {
    this.#free = true;
    this.#waiting?.();
  }
}

let count = 0;
const setUp = (options: winston.LoggerOptions = {}) => {
  const name = `held-${count++}`;
  const stuck = new Stuck();
  const transport = new TraceBufferTransport({ name, size: 1 << 20 });
  const logger = winston.createLogger({
    level: 'silly',
    format: json(),
    ...options,
    transports: [stuck, transport],
  });
  return {
    stuck,
    transport,
    logger,
    records: () => ownRecords(name),
    messages: () => ownRecords(name).map(({ message }) => message),
  };
};

const settled = async (logger: winston.Logger) => {
  for (let i = 0; i < 100 && logger.writableLength + logger.readableLength > 0; i++)
    await new Promise(setImmediate);
  await new Promise(setImmediate);
};
const numbers = (n: number) => Array.from({ length: n }, (_, i) => `line ${i}`);

test('everything is stored in the tick of its log call, once, in order', async () => {
  const { logger, stuck, messages } = setUp();
  for (const line of numbers(1001)) logger.info(line);
  expect(stuck.seen).toHaveLength(1);
  expect(messages()).toEqual(numbers(1001));
  stuck.letGo();
  await settled(logger);
  expect(messages()).toEqual(numbers(1001));
  expect(stuck.seen.map(({ message }) => message)).toEqual(numbers(1001));
});

test('held up, let go, and held up again', async () => {
  const gate = { open: false };
  const slow = new Writable({
    highWaterMark: 64,
    write: (_chunk, _encoding, callback) => void (gate.open ? callback() : setTimeout(callback, 1)),
  });
  const name = `held-${count++}`;
  const logger = winston.createLogger({
    transports: [
      new winston.transports.Stream({ stream: slow }),
      new TraceBufferTransport({ name, size: 1 << 20 }),
    ],
  });
  const sent: string[] = [];
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < 20; i++) {
      sent.push(`${round}.${i}`);
      logger.info(`${round}.${i}`);
    }
    await new Promise((resolve) => setTimeout(resolve, round % 3));
  }
  await settled(logger);
  expect(ownRecords(name).map(({ message }) => message)).toEqual(sent);
});

test('what the other transports get is as if the trace buffer were not there', async () => {
  const formats = [
    json(),
    combine(timestamp({ format: () => 'now' }), splat(), json()),
    combine(errors({ stack: true }), json()),
    combine(winston.format((info) => ({ ...info, copied: true }))(), json()),
    winston.format((info) => (String(info.message).includes('3') ? false : info))(),
  ];
  for (const format of formats) {
    const use = async (logger: winston.Logger, stuck: Stuck) => {
      for (const line of numbers(80)) logger.info(`%s ${line}`, 'arg', { meta: line });
      logger.error(new RangeError('an error'));
      logger.child({ of: 'child' }).warn('from a child');
      stuck.letGo();
      await settled(logger);
      return stuck.seen.map((info) => ({ ...info, stack: undefined, [Symbol.for('message')]: undefined }));
    };
    const alone = new Stuck();
    const expected = await use(winston.createLogger({ format, transports: [alone] }), alone);
    const { logger, stuck, records } = setUp({ format });
    // Own symbols too, which `toEqual` stumbles over here.
    assert.deepStrictEqual(await use(logger, stuck), expected);
    expect(records()).toHaveLength(expected.length);
  }
});

test('levels, silence and formats hold there too', () => {
  const { logger, transport, messages } = setUp();
  transport.level = 'warn';
  logger.warn('goes on');
  logger.info('too low');
  logger.warn('waits');
  logger.silent = true;
  logger.warn('silent logger');
  logger.silent = false;
  transport.silent = true;
  logger.warn('silent transport');
  expect(messages()).toEqual(['goes on', 'waits']);
});

test('context is that of the log call, not of the moment when the queue moves', async () => {
  const storage = new AsyncLocalStorage<{ requestId: number }>();
  const { logger, stuck, records } = setUp({ format: combine(traceContext({ context: storage }), json()) });
  for (let requestId = 0; requestId < 50; requestId++)
    storage.run({ requestId }, () => logger.info('in a request'));
  await storage.run({ requestId: -1 }, async () => {
    stuck.letGo();
    await settled(logger);
  });
  expect(records().map(({ fields }) => fields?.requestId)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

describe('a logger that held something up before the transport came', () => {
  test('gets it stored when it comes, and everything once', async () => {
    const stuck = new Stuck();
    const logger = winston.createLogger({ transports: [stuck] });
    for (const line of numbers(40)) logger.info(line);
    const name = `held-${count++}`;
    logger.add(new TraceBufferTransport({ name, size: 1 << 20 }));
    logger.info('after');
    expect(ownRecords(name).map(({ message }) => message)).toEqual(['after']);
    stuck.letGo();
    await settled(logger);
    const messages = ownRecords(name).map(({ message }) => message);
    expect(new Set(messages).size).toBe(messages.length);
    expect(messages.filter((message) => message !== 'after')).toEqual(
      numbers(40).slice(-messages.length + 1),
    );
    expect(messages.length).toBeGreaterThan(20);
  });
});

describe('the logger', () => {
  test('is left as it was found', () => {
    const { logger, transport } = setUp();
    expect(Object.hasOwn(logger, 'write')).toBe(true);
    logger.remove(transport);
    expect(Object.hasOwn(logger, 'write')).toBe(false);
    expect(Object.hasOwn(logger, 'push')).toBe(false);
  });

  test('keeps what somebody else has put on top', () => {
    const { logger, transport, messages } = setUp();
    const write = logger.write.bind(logger) as (...args: unknown[]) => boolean;
    const seen: unknown[] = [];
    logger.write = ((...args: unknown[]) => {
      seen.push(args[0]);
      return write(...args);
    }) as typeof logger.write;
    logger.info('seen');
    logger.remove(transport);
    logger.info('still seen');
    expect(seen).toHaveLength(2);
    expect(messages()).toEqual(['seen']);
  });

  test('two trace buffers in one logger each get everything once', async () => {
    const { logger, stuck, messages } = setUp();
    const name = `held-${count++}`;
    logger.add(new TraceBufferTransport({ name, size: 1 << 20 }));
    for (const line of numbers(100)) logger.info(line);
    stuck.letGo();
    await settled(logger);
    expect(messages()).toEqual(numbers(100));
    expect(ownRecords(name).map(({ message }) => message)).toEqual(numbers(100));
  });

  test('one trace buffer in two loggers, one of them held up', async () => {
    const { logger, stuck, transport, messages } = setUp();
    const other = winston.createLogger({ transports: [transport] });
    for (const line of numbers(50)) {
      logger.info(line);
      other.info(`other ${line}`);
    }
    stuck.letGo();
    await settled(logger);
    expect(messages().filter((message) => message.startsWith('line'))).toEqual(numbers(50));
    expect(messages().filter((message) => message.startsWith('other'))).toHaveLength(50);
  });
});

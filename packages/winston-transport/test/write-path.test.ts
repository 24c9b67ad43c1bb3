import { describe, expect, test, vi } from 'vitest';
import './trace-directory.ts';
import { TraceBuffer } from '@tracebuf/ring';
import winston from 'winston';
import { TraceBufferTransport } from '../src/index.ts';
import { ownRecords } from './fixture.ts';

const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');
const info = (message: string, fields: object = {}) => ({
  level: 'info',
  message,
  [LEVEL]: 'info',
  ...fields,
});

let count = 0;
const setUp = (options: object = {}) => {
  const name = `write-${count++}`;
  const transport = new TraceBufferTransport({ name, size: 1 << 20, ...options });
  return { name, transport, messages: () => ownRecords(name).map(({ message }) => message) };
};

describe('log()', () => {
  test('calls back before it returns, whatever it is given', () => {
    const { transport } = setUp();
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const given of [
      info('x'),
      null,
      undefined,
      5,
      'text',
      Symbol('s'),
      1n,
      [],
      () => 1,
      revoked.proxy,
    ]) {
      const callback = vi.fn();
      expect(transport.log(given, callback)).toBe(true);
      expect(callback).toHaveBeenCalledOnce();
    }
    expect(transport.log(info('without'))).toBe(true);
  });

  test('calls back when silent, disabled, closed, and when the record is refused', () => {
    for (const options of [{ silent: true }, { enabled: false }, { size: 4096, policy: 'discard' }, {}]) {
      const { transport } = setUp(options);
      if (Object.keys(options).length === 0) transport.close();
      const callback = vi.fn();
      for (let i = 0; i < 200; i++) transport.log(info('x'.repeat(100)), callback);
      expect(callback).toHaveBeenCalledTimes(200);
    }
  });

  test('calls back when a listener of logged throws', () => {
    const { transport } = setUp();
    transport.on('logged', () => {
      throw new Error('listener');
    });
    const callback = vi.fn();
    expect(() => transport.log(info('x'), callback)).toThrow('listener');
    expect(callback).toHaveBeenCalledOnce();
  });

  test('emits logged with the info itself, at once, and only where someone listens', () => {
    const { transport } = setUp();
    const emit = vi.spyOn(transport, 'emit');
    transport.log(info('unheard'));
    expect(emit).not.toHaveBeenCalledWith('logged', expect.anything());
    const heard: unknown[] = [];
    transport.on('logged', (given) => heard.push(given));
    const given = info('heard');
    transport.log(given);
    expect(heard).toEqual([given]);
    expect(heard[0]).toBe(given);
  });

  test('a closed transport stores nothing, and what it stored stays', () => {
    const { transport, messages } = setUp();
    transport.log(info('before'));
    transport.close();
    transport.close();
    transport.log(info('after'));
    expect(messages()).toEqual(['before']);
  });
});

describe('logv()', () => {
  test('takes infos, or write requests of a stream, and calls back once', () => {
    const { transport, messages } = setUp();
    const callback = vi.fn();
    expect(
      transport.logv([info('a'), { chunk: info('b'), encoding: 'utf8', callback: () => 1 }], callback),
    ).toBe(true);
    expect(callback).toHaveBeenCalledOnce();
    expect(messages()).toEqual(['a', 'b']);
  });

  test('is what a corked stream comes to, with levels and formats applied', async () => {
    const { transport, messages } = setUp({ level: 'info', format: winston.format.json() });
    transport.cork();
    const written = vi.fn();
    transport.write(info('a'), written);
    transport.write({ level: 'debug', message: 'no', [LEVEL]: 'debug' }, written);
    transport.write(info('b'), written);
    expect(messages()).toEqual([]);
    transport.uncork();
    expect(messages()).toEqual(['a', 'b']);
    await vi.waitFor(() => expect(written).toHaveBeenCalledTimes(3));
  });
});

describe('as a stream', () => {
  test.for([1, 2, 16])('winston never halts, with a highWaterMark of %i', async (highWaterMark) => {
    const { transport, messages } = setUp({ highWaterMark });
    const logger = winston.createLogger({ transports: [transport] });
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 50; i++) logger.info(`${round}.${i}`);
      await new Promise(setImmediate);
    }
    await vi.waitFor(() => expect(logger.writableLength + logger.readableLength).toBe(0));
    expect(messages()).toHaveLength(1000);
    expect(new Set(messages()).size).toBe(1000);
  });

  test('a callback that writes again and again does not fill the stack', async () => {
    const { transport } = setUp();
    let left = 50_000;
    await new Promise<void>((resolve) => {
      const again = () => (left-- === 0 ? resolve() : void transport.write(info('again'), again));
      again();
    });
  });

  test('a listener of logged may log', () => {
    const { transport, messages } = setUp();
    const logger = winston.createLogger({ transports: [transport] });
    transport.once('logged', () => logger.info('second'));
    logger.info('first');
    expect(messages().sort()).toEqual(['first', 'second']);
  });

  test('end() finishes at once, and closes', async () => {
    const { transport, messages } = setUp();
    transport.write(info('last'));
    await new Promise<void>((resolve) => transport.end(resolve));
    expect(messages()).toEqual(['last']);
  });

  test('a logger that ends, ends', async () => {
    const { transport, messages } = setUp();
    const logger = winston.createLogger({ transports: [transport] });
    logger.info('last');
    await new Promise<void>((resolve) => {
      logger.on('finish', resolve);
      logger.end();
    });
    expect(messages()).toEqual(['last']);
  });

  test('what is no info is stepped over', () => {
    const { transport, messages } = setUp();
    for (const chunk of ['text', 5, false, undefined]) transport.write(chunk as never);
    transport.write(info('an info'));
    expect(messages()).toEqual(['an info']);
  });

  test('a format that throws neither throws out of the log call nor lets the info through', () => {
    const { transport, messages } = setUp({
      format: winston.format(() => {
        throw new Error('format broke');
      })(),
    });
    const logger = winston.createLogger({ transports: [transport] });
    expect(() => logger.info('password')).not.toThrow();
    expect(messages()).toEqual(["[the transport's format failed: format broke]"]);
    expect(transport.replaced).toBe(1);
  });
});

describe('uncaught errors', () => {
  test('exceptions are written with handleExceptions only, and no level keeps them out', () => {
    const exception = info('boom', { exception: true, [LEVEL]: 'error' });
    const without = setUp();
    without.transport.write(exception);
    expect(without.messages()).toEqual([]);
    const handling = setUp({ handleExceptions: true, level: 'emerg' });
    const logger = winston.createLogger({
      levels: { emerg: 0, info: 1 },
      exitOnError: false,
      transports: [handling.transport],
    });
    handling.transport.write(info('too low'));
    handling.transport.write(exception);
    logger.close();
    expect(handling.messages()).toEqual(['boom']);
  });
});

describe('the buffer', () => {
  test('is shared by transports of the same name, and ends with the last of them', () => {
    const first = new TraceBufferTransport({ name: 'shared', size: 65536 });
    const second = new TraceBufferTransport({ name: 'shared', size: 65536 });
    first.log(info('first'));
    first.close();
    second.log(info('second'));
    second.close();
    second.log(info('too late'));
    expect(ownRecords('shared').map(({ message }) => message)).toEqual(['first', 'second']);
    expect(() => new TraceBuffer('shared', 65536).close()).not.toThrow();
  });

  test('that the program made stays open', () => {
    const buffer = new TraceBuffer('program', 65536);
    const transport = new TraceBufferTransport({ name: 'program', size: 65536 });
    transport.log(info('winston'));
    transport.close();
    buffer.log('still there');
    expect(ownRecords('program').map(({ message, kind }) => [kind, message])).toEqual([
      ['winston', 'winston'],
      ['log', 'still there'],
    ]);
    buffer.close();
  });

  test('a transport that is removed and added again goes on', () => {
    const { transport, messages } = setUp();
    const logger = winston.createLogger({ transports: [transport] });
    for (let round = 0; round < 3; round++) {
      logger.info(`in ${round}`);
      logger.remove(transport);
      logger.add(transport);
    }
    logger.info('in again');
    expect(messages()).toEqual(['in 0', 'in 1', 'in 2', 'in again']);
  });

  test('a transport in two loggers goes on when it leaves one', () => {
    const { transport, messages } = setUp();
    const loggers = [1, 2].map(() => winston.createLogger({ transports: [transport] }));
    loggers[0]?.info('of the first');
    loggers[0]?.close();
    loggers[1]?.info('of the second');
    loggers[1]?.close();
    transport.log(info('too late'));
    expect(messages()).toEqual(['of the first', 'of the second']);
  });

  test('disabled from the start stores nothing', () => {
    const { transport, messages } = setUp({ enabled: false });
    transport.log(info('no'));
    expect(messages()).toEqual([]);
  });
});

test('a line of JSON is not made again', () => {
  const { transport, messages } = setUp();
  const stringify = vi.spyOn(JSON, 'stringify');
  transport.log({ ...info('x'), [MESSAGE]: '{"message":"as printed"}' });
  expect(stringify).not.toHaveBeenCalled();
  transport.log(info('without a line'));
  expect(stringify).toHaveBeenCalledOnce();
  stringify.mockRestore();
  expect(messages()).toEqual(['as printed', 'without a line']);
});

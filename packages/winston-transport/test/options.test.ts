import { describe, expect, test } from 'vitest';
import './trace-directory.ts';
import winston from 'winston';
import { TraceBufferTransport } from '../src/index.ts';
import { ownRecords } from './fixture.ts';

describe('options that cannot be used throw, and say what would do', () => {
  test.for([
    [{ name: '' }, /name/],
    [{ name: 'x'.repeat(65) }, /name/],
    [{ size: 100 }, /100/],
    [{ size: '1mb' }, /'1mb'.*for size/],
    [{ level: 5 }, /level.*name of one of the logger's levels/],
    [{ format: 'json' }, /winston\.format\.json\(\)/],
    [{ keepLevel: 'nonsense' }, /nonsense/],
    [{ keepSize: 1 }, /keepSize/],
    [{ policy: 'ring' }, /'ring'.*overwrite/],
    [{ mode: 'x' }, /'x'.*positional/],
    [{ enabled: 'yes' }, /'yes'/],
    [{ levels: { a: -1 } }, /levels\.a/],
    [{ filename: 'x.log' }, /filename/],
  ] as const)('%j', ([options, message]) => {
    let thrown: unknown;
    try {
      new TraceBufferTransport(options as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'ERR_TRACEBUF_INVALID_OPTION',
      message: expect.stringMatching(message),
    });
  });

  test('no object at all', () => {
    for (const options of [null, 'web', 5])
      expect(() => new TraceBufferTransport(options as never)).toThrow(/options/);
  });
});

test('all have a default', () => {
  const transport = new TraceBufferTransport();
  expect(transport.name).toBe('winston');
  expect(transport.size).toBe(1024 * 1024);
  transport.close();
});

test("what winston's transports take is taken", () => {
  const format = winston.format.json();
  const transport = new TraceBufferTransport({
    name: 'taken',
    size: 8192,
    level: 'verbose',
    format,
    silent: true,
    handleExceptions: true,
    handleRejections: true,
    highWaterMark: 3,
  });
  expect(transport).toMatchObject({
    level: 'verbose',
    format,
    silent: true,
    handleExceptions: true,
    handleRejections: true,
    writableHighWaterMark: 3,
  });
});

test('the keep level may be a name of winston, or one of your own', () => {
  const outlives = (keepLevel: string | number | false) => {
    const name = `keep-${String(keepLevel)}`;
    const transport = new TraceBufferTransport({ name, size: 8192, keepLevel, levels: { own: 33 } });
    const logger = winston.createLogger({ levels: winston.config.syslog.levels, transports: [transport] });
    logger.log('notice', 'at 35');
    for (let i = 0; i < 1000; i++) logger.info('chatter');
    return ownRecords(name).some(({ message }) => message === 'at 35');
  };
  expect(['notice', 'own', 35, 'crit', 36, false].map((level) => outlives(level as string))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

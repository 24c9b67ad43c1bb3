import { join } from 'node:path';
import { TraceBuffer } from '@tracebuf/ring';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import winston from 'winston';
import { type LogQuery, TraceBufferTransport } from '../src/index.ts';
import { recordsOf, runFixture } from './fixture.ts';
import { traceDirectory } from './trace-directory.ts';

type Results = Record<string, Record<string, unknown>[]>;

/** winston's types want `fields`, which its code does not. */
const query = (logger: winston.Logger, options: LogQuery) =>
  new Promise<Results>((resolve, reject) => {
    logger.query(options as never, (error: Error | undefined, results: Results) =>
      error ? reject(error) : resolve(results),
    );
  });

const { combine, json, timestamp } = winston.format;
const start = Date.now() - 60_000;

describe("the same as winston's file transport gives", () => {
  const file = new winston.transports.File({ filename: join(traceDirectory, 'query.log') });
  const transport = new TraceBufferTransport({ name: 'query', size: 1 << 18 });
  const minutes = (n: number) => new Date(start + n * 1000);
  let i = 0;
  const logger = winston.createLogger({
    level: 'silly',
    format: combine(timestamp({ format: () => minutes(i).toISOString() }), json()),
    transports: [file, transport],
  });

  beforeAll(async () => {
    const levels = ['info', 'debug', 'error', 'warn'];
    for (i = 0; i < 40; i++) logger.log(levels[i % 4] as string, `message ${i}`, { index: i, nested: { i } });
    await vi.waitFor(async () => expect((await query(logger, { rows: 100 })).file).toHaveLength(40), 5000);
  });

  const queries: LogQuery[] = [
    {},
    { rows: 5 },
    { limit: 5 },
    { rows: 3, limit: 5 },
    { rows: 0 },
    { rows: 100 },
    { rows: 100, order: 'asc' },
    { rows: 5, order: 'asc' },
    { rows: 5, order: 'desc' },
    { rows: 5, start: 10, order: 'asc' },
    { rows: 5, start: 10 },
    { rows: 100, start: 38 },
    { start: 1000 },
    { rows: 100, from: minutes(10) },
    { rows: 100, from: minutes(10).toISOString() },
    { rows: 100, from: minutes(10).getTime() },
    { rows: 100, until: minutes(10) },
    { rows: 100, from: minutes(5), until: minutes(8), order: 'asc' },
    { rows: 100, from: minutes(8), until: minutes(5) },
    { rows: 100, until: new Date(start - 1000) },
    { rows: 100, from: 'nonsense' },
    { rows: 5, fields: ['message'] },
    { rows: 5, fields: ['message', 'index', 'absent'] },
    { rows: 5, fields: [] },
    { rows: 100, level: 'error' },
    { rows: 3, level: 'error', order: 'asc' },
    { rows: 100, level: 'nothing' },
    { rows: 100, order: 'sideways' as never },
  ];

  test.for(queries.map((options) => [JSON.stringify(options), options] as const))(
    '%s',
    async ([, options]) => {
      const results = await query(logger, { ...options });
      expect(results.query).toEqual(results.file);
    },
  );

  test('without options, and with the callback alone', async () => {
    const alone = await new Promise((resolve) => transport.query((_error, results) => resolve(results)));
    const none = await new Promise((resolve) =>
      transport.query(undefined, (_error, results) => resolve(results)),
    );
    const theirs = await new Promise((resolve) =>
      (file as unknown as typeof transport).query((_error, results) => resolve(results)),
    );
    expect(alone).toEqual(theirs);
    expect(none).toEqual(theirs);
  });

  test('the options are left as they are', async () => {
    const options = Object.freeze({ rows: 2 });
    await new Promise((resolve) => transport.query(options, resolve));
    expect(options).toEqual({ rows: 2 });
  });
});

test('the name of the transport keys its results; two of them have a key each', async () => {
  const logger = winston.createLogger({
    transports: [
      new TraceBufferTransport({ name: 'one', size: 65536 }),
      new TraceBufferTransport({ name: 'errors', size: 65536, level: 'error' }),
    ],
  });
  logger.info('i');
  logger.error('e');
  const results = await query(logger, { order: 'asc', fields: ['message'] });
  expect(results).toEqual({ one: [{ message: 'i' }, { message: 'e' }], errors: [{ message: 'e' }] });
});

test('the callback comes later, and once', async () => {
  const transport = new TraceBufferTransport({ name: 'later', size: 65536 });
  const callback = vi.fn();
  transport.query({}, callback);
  expect(callback).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(callback).toHaveBeenCalledExactlyOnceWith(null, []));
});

test('records of other kinds in the buffer are no logs', async () => {
  const buffer = new TraceBuffer('mixed', 65536);
  const transport = new TraceBufferTransport({ name: 'mixed', size: 65536 });
  buffer.log('not of winston');
  const logger = winston.createLogger({ transports: [transport] });
  logger.info('of winston');
  expect(await query(logger, {})).toEqual({ mixed: [{ level: 'info', message: 'of winston' }] });
});

test('colours, cuts and messages that are no text', async () => {
  const transport = new TraceBufferTransport({ name: 'odd', size: 4096 });
  const logger = winston.createLogger({
    format: combine(winston.format.colorize({ all: true }), winston.format.simple()),
    transports: [transport],
  });
  logger.info('coloured');
  expect(await query(logger, { level: 'info' })).toEqual({ odd: [{ level: 'info', message: 'coloured' }] });
  transport.log({ level: 'info', message: { an: 'object' } });
  transport.log({ level: 'info', message: 'x'.repeat(10_000) });
  const { odd } = await query(logger, { rows: 2 });
  expect(odd?.[1]).toEqual({ level: 'info', message: { an: 'object' } });
  expect(odd?.[0]?.message).toMatch(/^x+…$/);
});

test('a directory that cannot be read is an error for the callback', async () => {
  const transport = new TraceBufferTransport({ name: 'gone', size: 65536 });
  const directory = process.env.TRACEBUF_DIR;
  process.env.TRACEBUF_DIR = '/proc/version';
  try {
    const error = await new Promise((resolve) => transport.query({}, resolve));
    expect(error).toBeInstanceOf(Error);
  } finally {
    process.env.TRACEBUF_DIR = directory;
  }
});

test('threads and workers of a cluster: one buffer to ask, all that they have logged', () => {
  const { pid, stdout, stderr } = runFixture('cluster');
  const { error, results } = JSON.parse(stdout) as { error: unknown; results: Results };
  expect(error, stderr).toBe(null);
  const logs = results.clustered ?? [];
  for (const who of ['primary', 'worker 1', 'worker 2', 'thread']) {
    const messages = logs.filter((log) => log.who === who).map(({ message }) => message);
    expect(messages, who).toEqual(Array.from({ length: 200 }, (_, i) => `${who} ${i}`));
  }
  expect(logs).toHaveLength(800);
  expect(new Set(recordsOf(pid).map(({ thread }) => thread)).size).toBe(2);
});

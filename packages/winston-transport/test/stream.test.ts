import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import './trace-directory.ts';
import winston from 'winston';
import { TraceBufferTransport } from '../src/index.ts';

let count = 0;
const setUp = () => {
  const name = `stream-${count++}`;
  const transport = new TraceBufferTransport({ name, size: 1 << 18 });
  return { name, transport, logger: winston.createLogger({ transports: [transport] }) };
};

const collect = (stream: NodeJS.EventEmitter) => {
  const logs: Record<string, unknown>[] = [];
  stream.on('log', (log) => logs.push(log));
  return { logs, messages: () => logs.map(({ message }) => message) };
};

test('what there is, and what comes', async () => {
  const { transport, logger } = setUp();
  logger.info('before', { a: 1 });
  const stream = transport.stream();
  const { logs, messages } = collect(stream);
  logger.info('while');
  await vi.waitFor(() => expect(messages()).toEqual(['before', 'while']));
  logger.warn('after');
  await vi.waitFor(() => expect(messages()).toEqual(['before', 'while', 'after']));
  expect(logs[0]).toEqual({ level: 'info', message: 'before', a: 1 });
  stream.destroy();
});

test('from a start', async () => {
  const { transport, logger } = setUp();
  for (const message of ['a', 'b', 'c']) logger.info(message);
  const [all, second, end, none] = [{}, { start: 1 }, { start: -1 }, { start: null }].map((options) =>
    transport.stream(options),
  );
  const collected = [all, second, end, none].map((stream) => collect(stream as NonNullable<typeof stream>));
  await sleep(20);
  logger.info('d');
  await vi.waitFor(() =>
    expect(collected.map(({ messages }) => messages())).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
      ['d'],
      ['a', 'b', 'c', 'd'],
    ]),
  );
  for (const stream of [all, second, end, none]) stream?.destroy();
});

test('through logger.stream(), with the name of the transport', async () => {
  const { name, logger } = setUp();
  logger.info('one');
  const stream = logger.stream({ start: 0 });
  const { logs } = collect(stream);
  await vi.waitFor(() => expect(logs).toEqual([{ level: 'info', message: 'one', transport: [name] }]));
  (stream as unknown as { destroy(): void }).destroy();
});

test('data gives the line', async () => {
  const { transport, logger } = setUp();
  logger.info('one', { n: 1 });
  const stream = transport.stream();
  const line = await new Promise<string>((resolve) => stream.on('data', resolve));
  expect(JSON.parse(line)).toEqual({ level: 'info', message: 'one', n: 1 });
  stream.destroy();
});

test('destroy() ends it, also from within', async () => {
  const { transport, logger } = setUp();
  for (let i = 0; i < 10; i++) logger.info(`${i}`);
  const stream = transport.stream();
  const ends: string[] = [];
  for (const event of ['end', 'close']) stream.on(event, () => ends.push(event));
  const { messages } = collect(stream);
  stream.on('log', () => stream.destroy());
  await vi.waitFor(() => expect(ends).toEqual(['end', 'close']));
  logger.info('too late');
  await sleep(120);
  expect(messages()).toEqual(['0']);
  stream.destroy();
  expect(ends).toEqual(['end', 'close']);
});

test('a burst larger than the buffer: it goes on with what is left', async () => {
  const { transport, logger } = setUp();
  const stream = transport.stream();
  const { messages } = collect(stream);
  for (let i = 0; i < 20_000; i++) logger.info(`line ${i}`);
  await vi.waitFor(() => expect(messages().at(-1)).toBe('line 19999'), 10_000);
  expect(new Set(messages()).size).toBe(messages().length);
  stream.destroy();
});

test('what cannot be read is an error for who listens, and the end for all', async () => {
  const { transport } = setUp();
  const directory = process.env.TRACEBUF_DIR;
  process.env.TRACEBUF_DIR = '/proc/version';
  try {
    const heard = transport.stream();
    const error = vi.fn();
    heard.on('error', error);
    const unheard = transport.stream();
    await vi.waitFor(() => expect([heard.destroyed, unheard.destroyed]).toEqual([true, true]));
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.any(Error));
  } finally {
    process.env.TRACEBUF_DIR = directory;
  }
});

import { once } from 'node:events';
import { expect, test } from 'vitest';
import './trace-directory.ts';
import { recordsOf, runFixture, startFixture } from './fixture.ts';

test('a line logged in the tick of process.exit is there (pino#1705)', () => {
  const { pid, status } = runFixture('exit-in-same-tick');
  expect(status).toBe(1);
  expect(recordsOf(pid)).toMatchObject([
    { level: 'info', message: 'before' },
    { level: 'error', message: 'the last words' },
  ]);
});

test('the last error is there though it is a megabyte long (pino#2054)', () => {
  const { pid, stderr } = runFixture('large-error');
  expect(stderr).toBe('');
  const [record] = recordsOf(pid);
  expect(record).toMatchObject({ level: 'error', message: 'a megabyte went wrong' });
  expect(record?.fields?.payload).toHaveLength(1 << 20);
});

test('lines that a stalled transport never took are in the buffer beside it (thread-stream#138)', () => {
  const { pid, signal } = runFixture('stalled-transport');
  expect(signal).toBe('SIGKILL');
  const counts = recordsOf(pid, 'stalled').map(({ fields }) => fields?.count);
  expect(counts).toEqual(Array.from({ length: 500 }, (_, index) => index));
});

test('a worker that ends itself has logged all it logged (node#40961)', () => {
  const { pid, status } = runFixture('exit-in-worker');
  expect(status).toBe(3);
  const records = recordsOf(pid, 'worker');
  expect(records.map(({ fields }) => fields?.count)).toEqual(
    Array.from({ length: 2000 }, (_, index) => index),
  );
  expect(records[0]?.thread).toBeGreaterThan(0);
});

test('exit handlers can log, after an uncaught exception too (pino#542, pino#1400)', () => {
  const { pid, status, stderr } = runFixture('log-at-exit');
  expect(status).toBe(1);
  expect(stderr).toContain('nobody catches this');
  expect(recordsOf(pid)).toMatchObject([{ level: 'fatal', message: 'leaving', fields: { code: 1 } }]);
});

test.for([1, 2, 3, 4, 5, 6])(
  'killed in full flight, every acknowledged line is there (run %i)',
  async (run) => {
    const child = startFixture('endless');
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    await new Promise((resolve) => setTimeout(resolve, run * 17 + Math.random() * 40));
    child.kill('SIGKILL');
    await once(child, 'close');
    const acknowledged = Number(output.trimEnd().split('\n').at(-1));
    expect(acknowledged).toBeGreaterThan(0);
    const records = recordsOf(child.pid as number, 'endless');
    const counts = records.map(({ fields }) => fields?.count as number);
    const first = counts[0] as number;
    expect(counts).toEqual(counts.map((_, index) => first + index));
    expect(counts.at(-1)).toBeGreaterThanOrEqual(acknowledged);
    // What is missing at the front was overwritten, and the sequence numbers say how much.
    expect(records[0]?.seq).toBe(first);
  },
);

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Level } from '../src/level.ts';
import { openTraceBuffer, TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { runFixture } from './support/fixture.ts';
import { newTraceDirectory, processIn, useTraceDirectory } from './support/trace-directory.ts';

function messages(directory: string): string[] {
  using reader = new TraceReader([processIn(directory)]);
  return reader.poll().map(({ message }) => message);
}

describe.each(['mapped', 'positional'] as const)('a %s buffer that is closed and made again', (mode) => {
  test('keeps its records, and numbers them on', () => {
    const directory = useTraceDirectory();
    for (let round = 1; round <= 4; round++) {
      using buffer = new TraceBuffer('again', 8192, { mode });
      buffer.log(`round ${round}`);
      buffer.log(`error of round ${round}`, 'error');
    }
    using reader = new TraceReader([processIn(directory)]);
    const records = reader.poll();
    expect(records.map(({ message }) => message)).toEqual(
      [1, 2, 3, 4].flatMap((round) => [`round ${round}`, `error of round ${round}`]),
    );
    expect(records.filter(({ severity }) => severity === Level.info).map(({ seq }) => seq)).toEqual([
      1, 2, 3, 4,
    ]);
    expect(reader.buffers()).toMatchObject([{ counts: { appended: 8, readable: 8 }, threads: [0] }]);
  });

  test('goes on in the middle of its second round', () => {
    const directory = useTraceDirectory();
    for (let i = 1; i <= 500; i++) {
      using buffer = new TraceBuffer('round', 4096, { mode, keepLevel: false });
      buffer.log(`record ${i}`);
    }
    const left = messages(directory);
    expect(left).toEqual(left.map((_, i) => `record ${500 - left.length + 1 + i}`));
    expect(left.length).toBeGreaterThan(50);
  });

  test('starts anew where it has another shape', () => {
    const directory = useTraceDirectory();
    {
      using first = new TraceBuffer('shape', 8192, { mode });
      first.log('of the first');
    }
    using second = new TraceBuffer('shape', 4096, { mode });
    second.log('of the second');
    expect(messages(directory)).toEqual(['of the second']);
  });
});

test('one thread has one buffer of a name, and adapters share it', () => {
  const directory = useTraceDirectory();
  using first = openTraceBuffer('shared', 8192);
  using second = openTraceBuffer('shared', 4096, { level: 'error' });
  expect(second).toBe(first);
  second.log('shared');
  expect(messages(directory)).toEqual(['shared']);
});

test('two copies of this package in one process do not write the same ring', {
  timeout: 400_000,
}, async () => {
  const directory = useTraceDirectory();
  const copy = (await import(
    `${pathToFileURL(join(import.meta.dirname, '../src/trace-buffer.ts')).href}?copy=2`
  )) as {
    TraceBuffer: typeof TraceBuffer;
  };
  expect(copy.TraceBuffer).not.toBe(TraceBuffer);
  using first = new TraceBuffer('copies', 8192);
  first.log('of the first copy');
  expect(() => new copy.TraceBuffer('copies', 8192)).toThrow("'copies' already exists");
  using other = new copy.TraceBuffer('other', 8192);
  other.log('of the second copy');
  first.log('goes on');
  expect(messages(directory)).toEqual(['of the first copy', 'of the second copy', 'goes on']);
  first.close();
  using taken = new copy.TraceBuffer('copies', 8192);
  taken.log('taken up by the second copy');
  expect(messages(directory)).toEqual([
    'of the first copy',
    'of the second copy',
    'goes on',
    'taken up by the second copy',
  ]);
});

test('hundreds of workers come and go, and the newest stay readable', { timeout: 900_000 }, async () => {
  const directory = newTraceDirectory();
  const end = await runFixture('worker-churn', { directory, args: ['200'], timeout: 850_000 });
  expect(end, end.stderr).toMatchObject({ code: 0, signal: null });
  // A third of the 200 did not close: what they had mapped went with their rings, two for each that stays.
  const mapped = /mapped (\d+)/.exec(end.stdout)?.[1];
  if (mapped !== undefined) expect(Number(mapped)).toBeLessThan(80);
  const process = processIn(directory);
  using reader = new TraceReader([process]);
  const records = reader.poll();
  expect(reader.problems).toEqual([]);
  // The main thread's ring is no worker's: it stays.
  expect(records.filter(({ thread }) => thread === 0).map(({ message }) => message)).toEqual([
    'before',
    'after',
  ]);
  const threads = [...new Set(records.map(({ thread }) => thread))].filter((thread) => thread !== 0);
  expect(threads.length).toBeGreaterThanOrEqual(16);
  expect(threads.length).toBeLessThan(30);
  expect(Math.max(...threads)).toBe(200);
  for (const thread of threads) {
    const own = records.filter((record) => record.thread === thread);
    expect(own.map(({ message }) => message)).toEqual([`hello ${thread}`, `error ${thread}`]);
  }
  // What was in the rings that went is counted: two records of each worker, and two of the main thread.
  const [status] = reader.buffers();
  expect(status?.counts).toMatchObject({
    appended: 402,
    readable: records.length,
    evicted: 402 - records.length,
  });
  // Files do not pile up: two rings for each thread that is kept.
  expect(process.ringFiles().length).toBeLessThan(64);
});

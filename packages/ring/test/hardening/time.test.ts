import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { TraceBuffer } from '../../src/trace-buffer.ts';
import { TraceReader } from '../../src/trace-reader.ts';
import { startFixture } from '../support/fixture.ts';
import { PATIENCE } from '../support/registry.ts';
import { newTraceDirectory, processesIn, processIn, useTraceDirectory } from '../support/trace-directory.ts';

const fixture = (name: string): string => join('..', 'hardening', 'fixtures', name);
const HOUR = 3_600_000;

describe('a step of the clock', () => {
  test.each([-HOUR, HOUR])(
    'of %i ms before a buffer is made is followed, and one after it is not',
    {
      timeout: 2 * PATIENCE,
    },
    async (step) => {
      const directory = newTraceDirectory();
      const before = Date.now() + step;
      const victim = startFixture(fixture('victim'), { directory, args: ['mapped', String(step)] });
      await victim.printed('logged 100\n');
      victim.child.stdin?.end('step\n');
      expect((await victim.ended).code).toBe(0);
      const after = Date.now() + step;
      using reader = new TraceReader([processIn(directory)]);
      const times = reader.poll().map(({ time }) => time / 1000);
      expect(times).toHaveLength(200);
      for (const time of times) {
        expect(time).toBeGreaterThan(before - 5);
        expect(time).toBeLessThan(after + 5);
      }
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    },
  );

  test('merges processes by what their clocks said, and each in its own order', {
    timeout: 2 * PATIENCE,
  }, async () => {
    const directory = newTraceDirectory();
    // The second one starts later, and its clock is an hour behind.
    for (const step of [0, -HOUR]) {
      const victim = startFixture(fixture('victim'), { directory, args: ['mapped', String(step)] });
      await victim.printed('logged 100\n');
      victim.child.stdin?.end();
      await victim.ended;
    }
    using reader = new TraceReader(processesIn(directory));
    const records = reader.poll();
    const pids = records.map(({ pid }) => pid);
    expect(new Set(pids.slice(0, 100)).size).toBe(1);
    expect(new Set(pids.slice(100)).size).toBe(1);
    expect(records.map(({ time }) => time)).toEqual(
      records.map(({ time }) => time).toSorted((a, b) => a - b),
    );
    const numbers = records.map(({ message }) => Number(message.split(' ')[1]));
    const once = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(numbers).toEqual([...once, ...once]);
  });
});

describe('readers', () => {
  test('that are stopped do not hold a writer up, and then know what they have lost', {
    timeout: 3 * PATIENCE,
  }, async () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('b', 20480, { keepLevel: false });
    buffer.log('record 1');
    const follower = startFixture(fixture('follower'), { directory });
    await follower.printed('following');
    await sleep(50);
    follower.child.kill('SIGSTOP');
    const count = 300_000;
    let slowest = 0;
    for (let i = 2; i <= count; i++) {
      const before = performance.now();
      buffer.log(`record ${i}`);
      slowest = Math.max(slowest, performance.now() - before);
    }
    console.log(`the slowest of ${count} appends with a stopped reader took ${slowest.toFixed(2)} ms`);
    follower.child.kill('SIGCONT');
    follower.child.stdin?.end();
    const { stdout, code, stderr } = await follower.ended;
    expect(code, stderr).toBe(0);
    const { read, lost, last } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
    expect({ sum: (read ?? 0) + (lost ?? 0), last }).toEqual({ sum: count, last: count });
    expect(lost).toBeGreaterThan(0);
  });

  test('may be ten at once: each one has all that it has not counted as lost', {
    timeout: 3 * PATIENCE,
  }, () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('b', 20480, { keepLevel: false });
    buffer.log('record 1');
    const readers = Array.from({ length: 10 }, () => {
      const reader = new TraceReader([processIn(directory)]);
      return { reader, read: reader.poll().length, lost: 0 };
    });
    for (let i = 2; i <= 20_000; i++) {
      buffer.log(`record ${i}`);
      // Each one looks at times of its own.
      for (const [index, one] of readers.entries()) {
        if (i % (97 + 61 * index) !== 0 && i !== 20_000) continue;
        for (const { kind, count = 0 } of one.reader.poll()) {
          if (kind === 'lost') one.lost += count;
          else one.read++;
        }
      }
    }
    expect(readers.map(({ read, lost }) => read + lost)).toEqual(readers.map(() => 20_000));
    for (const { reader } of readers) reader.close();
  });
});

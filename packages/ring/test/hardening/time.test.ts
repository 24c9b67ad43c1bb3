import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { TraceBuffer } from '../../src/trace-buffer.ts';
import { TraceReader } from '../../src/trace-reader.ts';
import { startFixture } from '../support/fixture.ts';
import { mustSkip, PATIENCE } from '../support/registry.ts';
import { newTraceDirectory, processesIn, processIn, useTraceDirectory } from '../support/trace-directory.ts';

const fixture = (name: string): string => join('..', 'hardening', 'fixtures', name);
const HOUR = 3_600_000;

describe('a step of the clock', () => {
  test.each([
    [-HOUR, 'mapped'],
    [HOUR, 'mapped'],
    [-HOUR, 'positional'],
  ])(
    'of %i ms before the first %s buffer is made is followed, and one after it is not',
    {
      timeout: 2 * PATIENCE,
    },
    async (step, mode) => {
      const directory = newTraceDirectory();
      const before = Date.now() + step;
      const victim = startFixture(fixture('victim'), { directory, args: [mode, String(step)] });
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

const noShim = ((): string | undefined => {
  if (process.platform !== 'linux') return 'other systems preload in other ways';
  const { status } = spawnSync('cc', ['--version'], { timeout: PATIENCE });
  return status === 0 ? undefined : 'there is no C compiler';
})();

describe.skipIf(mustSkip(noShim)).each(['mapped', 'positional'])(
  'a clock that is set under a program with %s buffers',
  (mode) => {
    // Forth is what a process sees of a machine that was suspended: its monotonic clock has stood still.
    test.each([-1, 1, 1000])('by %i hours, again and again, does not disorder its records', async (hours) => {
      const directory = newTraceDirectory();
      const shim = join(directory, 'set-clock.so');
      const clock = join(directory, 'clock');
      writeFileSync(clock, Buffer.alloc(8));
      const source = join(import.meta.dirname, 'fixtures/set-clock.c');
      const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, source, '-ldl'], {
        encoding: 'utf8',
        timeout: PATIENCE,
      });
      expect(built.status, built.stderr).toBe(0);
      const before = Date.now();
      const { code, stdout, stderr } = await startFixture(fixture('stepped-clock'), {
        directory: join(directory, 'rings'),
        args: [String(hours), mode],
        env: { LD_PRELOAD: shim, TEST_CLOCK_FILE: clock },
      }).ended;
      expect(code, stderr).toBe(0);
      expect(stdout).toBe('logged 11\n');
      using reader = new TraceReader([processIn(join(directory, 'rings'))]);
      const records = reader.poll();
      expect(records.map(({ message }) => Number.parseInt(message, 10))).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
      ]);
      expect(new Set(records.map(({ thread }) => thread)).size).toBe(2);
      const times = records.map(({ time }) => time / 1000);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      // All by the clock as it was when the first ring was made.
      expect(times[0]).toBeGreaterThan(before - 5);
      expect(times.at(-1)).toBeLessThan(Date.now() + 5);
    });
  },
);

describe.each(['mapped', 'positional'] as const)('readers of a %s buffer', (mode) => {
  test('that are stopped do not hold a writer up, and then know what they have lost', {
    timeout: 3 * PATIENCE,
  }, async () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('b', 20480, { mode, keepLevel: false });
    buffer.log('record 1');
    const follower = startFixture(fixture('follower'), { directory });
    await follower.printed('following');
    await sleep(50);
    follower.child.kill('SIGSTOP');
    const count = mode === 'mapped' ? 300_000 : 30_000;
    let slowest = 0;
    for (let i = 2; i <= count; i++) {
      const before = performance.now();
      buffer.log(`record ${i}`);
      slowest = Math.max(slowest, performance.now() - before);
    }
    console.log(
      `${mode}: the slowest of ${count} appends with a stopped reader took ${slowest.toFixed(2)} ms`,
    );
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
    using buffer = new TraceBuffer('b', 20480, { mode, keepLevel: false });
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

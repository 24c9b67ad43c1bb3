import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type BufferCommand, controlBuffers } from '../src/buffer-control.ts';
import type { BufferStatus } from '../src/buffer-status.ts';
import { InvalidOptionError, UnknownTraceBufferError } from '../src/errors.ts';
import { Level } from '../src/level.ts';
import type { ProcessEntry } from '../src/process-entry.ts';
import type { TraceRecord } from '../src/record.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { startFixture } from './support/fixture.ts';
import { newTraceDirectory, processIn, useTraceDirectory } from './support/trace-directory.ts';

/** Reads all that a process holds now. */
function read(process: ProcessEntry): { records: TraceRecord[]; status: BufferStatus } {
  using reader = new TraceReader([process]);
  const records = reader.poll();
  const [status] = reader.buffers();
  if (status === undefined) throw new Error('there is no buffer');
  return { records, status };
}

/** Waits until something holds, for as long as a busy machine may take. */
async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it never came true');
    await sleep(5);
  }
}

/** Waits until a stuck writer has obeyed, so that nothing is appended any more. */
async function atRest(process: ProcessEntry): Promise<BufferStatus> {
  for (;;) {
    const before = read(process).status;
    await sleep(30);
    const { status } = read(process);
    if (status.counts.appended === before.counts.appended) return status;
  }
}

const tell = (process: ProcessEntry, command: BufferCommand): ReturnType<typeof controlBuffers> =>
  controlBuffers(process, undefined, command);

describe.each(['mapped', 'positional'] as const)('a process in an endless loop with a %s buffer', (mode) => {
  test('that logs is listed, read, disabled, cleared, set and enabled from outside', {
    timeout: 400_000,
  }, async () => {
    const directory = newTraceDirectory();
    const fixture = startFixture('stuck', { directory, args: ['logs', mode] });
    await fixture.printed('ready');
    const process = processIn(directory);
    expect(process).toMatchObject({ state: 'alive', pid: fixture.child.pid });
    await until(() => read(process).status.counts.appended > 1000);
    const { status, records } = read(process);
    expect(status).toMatchObject({ buffer: 'stuck', mode, enabled: true, minLevel: 0, threads: [0] });
    expect(new Set(records.map(({ level }) => level))).toEqual(new Set(['debug', 'info', 'error']));

    expect(tell(process, { enabled: false })).toEqual([{ buffer: 'stuck', rings: 2, cleared: 0 }]);
    const disabled = await atRest(process);
    expect(disabled.enabled).toBe(false);
    expect(disabled.counts.readable).toBeGreaterThan(0);

    const [told] = tell(process, { clear: true });
    expect(told?.cleared).toBe(disabled.counts.readable);
    expect(read(process).records).toEqual([]);
    expect(read(process).status.counts).toMatchObject({
      appended: disabled.counts.appended,
      readable: 0,
      cleared: disabled.counts.readable,
    });

    tell(process, { enabled: true, minLevel: Level.info });
    await until(() => read(process).status.counts.appended > disabled.counts.appended + 500);
    const onlyInfo = read(process);
    expect(onlyInfo.status).toMatchObject({ enabled: true, minLevel: 30 });
    expect(new Set(onlyInfo.records.map(({ level }) => level))).toEqual(new Set(['info', 'error']));

    tell(process, { minLevel: 0 });
    await until(() => read(process).records.some(({ level }) => level === 'debug'));

    // Cleared while it logs at full speed: no record from before comes back.
    const before = read(process).status.counts.appended;
    tell(process, { clear: true, enabled: false });
    const after = await atRest(process);
    const { appended, readable, evicted, cleared } = after.counts;
    expect(appended).toBe(readable + evicted + cleared);
    expect(appended).toBeGreaterThanOrEqual(before);
    expect(readable).toBeLessThanOrEqual(appended - before + 2);
    fixture.child.kill('SIGKILL');
    await fixture.ended;
    expect(processIn(directory).state).toBe('died');
  });

  test('that does not log is listed, read and cleared', { timeout: 400_000 }, async () => {
    const directory = newTraceDirectory();
    const fixture = startFixture('stuck', { directory, args: ['silent', mode] });
    await fixture.printed('ready');
    const process = processIn(directory);
    expect(process.state).toBe('alive');
    expect(read(process).records.map(({ message }) => message)).toEqual(['hello', 'an error']);
    tell(process, { enabled: false });
    expect(read(process).status.enabled).toBe(false);
    expect(tell(process, { clear: true })).toEqual([{ buffer: 'stuck', rings: 2, cleared: 2 }]);
    // Its writer never looks, yet readers heed it, and the books are right.
    expect(read(process)).toMatchObject({
      records: [],
      status: { counts: { appended: 2, readable: 0, cleared: 2 } },
    });
    expect(tell(process, { clear: true })).toEqual([{ buffer: 'stuck', rings: 2, cleared: 0 }]);
    fixture.child.kill('SIGKILL');
    await fixture.ended;
    expect(read(processIn(directory))).toMatchObject({ records: [], status: { counts: { cleared: 2 } } });
  });

  test('passes on to threads that join later what it was told', { timeout: 400_000 }, async () => {
    const directory = newTraceDirectory();
    const fixture = startFixture('stuck', { directory, args: ['threads', mode] });
    await fixture.printed('ready');
    const process = processIn(directory);
    const messages = (thread: number): string[] =>
      read(process)
        .records.filter((record) => record.thread === thread)
        .map(({ message }) => message);

    tell(process, { minLevel: Level.info });
    fixture.child.stdin?.write('start\n');
    await fixture.printed('thread 1 logged');
    expect(messages(1)).toEqual(['hello', 'an error', 'error of a worker']);

    tell(process, { enabled: false });
    fixture.child.stdin?.write('start\n');
    await fixture.printed('thread 2 logged');
    expect(messages(2)).toEqual([]);
    expect(read(process).status.threads).toEqual([0, 1, 2]);

    tell(process, { enabled: true, minLevel: 0 });
    fixture.child.stdin?.write('start\n');
    await fixture.printed('thread 3 logged');
    expect(messages(3)).toEqual(['hello', 'an error', 'debug of a worker', 'error of a worker']);
    fixture.child.kill('SIGKILL');
    await fixture.ended;
  });

  test('turns a refusing buffer that is full into one that takes records, by a clear', async () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('full', 4096, { mode, policy: 'discard', keepLevel: false });
    for (let i = 0; i < 1000; i++) buffer.log(`record ${i}`);
    const process = processIn(directory);
    const full = read(process).status.counts;
    expect(full.appended).toBe(1000);
    expect(full.readable + full.discarded).toBe(1000);
    tell(process, { clear: true });
    await sleep(10);
    buffer.log('there is room again');
    const { records, status } = read(process);
    expect(records.map(({ message }) => message)).toContain('there is room again');
    expect(status.counts).toMatchObject({
      appended: 1001,
      readable: 1,
      cleared: full.readable,
      discarded: full.discarded,
    });
  });
});

describe('a command', () => {
  test('for a buffer that is none is refused, and names those that are', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('known', 4096);
    buffer.log('stays');
    const process = processIn(directory);
    expect(() => controlBuffers(process, ['known', 'unknwon'], { clear: true })).toThrow(
      UnknownTraceBufferError,
    );
    expect(() => controlBuffers(process, ['unknwon'], { clear: true })).toThrow(
      "'unknwon'; there are: 'known'",
    );
    expect(read(process).records).toHaveLength(1);
  });

  test.each([Number.NaN, -1, 1.5, 65_536, 1e9, '30'])('with the level %s is refused', (minLevel) => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('levels', 4096);
    const process = processIn(directory);
    expect(() => tell(process, { minLevel: minLevel as number })).toThrow(InvalidOptionError);
    expect(buffer.wants(0)).toBe(true);
  });

  test('reaches only the buffers that it names', () => {
    const directory = useTraceDirectory();
    using a = new TraceBuffer('a', 4096);
    using b = new TraceBuffer('b', 4096);
    const process = processIn(directory);
    controlBuffers(process, ['a'], { enabled: false });
    expect([a.wants(Level.fatal), b.wants(0)]).toEqual([false, true]);
    controlBuffers(process, ['a'], { enabled: true, minLevel: 40 });
    expect([a.wants(39), a.wants(40)]).toEqual([false, true]);
  });
});

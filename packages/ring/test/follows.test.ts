import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { controlBuffers } from '../src/buffer-control.ts';
import type { TraceBufferOptions } from '../src/buffer-options.ts';
import { mergeByTime } from '../src/merge.ts';
import type { TraceRecord } from '../src/record.ts';
import type { RingCounts } from '../src/ring-reader.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { runFixture, startFixture } from './support/fixture.ts';
import { newTraceDirectory, processesIn, processIn, useTraceDirectory } from './support/trace-directory.ts';

/** Adds up what a follower got: `next` is the number of the record that must come. */
class Ledger {
  seen = 0;
  lost = 0;

  book(records: readonly TraceRecord[]): void {
    for (const { kind, count = 0, seq, message } of records) {
      if (kind === 'lost') {
        expect(seq).toBe(this.seen + this.lost + 1);
        this.lost += count;
      } else {
        this.seen++;
        expect(seq).toBe(this.seen + this.lost);
        expect(message).toBe(`record ${seq}`);
      }
    }
  }
}

describe.each(['mapped', 'positional'] as const)('a follower of a %s buffer', (mode) => {
  test('that falls behind counts exactly what it lost', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('behind', 4096, { mode, keepLevel: false });
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.poll()).toEqual([]);
    const ledger = new Ledger();
    let appended = 0;
    for (const burst of [1, 5, 60, 1000, 0, 3, 90, 250, 40, 0, 0, 7000, 1, 1]) {
      for (let i = 0; i < burst; i++) buffer.log(`record ${++appended}`);
      ledger.book(reader.poll());
      expect(ledger.seen + ledger.lost).toBe(appended);
    }
    expect(ledger.lost).toBeGreaterThan(5000);
    expect(reader.poll()).toEqual([]);
  });

  test('in another process, at full load, loses nothing uncounted', { timeout: 600_000 }, async () => {
    const directory = newTraceDirectory();
    const count = mode === 'mapped' ? 1_000_000 : 60_000;
    const fixture = startFixture('chatter', {
      directory,
      args: [JSON.stringify({ count, size: 16384, mode })],
    });
    await fixture.printed('ready');
    using reader = new TraceReader([processIn(directory)]);
    const ledger = new Ledger();
    ledger.book(reader.poll());
    fixture.child.stdin?.write('go\n');
    let done = false;
    void fixture.printed('logged').then(() => {
      done = true;
    });
    let polls = 0;
    while (!done) {
      ledger.book(reader.poll());
      polls++;
      await sleep(polls % 4);
    }
    await fixture.ended;
    ledger.book(reader.poll());
    expect(ledger.seen + ledger.lost).toBe(count);
    expect(reader.problems).toEqual([]);
    const [status] = reader.buffers();
    expect(status?.counts).toMatchObject({ appended: count, damaged: 0, discarded: 0, cleared: 0 });
    expect((status?.counts.readable ?? 0) + (status?.counts.evicted ?? 0)).toBe(count);
    console.log(`${mode}: ${count} appended = ${ledger.seen} seen + ${ledger.lost} lost, in ${polls} polls`);
  });

  test('sees the records of a slow writer without a loss', { timeout: 600_000 }, async () => {
    const directory = newTraceDirectory();
    const fixture = startFixture('chatter', {
      directory,
      args: [JSON.stringify({ count: 10_000, size: 1_048_576, mode, pause: 5 })],
    });
    await fixture.printed('ready');
    using reader = new TraceReader([processIn(directory)]);
    const ledger = new Ledger();
    fixture.child.stdin?.write('go\n');
    for (let ended = false; !ended; ) {
      ended = await Promise.race([fixture.ended.then(() => true), sleep(5).then(() => false)]);
      ledger.book(reader.poll());
    }
    expect(ledger).toMatchObject({ seen: 10_000, lost: 0 });
  });
});

describe.each(['mapped', 'positional'] as const)('a follower of a %s buffer that is cleared', (mode) => {
  /** A buffer of which five records were followed. */
  function followed(options: TraceBufferOptions = {}): {
    log: (count: number) => void;
    clear: (how: string) => void;
    poll: () => unknown[];
    counts: () => RingCounts;
  } {
    const directory = useTraceDirectory();
    const buffer = new TraceBuffer('b', 4096, { mode, keepLevel: false, ...options });
    const reader = new TraceReader([processIn(directory)]);
    onTestFinished(() => {
      reader.close();
      buffer.close();
    });
    const log = (count: number): void => {
      for (let i = 0; i < count; i++) buffer.log('x'.repeat(40));
    };
    const poll = (): unknown[] =>
      reader.poll().map(({ kind, seq, count }) => (kind === 'log' ? seq : `${kind} ${seq}+${count}`));
    log(5);
    expect(poll()).toEqual([1, 2, 3, 4, 5]);
    return {
      log,
      poll,
      clear: (how) => {
        if (how === 'inside') buffer.clear();
        else controlBuffers(processIn(directory), ['b'], { clear: true });
      },
      counts: () => reader.buffers()[0]?.counts as RingCounts,
    };
  }

  describe.each(['inside', 'outside'])('from %s', (how) => {
    test('is told what was cleared before it could be read, and loses nothing', () => {
      const { log, clear, poll } = followed();
      log(10);
      clear(how);
      // In positional mode the writer has not yet looked at the command when these are read.
      log(2);
      expect(poll()).toEqual(['cleared 6+10', 16, 17]);
      clear(how);
      log(1);
      expect(poll()).toEqual([18]);
      log(1);
      expect(poll()).toEqual([19]);
    });

    test('in several polls is told it once', async () => {
      const { log, clear, poll } = followed();
      log(10);
      clear(how);
      expect(poll()).toEqual([]);
      await sleep(8);
      log(1);
      expect(poll()).toEqual(['cleared 6+10', 16]);
    });

    test('is told what was lost before the clear, and behind it', async () => {
      const { log, clear, poll, counts } = followed();
      log(500);
      const evicted = counts().evicted;
      clear(how);
      await sleep(8);
      log(1);
      const cleared = 505 - evicted;
      expect(poll()).toEqual([`lost 6+${evicted - 5}`, `cleared ${evicted + 1}+${cleared}`, 506]);
      log(10);
      clear(how);
      await sleep(8);
      log(500);
      const records = poll();
      const first = records[2] as number;
      expect(records.slice(0, 3)).toEqual(['cleared 507+10', `lost 517+${first - 517}`, first]);
      expect(records.at(-1)).toBe(1016);
      expect(counts()).toMatchObject({ appended: 1016, cleared: cleared + 11 });
    });

    test('and refuses when it is full is told what was refused, and what was cleared', async () => {
      const { log, clear, poll, counts } = followed({ policy: 'discard' });
      log(500);
      const { readable, discarded } = counts();
      clear(how);
      await sleep(8);
      log(1);
      expect(poll()).toEqual([`cleared 6+${readable - 5}`, `lost ${readable + 1}+${discarded}`, 506]);
    });

    test('for the first time after a clear is told nothing: what was there before is no loss of its own', async () => {
      const { log, clear, poll, counts } = followed();
      log(3);
      clear(how);
      using second = new TraceReader([processIn(process.env.TRACEBUF_DIR ?? '')]);
      expect(second.poll()).toEqual([]);
      await sleep(8);
      log(1);
      expect(second.poll().map(({ seq, kind }) => [seq, kind])).toEqual([[9, 'log']]);
      expect(poll()).toEqual(['cleared 6+3', 9]);
      expect(counts()).toMatchObject({ appended: 9, cleared: 8, readable: 1 });
    });
  });
});

describe('what a follower finds', () => {
  test('are the rings of threads that come later, from their first record', async () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('threads', 4096);
    buffer.log('main');
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.poll().map(({ message }) => message)).toEqual(['main']);
    const worker = new Worker(
      `import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}).then(({ TraceBuffer }) => {
        const buffer = new TraceBuffer('threads', 4096);
        for (let i = 1; i <= 1000; i++) buffer.log('record ' + i);
      });`,
      { eval: true, execArgv: ['--conditions=@tracebuf/source'] },
    );
    await new Promise((resolve) => worker.once('exit', resolve));
    const records = reader.poll();
    expect(new Set(records.map(({ thread }) => thread))).toEqual(
      new Set([worker.threadId === -1 ? 1 : worker.threadId]),
    );
    const ledger = new Ledger();
    ledger.book(records);
    expect(ledger.seen + ledger.lost).toBe(1000);
    expect(ledger.lost).toBeGreaterThan(0);
    expect(reader.buffers()).toMatchObject([{ buffer: 'threads', counts: { appended: 1001 } }]);
  });

  test('is the new ring of a thread that made its buffer anew', () => {
    const directory = useTraceDirectory();
    const first = new TraceBuffer('anew', 4096, { keepLevel: false });
    first.log('record 1');
    using reader = new TraceReader([processIn(directory)]);
    new Ledger().book(reader.poll());
    first.log('the last word');
    first.close();
    using second = new TraceBuffer('anew', 8192, { keepLevel: false });
    second.log('a new beginning');
    // What the old ring still held is not lost with its file.
    expect(reader.poll().map(({ message }) => message)).toEqual(['the last word', 'a new beginning']);
    second.log('and so on');
    expect(reader.poll().map(({ message }) => message)).toEqual(['and so on']);
    expect(reader.buffers()).toMatchObject([{ size: 8192, counts: { appended: 2 } }]);
  });

  test('ends quietly when the process is removed', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('removed', 4096);
    const process = processIn(directory);
    using reader = new TraceReader([process]);
    buffer.log('still to be read');
    rmSync(process.directory, { recursive: true });
    expect(reader.poll().map(({ message }) => message)).toEqual(['still to be read']);
    buffer.log('nobody can find this');
    expect(reader.poll()).toEqual([]);
    expect(reader.buffers()).toEqual([]);
    expect(reader.problems).toEqual([]);
  });

  test('are only the buffers that it asked for', () => {
    const directory = useTraceDirectory();
    using wanted = new TraceBuffer('wanted', 4096);
    using other = new TraceBuffer('other', 4096);
    wanted.log('this');
    other.log('not this');
    using reader = new TraceReader([processIn(directory)], { buffers: ['wanted'] });
    expect(reader.poll().map(({ message }) => message)).toEqual(['this']);
    expect(reader.buffers().map(({ buffer }) => buffer)).toEqual(['wanted']);
  });
});

describe('records of several rings', () => {
  test('of threads, children and cluster workers are merged by time', { timeout: 600_000 }, async () => {
    const directory = newTraceDirectory();
    const end = await runFixture('family', { directory });
    expect(end, end.stderr).toMatchObject({ code: 0 });
    const processes = processesIn(directory);
    expect(processes).toHaveLength(4);
    using reader = new TraceReader(processes);
    const records = reader.poll();
    const names = ['main', 'worker', 'child', 'cluster1', 'cluster2'];
    for (const name of names) {
      const own = records.filter(({ message }) => message.startsWith(`${name} `));
      expect(own.map(({ message }) => message.split(' ')[1])).toEqual(
        Array.from({ length: 40 }, (_, i) => `${i + 1}`),
      );
    }
    expect(records).toHaveLength(names.length * 40);
    const times = records.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    // Each record's time lies between what its writer's clock showed before it and before the next one, to the
    // millisecond that the clocks of processes agree within.
    for (const name of names) {
      const own = records.filter(({ message }) => message.startsWith(`${name} `));
      const clock = (record: TraceRecord | undefined): number =>
        Number(record?.message.split(' ')[2] ?? Infinity);
      own.forEach((record, i) => {
        expect(record.time / 1000).toBeGreaterThan(clock(record) - 3);
        if (i + 1 < own.length) expect(record.time / 1000).toBeLessThan(clock(own[i + 1]) + 3);
      });
    }
    // They really logged at the same time: no process's records stand in one block.
    const turns = records.filter(({ pid }, i) => i > 0 && pid !== records[i - 1]?.pid).length;
    expect(turns).toBeGreaterThan(10);
    expect(new Set(records.map(({ thread, pid }) => `${pid}.${thread}`)).size).toBe(5);
    // All of a family name their parent.
    const [main] = processes.filter(({ pid }) =>
      records.some((r) => r.pid === pid && r.message.startsWith('main ')),
    );
    const parents = processes.filter((process) => process !== main).map(({ info }) => info.parentPid);
    expect(parents).toEqual([main?.pid, main?.pid, main?.pid]);
  });

  test('of the same microsecond stay in the order of their rings, each time', () => {
    const record = (time: number, process: string, seq: number): TraceRecord => ({
      time,
      process,
      pid: 1,
      thread: 0,
      buffer: 'b',
      seq,
      level: 'info',
      severity: 30,
      kind: 'log',
      message: '',
    });
    const a = [record(1, 'a', 1), record(5, 'a', 2), record(5, 'a', 3), record(9, 'a', 4)];
    const b = [record(5, 'b', 1), record(5, 'b', 2), record(6, 'b', 3)];
    // The clock of this one steps back: its own order stands.
    const c = [record(7, 'c', 1), record(2, 'c', 2), record(8, 'c', 3)];
    const order = (...rings: TraceRecord[][]): string[] =>
      [...mergeByTime(rings)].map(({ process, seq }) => `${process}${seq}`);
    expect(order(a, b, c)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3', 'a4']);
    expect(order(b, a, c)).toEqual(['a1', 'b1', 'b2', 'a2', 'a3', 'b3', 'c1', 'c2', 'c3', 'a4']);
    expect(order(a)).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(order()).toEqual([]);
  });

  test('ends all of them when no more is taken, before the last is alone and then', () => {
    const ended: string[] = [];
    function* sequence(name: string, ...times: number[]): Generator<{ readonly time: number }, void> {
      try {
        for (const time of times) yield { time };
      } finally {
        ended.push(name);
      }
    }
    for (const { time } of mergeByTime([sequence('a', 1, 3), sequence('b', 2, 4)])) if (time === 2) break;
    expect(ended.sort((a, b) => a.localeCompare(b))).toEqual(['a', 'b']);
    const merged = mergeByTime([sequence('c', 1), sequence('d', 2, 4, 5)]);
    for (const { time } of merged) if (time === 4) break;
    expect(ended).toEqual(['a', 'b', 'c', 'd']);
    expect(merged.next()).toEqual({ done: true, value: undefined });
  });
});

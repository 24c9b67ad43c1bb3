import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import { HEADER_SIZE, RecordKind } from '../../src/layout.ts';
import type { RingFile } from '../../src/process-entry.ts';
import { type RingCounts, RingReader } from '../../src/ring-reader.ts';
import { TraceBuffer } from '../../src/trace-buffer.ts';
import { TraceReader } from '../../src/trace-reader.ts';
import { type FaultOf, failWrites } from '../support/failing-writes.ts';
import { processIn, readRing, ringFilesIn, useTraceDirectory } from '../support/trace-directory.ts';
import { balances } from './fixtures/foreign-process.ts';

const CODES = ['EIO', 'ENOSPC', 'EDQUOT'] as const;
/** Longer than a writer ever waits before it tries again. */
const LATER = 1100;
const RUNS = Number(process.env.TRACEBUF_TEST_RUNS ?? 120);

/** A clock that stands still but for what a test adds: what the writer waits for comes when it is told to. */
function useStandingClock(): { add(milliseconds: number): void } {
  let now = performance.now();
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => spy.mockRestore());
  return {
    add: (milliseconds) => {
      now += milliseconds;
    },
  };
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

describe.each(CODES)('%s', (code) => {
  test.each(['mapped', 'positional'] as const)(
    'while a %s buffer is made is an error that says what to do',
    (mode) => {
      const directory = useTraceDirectory();
      let writes = 0;
      let failing = Number.POSITIVE_INFINITY;
      failWrites(({ position }) =>
        position !== undefined && ++writes > failing ? { code, lands: 100 } : undefined,
      );
      const whole = new TraceBuffer('whole', 100_000, { mode });
      const needed = writes;
      whole.close();
      expect(needed).toBeGreaterThan(2);
      for (failing = 0; failing < needed; failing++) {
        writes = 0;
        const error = thrown(() => new TraceBuffer('failing', 100_000, { mode }));
        expect(error).toBeInstanceOf(StorageError);
        expect(error).toMatchObject({ code: 'ERR_TRACEBUF_STORAGE', systemCode: code });
        expect((error as Error).message).toMatch(
          { EIO: /the device failed: check it/, ENOSPC: /free some space/, EDQUOT: /quota is used up: free/ }[
            code
          ],
        );
        expect(
          readdirSync(processIn(directory).directory).filter((name) => name.startsWith('failing')),
        ).toEqual([]);
      }
      failing = Number.POSITIVE_INFINITY;
      using buffer = new TraceBuffer('failing', 100_000, { mode });
      buffer.log('in the end');
    },
  );

  test('while a positional buffer is in use costs the records of that time, each of them counted', () => {
    const directory = useTraceDirectory();
    const clock = useStandingClock();
    let isBroken = false;
    let asked = 0;
    failWrites(() => {
      asked++;
      return isBroken ? { code } : undefined;
    });
    using buffer = new TraceBuffer('b', 20480, { mode: 'positional', keepLevel: false });
    using follower = new TraceReader([processIn(directory)]);
    const log = (text: string): boolean => buffer.append(RecordKind.LOG, 30, text);
    for (let i = 1; i <= 5; i++) expect(log(`before ${i}`)).toBe(true);
    expect(follower.poll()).toHaveLength(5);

    isBroken = true;
    asked = 0;
    for (let i = 0; i < 50_000; i++) expect(log(`while it is broken ${i}`)).toBe(false);
    // The clock stood still: one write has shown the fault, and none has been tried since.
    expect(asked).toBe(1);
    for (let i = 0; i < 10_000; i++) {
      clock.add(1);
      expect(log('while it is broken')).toBe(false);
    }
    // Ten seconds: after 5, 10, 20 ms and so on, then every second.
    expect(asked).toBeLessThan(20);
    using meanwhile = new TraceReader([processIn(directory)]);
    expect(meanwhile.poll().map(({ message }) => message)).toEqual([1, 2, 3, 4, 5].map((i) => `before ${i}`));
    expect(meanwhile.problems).toEqual([]);

    isBroken = false;
    clock.add(LATER);
    expect(log('after')).toBe(true);
    const [lost, after, ...more] = follower.poll();
    expect(more).toEqual([]);
    expect(lost).toMatchObject({
      kind: 'lost',
      count: 60_000,
      seq: 6,
      message: expect.stringContaining('not stored'),
    });
    expect(after).toMatchObject({ message: 'after', seq: 60_006 });
    expect(follower.problems).toEqual([]);
    const counts = { appended: 60_006, readable: 6, evicted: 0, discarded: 60_000, cleared: 0, damaged: 0 };
    expect(follower.buffers()[0]?.counts).toMatchObject(counts);
  });
});

test('a fault that has passed when the thread ends, or the buffer is closed, is counted without another log call', () => {
  const directory = useTraceDirectory();
  useStandingClock();
  let isBroken = false;
  failWrites(() => (isBroken ? { code: 'EIO' } : undefined));
  for (const end of ['markEnded', 'close'] as const) {
    const buffer = new TraceBuffer(end, 8192, { mode: 'positional', keepLevel: false });
    buffer.log('before');
    isBroken = true;
    for (let i = 0; i < 10; i++) buffer.log('not stored');
    isBroken = false;
    buffer[end]();
    using reader = new TraceReader([processIn(directory)], { buffers: [end] });
    expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 11, readable: 1, discarded: 10 });
    buffer.close();
  }
});

test('a buffer whose end could not be written can be made again', () => {
  const directory = useTraceDirectory();
  useStandingClock();
  let isBroken = false;
  failWrites(() => (isBroken ? { code: 'EIO' } : undefined));
  const open = (): TraceBuffer => new TraceBuffer('b', 8192, { mode: 'positional' });
  const first = open();
  first.log('before');
  isBroken = true;
  first.log('not stored');
  first.close();
  isBroken = false;
  using second = open();
  second.log('anew');
  using reader = new TraceReader([processIn(directory)]);
  expect(reader.poll().map(({ message }) => message)).toEqual(['anew']);
  expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 1, readable: 1 });
});

test('a buffer that was filtered meanwhile is up to date again at a call that stores nothing', () => {
  const directory = useTraceDirectory();
  const clock = useStandingClock();
  let isBroken = false;
  failWrites(() => (isBroken ? { code: 'EIO' } : undefined));
  using buffer = new TraceBuffer('b', 8192, { mode: 'positional', keepLevel: false, level: 'info' });
  isBroken = true;
  buffer.log('not stored');
  isBroken = false;
  clock.add(LATER);
  buffer.log('not wanted', 'debug');
  using reader = new TraceReader([processIn(directory)]);
  expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 1, readable: 0, discarded: 1 });
});

type Command =
  | { readonly do: 'log'; readonly length: number; readonly count: number }
  | { readonly do: 'break'; readonly lands: number; readonly only: 'header' | 'data' | 'all' }
  | { readonly do: 'mend' | 'clear' | 'wait' | 'reopen' };

const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('log' as const),
      length: fc.oneof(fc.nat(200), fc.nat(3000)),
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      // A write to the header stops between words, if at all.
      lands: fc.nat(64).map((words) => words * 8),
      only: fc.constantFrom('header' as const, 'data' as const, 'all' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('mend', 'clear', 'wait', 'reopen') }) as fc.Arbitrary<Command>,
  },
);

function countsOf(file: RingFile): RingCounts {
  const reader = new RingReader(file.open('r'), file.path);
  try {
    return reader.counts();
  } finally {
    reader.close();
  }
}

const text = (number: number, length: number): string => `${number} ${'.'.repeat(length)}`;

describe('whatever fails and whenever', () => {
  test.each(['overwrite', 'discard'] as const)(
    `a positional buffer (%s) stays sound, and all is accounted for, in ${RUNS} random histories`,
    { timeout: 400_000 },
    (policy) => {
      const directory = useTraceDirectory();
      const clock = useStandingClock();
      let fault: FaultOf = () => undefined;
      failWrites((write) => fault(write));
      let made = 0;
      const run = (history: readonly Command[]): void => {
        const name = `b${++made}`;
        const open = (): TraceBuffer =>
          new TraceBuffer(name, 8192, { mode: 'positional', policy, keepLevel: false });
        let buffer = open();
        let appended = 0;
        let cleared = 0;
        const stored = new Map<number, string>();
        const refused = new Set<number>();
        const [file] = ringFilesIn(directory).filter((ring) => ring.buffer === name);
        if (file === undefined) throw new Error('there is no ring');
        const look = (): ReturnType<typeof readRing> => {
          const reader = new RingReader(file.open('r'), file.path);
          const records = readRing(reader);
          const counts = reader.counts();
          reader.close();
          if (!balances(counts)) throw new Error(`R4: ${JSON.stringify(counts)}`);
          expect(counts.damaged).toBe(0);
          for (const { seq, text: found } of records) {
            // What the system called failed may be there for a while, whole.
            if (!refused.has(seq)) expect(found).toBe(stored.get(seq));
          }
          return records;
        };
        const mend = (): void => {
          fault = () => undefined;
          clock.add(LATER);
          buffer.wants(30);
        };
        onFinished = () => {
          fault = () => undefined;
          buffer.close();
        };
        for (const command of history) {
          if (command.do === 'log') {
            for (let i = 0; i < command.count; i++) {
              const message = text(++appended, command.length);
              if (buffer.append(RecordKind.LOG, 30, message)) stored.set(appended, message);
              else refused.add(appended);
            }
          } else if (command.do === 'break') {
            fault = ({ position = 0 }) => {
              const isHeader = position < HEADER_SIZE;
              if (command.only !== 'all' && (command.only === 'header') !== isHeader) return undefined;
              return { code: 'EIO', lands: command.lands };
            };
          } else if (command.do === 'mend') {
            mend();
          } else if (command.do === 'wait') {
            clock.add(LATER / 100);
          } else if (command.do === 'reopen') {
            // Where it could not be marked as closed it is another's, for all that is known.
            mend();
            buffer.close();
            buffer = open();
          } else {
            mend();
            cleared += look().length;
            buffer.clear();
            stored.clear();
          }
          look();
        }
        mend();
        const records = look();
        expect(records.filter(({ seq }) => refused.has(seq))).toEqual([]);
        const all = [...stored.keys()];
        const expected = policy === 'discard' ? all : all.slice(all.length - records.length);
        expect(records.map(({ seq }) => seq)).toEqual(expected);
        // One that could not be stored in the end has made room for itself nevertheless.
        const isLarge = history.some((command) => command.do === 'log' && command.length > 1000);
        if (all.length > 0 && !isLarge) expect(records.length).toBeGreaterThan(0);
        expect(countsOf(file)).toMatchObject({
          appended,
          readable: records.length,
          discarded: refused.size,
          cleared,
          evicted: appended - records.length - refused.size - cleared,
          damaged: 0,
        });
      };
      let onFinished = (): void => undefined;
      const runToEnd = (history: readonly Command[]): void => {
        try {
          run(history);
        } finally {
          onFinished();
        }
      };
      fc.assert(fc.property(fc.array(commands, { minLength: 1, maxLength: 40, size: 'max' }), runToEnd), {
        numRuns: RUNS,
      });
    },
  );
});

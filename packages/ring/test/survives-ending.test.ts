import { describe, expect, test } from 'vitest';
import type { ProcessState } from '../src/liveness.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { runFixture } from './support/fixture.ts';
import { newTraceDirectory, processIn } from './support/trace-directory.ts';

interface Ending {
  readonly how: string;
  readonly state: ProcessState;
  readonly code?: number;
  readonly signal?: NodeJS.Signals;
  readonly uncaught?: string;
  /** Whether a worker logs the same, and ends so. */
  readonly worker?: boolean;
  readonly execArgv?: readonly string[];
  /** What is logged behind the last word. */
  readonly later?: readonly string[];
  readonly leaks?: boolean;
}

const ENDINGS: readonly Ending[] = [
  { how: 'drained', state: 'ended', code: 0 },
  { how: 'exit', state: 'ended', code: 3 },
  {
    how: 'exit-handlers',
    state: 'ended',
    code: 0,
    later: ['in the first exit handler', 'in the last exit handler'],
  },
  { how: 'abort', state: 'died', signal: 'SIGABRT' },
  { how: 'segmentation-fault', state: 'died', signal: 'SIGSEGV' },
  { how: 'terminated', state: 'died', signal: 'SIGTERM' },
  { how: 'exception', state: 'died', code: 1, uncaught: 'RangeError: nobody catches this' },
  { how: 'rejection', state: 'died', code: 1, uncaught: 'RangeError: nobody awaits this' },
  {
    how: 'out-of-memory',
    state: 'died',
    signal: 'SIGABRT',
    execArgv: ['--max-old-space-size=20'],
    leaks: true,
  },
  { how: 'worker-exit', state: 'ended', code: 0, worker: true },
  { how: 'worker-terminate', state: 'ended', code: 0, worker: true },
  {
    how: 'worker-exception',
    state: 'died',
    code: 1,
    worker: true,
    uncaught: 'RangeError: nobody catches this',
  },
  { how: 'worker-out-of-memory', state: 'ended', code: 0, worker: true, leaks: true },
];

const WORDS = [...Array.from({ length: 50 }, (_, i) => `record ${i + 1}`), 'the last word'];

describe.each(['mapped', 'positional'] as const)('what a %s buffer holds', (mode) => {
  test.each(ENDINGS)('is all there after this end: $how', { timeout: 400_000 }, async (ending) => {
    const {
      how,
      state,
      code = null,
      signal = null,
      uncaught,
      worker = false,
      execArgv = [],
      later = [],
    } = ending;
    const directory = newTraceDirectory();
    const end = await runFixture('ending', { directory, args: [how, mode], execArgv });
    expect({ code: end.code, signal: end.signal }, end.stderr).toEqual({ code, signal });

    const process = processIn(directory);
    expect(process.state).toBe(state);
    expect(process.uncaught).toBe(uncaught);
    expect(process.exitCode).toBe(signal === null ? code : undefined);

    using reader = new TraceReader([process]);
    const records = reader.poll();
    expect(reader.problems).toEqual([]);
    expect(reader.buffers()).toMatchObject([{ mode, threads: worker ? [0, 1] : [0] }]);
    const of = (thread: number): string[] =>
      records.filter((record) => record.thread === thread).map(({ message }) => message);
    if (ending.leaks === true) {
      // The leak logs on until the end and evicts what came before it: what is left has no gap, and errors are kept.
      const leaked = of(worker ? 1 : 0).filter((message) => message.startsWith('leaking '));
      const numbers = leaked.map((message) => Number(message.slice(8)));
      expect(numbers.length).toBeGreaterThan(100);
      expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
      expect(of(worker ? 1 : 0)).toEqual(expect.arrayContaining(['record 10', 'record 50', 'the last word']));
      if (worker) expect(of(0)).toEqual(WORDS);
    } else {
      expect(of(0)).toEqual([...WORDS, ...later]);
      expect(of(1)).toEqual(worker ? WORDS : []);
    }
  });
});

import { Level, type PayloadWriter, RecordKind, TraceBuffer } from '@tracebuf/ring';
import { CallTracer } from '@tracebuf/tracer';
import type { Bar, Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, difference, interleave } from '../interleave.ts';

/** Makes of a function what is to be called instead. */
type Wrap = <Fn extends (...args: never[]) => unknown>(fn: Fn, options: { name: string }) => Fn;

const untraced: Wrap = (fn) => fn;

function traced(options?: { paused: true }): Wrap {
  const tracer = new CallTracer({ name: 'bench' });
  if (options?.paused === true) tracer.pause();
  return (fn, { name }) => tracer.trace(fn, { name });
}

/** What is called; each depends on what the call before gave, so that none can be left out. */
function numbers(wrap: Wrap): Contender {
  const add = wrap((a: number, b: number): number => (a + b) & 0xffff, { name: 'add' });
  let sum = 0;
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) sum = add(sum, i);
    },
  };
}

const WORDS = ['GET', 'POST', 'PUT', 'DELETE'];

function strings(wrap: Wrap): Contender {
  const next = wrap((word: string): string => WORDS[word.length & 3] as string, { name: 'next' });
  let word = 'GET';
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) word = next(word);
    },
  };
}

function objects(wrap: Wrap): Contender {
  const order = { id: 4711, state: 'open', total: 129.9, paid: false, note: null };
  const pass = wrap((value: typeof order): typeof order => value, { name: 'pass' });
  let passed = order;
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) passed = pass(passed);
    },
  };
}

function nested(wrap: Wrap): Contender {
  const fib: (n: number) => number = wrap((n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)), {
    name: 'fib',
  });
  /** fib(10): so many calls. */
  const calls = 177;
  let carried = 0;
  return {
    run(operations) {
      // Calls done beyond the batch are owed to the next one.
      for (carried += operations; carried > 0; carried -= calls) fib(10);
    },
  };
}

/** As many bytes as the records of a call of two numbers have, and nothing to be found out about them. */
const BARE_PAYLOAD: PayloadWriter = {
  payloadSize: 40,
  payloadFlags: 0,
  writePayload(_bytes, at, words = new Int32Array(0)) {
    for (let i = 0; i < 10; i++) words[(at >> 2) + i] = i;
  },
};

export const contenders: Record<string, () => Contender> = {
  numbers: () => numbers(traced()),
  numbersUntraced: () => numbers(untraced),
  numbersPaused: () => numbers(traced({ paused: true })),
  strings: () => strings(traced()),
  stringsUntraced: () => strings(untraced),
  objects: () => objects(traced()),
  objectsUntraced: () => objects(untraced),
  fib: () => nested(traced()),
  fibUntraced: () => nested(untraced),

  /** What the two records of a call can't do without: the clock, and their bytes. */
  records(): Contender {
    const buffer = new TraceBuffer('bench', 4 * 1024 * 1024, { keepLevel: false });
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) {
          buffer.appendPayload(RecordKind.CALL, Level.debug, BARE_PAYLOAD);
          buffer.appendPayload(RecordKind.RETURN, Level.debug, BARE_PAYLOAD);
        }
      },
    };
  },
  emptyLoop(): Contender {
    return {
      run(operations) {
        for (let i = 0; i < operations; i++);
      },
    };
  },
};

function added(name: string, what: string, subject: string, reference: string, bar?: Bar): Comparison {
  return {
    name,
    what,
    unit: ' ns',
    ...(bar === undefined ? {} : { bar }),
    async measure(effort) {
      const base = contender(import.meta.url, reference);
      return difference(await interleave(contender(import.meta.url, subject), base, effort));
    },
  };
}

const atMost = (value: number): Bar => ({ kind: 'at most', value });

/** Function calls traced by `trace`: what a traced call adds. */
export const calls: readonly Comparison[] = [
  added(
    'call-numbers',
    'a traced call of a function of two numbers that returns one: call and return stored, less the call untraced',
    'numbers',
    'numbersUntraced',
    atMost(65),
  ),
  added(
    'call-floor',
    'two records of as many bytes, which say nothing: the clock, the ring and the memory, less the empty loop',
    'records',
    'emptyLoop',
  ),
  added(
    'call-fib',
    'a traced call of the recursive fib(n), in the same way',
    'fib',
    'fibUntraced',
    atMost(65),
  ),
  added('call-strings', 'the same with a short string in and out', 'strings', 'stringsUntraced', atMost(90)),
  added(
    'call-objects',
    'the same with an object of five keys in and out',
    'objects',
    'objectsUntraced',
    atMost(500),
  ),
  added(
    'call-paused',
    'a traced call while the tracer is paused',
    'numbersPaused',
    'numbersUntraced',
    atMost(1),
  ),
];

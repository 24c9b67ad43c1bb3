import './trace-directory.ts';
import type { TraceRecord } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import type { CallTracer } from '../src/index.ts';
import { fieldsOf, messagesBy, newTracer, recordsBy } from './recorded.ts';

/** Records as lines: indented by depth, with the numbers of call and caller. */
function outline(records: readonly TraceRecord[]): string[] {
  return records.map((record) => {
    const { depth, call, parent } = fieldsOf(record);
    return `${'  '.repeat(depth)}${record.message} ${call}<${parent ?? '-'}`;
  });
}

const outlineBy = (tracer: CallTracer): string[] => outline(recordsBy(tracer));

test('recursive calls know their depth, their number and their caller', () => {
  using tracer = newTracer();
  const fib = tracer.trace((n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)), { name: 'fib' });
  expect(fib(3)).toBe(2);
  expect(outlineBy(tracer)).toEqual([
    'fib(n = 3) 1<-',
    '  fib(n = 2) 2<1',
    '    fib(n = 1) 3<2',
    '    fib returned 1 3<2',
    '    fib(n = 0) 4<2',
    '    fib returned 0 4<2',
    '  fib returned 1 2<1',
    '  fib(n = 1) 5<1',
    '  fib returned 1 5<1',
    'fib returned 2 1<-',
  ]);
});

test('all calls of fib(15) are there, once, and take as long as their parts', () => {
  using tracer = newTracer({ size: 4 * 1024 * 1024 });
  const fib = tracer.trace((n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)), { name: 'fib' });
  fib(15);
  const records = recordsBy(tracer);
  const ends = records.filter(({ kind }) => kind === 'return').map(fieldsOf);
  expect(records).toHaveLength(2 * 1973);
  expect(new Set(ends.map(({ call }) => call)).size).toBe(1973);
  const durations = new Map(ends.map(({ call, dur = -1 }) => [call, dur]));
  const sums = new Map<number, number>();
  for (const { parent = 0, dur = -1 } of ends) sums.set(parent, (sums.get(parent) ?? 0) + dur);
  for (const [call, sum] of sums) if (call !== 0) expect(durations.get(call)).toBeGreaterThanOrEqual(sum);
});

test('a call that throws has an end, and depth heals whoever catches', () => {
  using tracer = newTracer();
  const fail = tracer.trace(
    (deep: number): void => {
      if (deep === 0) throw new TypeError('no');
      fail(deep - 1);
    },
    { name: 'fail' },
  );
  const safe = tracer.trace(
    (): string => {
      try {
        fail(1);
      } catch {
        // Meant to be seen in the records.
      }
      return 'safe';
    },
    { name: 'safe' },
  );
  safe();
  safe();
  const records = recordsBy(tracer);
  expect(outline(records).slice(0, 6)).toEqual([
    'safe() 1<-',
    '  fail(deep = 1) 2<1',
    '    fail(deep = 0) 3<2',
    '    fail threw TypeError: no 3<2',
    '  fail threw TypeError: no 2<1',
    "safe returned 'safe' 1<-",
  ]);
  expect(outline(records)[6]).toBe('safe() 4<-');
  const end = fieldsOf(records[3]);
  expect(end).toMatchObject({
    status: 'threw',
    exc: 'TypeError: no',
    args: [{ name: 'exception', type: 'TypeError', value: 'no' }],
  });
  expect(end.dur).toBeGreaterThan(0);
  // A program that uses exceptions must not look broken.
  expect(new Set(records.map(({ level }) => level))).toEqual(new Set(['debug']));
});

test('what is thrown may be anything', () => {
  using tracer = newTracer();
  const rethrow = tracer.trace(
    (value: unknown): void => {
      throw value;
    },
    { name: 'rethrow' },
  );
  for (const value of [undefined, 'text', { code: 1 }, new Error('')]) expect(() => rethrow(value)).toThrow();
  expect(messagesBy(tracer).filter((message) => message.includes('threw'))).toEqual([
    'rethrow threw undefined',
    "rethrow threw 'text'",
    'rethrow threw {code: 1}',
    'rethrow threw Error',
  ]);
});

test('what an async function calls after an await belongs to it', async () => {
  using tracer = newTracer({ asyncContext: true });
  const leaf = tracer.trace((x: number) => x, { name: 'leaf' });
  const inner = tracer.trace(
    async (x: number): Promise<number> => {
      await Promise.resolve();
      return leaf(x);
    },
    { name: 'inner' },
  );
  const outer = tracer.trace(
    async (): Promise<number> => {
      leaf(1);
      const sum = (await inner(2)) + (await inner(3));
      leaf(4);
      return sum;
    },
    { name: 'outer' },
  );
  await outer();
  expect(outlineBy(tracer)).toEqual([
    'outer() 1<-',
    '  leaf(x = 1) 2<1',
    '  leaf returned 1 2<1',
    '  inner(x = 2) 3<1',
    '    leaf(x = 2) 4<3',
    '    leaf returned 2 4<3',
    '  inner returned 2 3<1',
    '  inner(x = 3) 5<1',
    '    leaf(x = 3) 6<5',
    '    leaf returned 3 6<5',
    '  inner returned 3 5<1',
    '  leaf(x = 4) 7<1',
    '  leaf returned 4 7<1',
    'outer returned 5 1<-',
  ]);
});

test('concurrent async calls are told apart, and their ends carry the whole time', async () => {
  using tracer = newTracer({ asyncContext: true });
  const leaf = tracer.trace((id: string) => id, { name: 'leaf' });
  const turns = tracer.trace(
    async (id: string, count: number): Promise<string> => {
      for (let i = 0; i < count; i++) {
        await Promise.resolve();
        leaf(id);
      }
      return id;
    },
    { name: 'turns' },
  );
  await Promise.all([turns('a', 3), turns('b', 1), turns('c', 2)]);
  const records = recordsBy(tracer);
  const calls = new Map(
    records
      .filter(({ message }) => message.startsWith('turns('))
      .map((record) => [fieldsOf(record).call, fieldsOf(record).args[0]?.value]),
  );
  const leaves = records.filter(({ message }) => message.startsWith('leaf(')).map(fieldsOf);
  expect(leaves).toHaveLength(6);
  for (const { parent = 0, depth, args } of leaves) {
    expect(calls.get(parent)).toBe(args[0]?.value);
    expect(depth).toBe(1);
  }
  for (const record of records.filter(({ message }) => message.startsWith('turns')))
    expect(fieldsOf(record).async).toBe(true);
});

test('without async contexts, what comes after an await has no caller', async () => {
  using tracer = newTracer({ asyncContext: false });
  const leaf = tracer.trace(() => 0, { name: 'leaf' });
  const outer = tracer.trace(
    async (): Promise<void> => {
      leaf();
      await Promise.resolve();
      leaf();
    },
    { name: 'outer' },
  );
  await outer();
  expect(outlineBy(tracer).filter((line) => line.includes('leaf()'))).toEqual(['  leaf() 2<1', 'leaf() 3<-']);
});

test('an async function that rejects has thrown', async () => {
  using tracer = newTracer();
  const fails = tracer.trace(
    async (_x: number): Promise<void> => {
      await Promise.resolve();
      throw new RangeError('far');
    },
    { name: 'fails' },
  );
  await expect(fails(1)).rejects.toThrow('far');
  const [, end] = recordsBy(tracer);
  expect(end?.kind).toBe('exception');
  expect(end?.message).toBe('fails threw RangeError: far');
  expect(fieldsOf(end)).toMatchObject({ async: true, status: 'threw', depth: 0, call: 1 });
});

test('a generator is one call, to which belongs what its steps call', () => {
  using tracer = newTracer();
  const leaf = tracer.trace((x: number) => x, { name: 'leaf' });
  const count = tracer.trace(function* count(to: number): Generator<number, string, string> {
    for (let i = 0; i < to; i++) leaf((yield i).length);
    return 'done';
  });
  const between = tracer.trace(() => 0, { name: 'between' });
  const steps = count(1);
  steps.next('first');
  between();
  steps.next('second');
  expect(outlineBy(tracer)).toEqual([
    'count(to = 1) 1<-',
    'between() 2<-',
    'between returned 0 2<-',
    '  leaf(x = 6) 3<1',
    '  leaf returned 6 3<1',
    "count returned 'done' 1<-",
  ]);
  expect(fieldsOf(recordsBy(tracer)[0])).toMatchObject({ async: true, generator: true });
});

test('a generator that is left, or thrown into, has an end; one that is forgotten stays open', () => {
  using tracer = newTracer();
  const numbers = tracer.trace(function* numbers(): Generator<number> {
    yield 1;
    yield 2;
  });
  for (const _ of numbers()) break;
  const thrown = numbers();
  thrown.next();
  expect(() => thrown.throw(new Error('into'))).toThrow('into');
  expect(thrown.next()).toEqual({ value: undefined, done: true });
  numbers().next();
  expect(messagesBy(tracer)).toEqual([
    'numbers()',
    'numbers returned undefined',
    'numbers()',
    'numbers threw Error: into',
    'numbers()',
  ]);
});

test('async generators end when they are done', async () => {
  using tracer = newTracer({ asyncContext: true });
  const leaf = tracer.trace((x: number) => x, { name: 'leaf' });
  const ticks = tracer.trace(async function* ticks(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) {
      await Promise.resolve();
      yield leaf(i);
    }
  });
  const seen: number[] = [];
  for await (const tick of ticks(2)) seen.push(tick);
  expect(seen).toEqual([0, 1]);
  expect(outlineBy(tracer)).toEqual([
    'ticks(to = 2) 1<-',
    '  leaf(x = 0) 2<1',
    '  leaf returned 0 2<1',
    '  leaf(x = 1) 3<1',
    '  leaf returned 1 3<1',
    'ticks returned undefined 1<-',
  ]);
});

test('marks stand in the call in which they are set', () => {
  using tracer = newTracer();
  const work = tracer.trace((): void => tracer.mark('half done', { percent: 50 }), { name: 'work' });
  tracer.mark('before');
  work();
  const marks = recordsBy(tracer).filter(({ kind }) => kind === 'mark');
  expect(marks.map(({ message, level, fields }) => ({ message, level, fields }))).toEqual([
    { message: 'before', level: 'info', fields: { depth: 0 } },
    {
      message: 'half done {percent: 50}',
      level: 'info',
      fields: { depth: 1, call: 1, args: [{ name: 'data', type: 'Object', value: '{percent: 50}' }] },
    },
  ]);
  expect(outlineBy(tracer).at(-1)).toBe('work returned undefined 1<-');
});

test('a function is told with where it was traced', () => {
  using tracer = newTracer();
  const here = tracer.trace(function here(): void {});
  here();
  const { func, module, line } = fieldsOf(recordsBy(tracer)[0]);
  expect(func).toBe('here');
  expect(module).toMatch(/nesting\.test\.ts$/);
  expect(line).toBeGreaterThan(1);
});

test('methods are named after their class, or as they are told to be', () => {
  using tracer = newTracer();
  class Tank {
    level = 0;
    static create(): Tank {
      return new Tank();
    }
    fill(by: number): number {
      this.level += by;
      return this.level;
    }
    get isEmpty(): boolean {
      return this.level === 0;
    }
    *[Symbol.iterator](): Generator<number> {
      yield this.level;
    }
  }
  tracer.traceMethods(Tank);
  const tank = Tank.create();
  tank.fill(2);
  void tank.isEmpty;
  for (const _ of tank);
  const pump = tracer.traceMethods({ run: () => 1 }, { name: 'pump' });
  pump.run();
  const bare = tracer.traceMethods({ stop: () => 2 });
  bare.stop();
  const Traced = tracer.trace(class Box {});
  new Traced();
  const names = recordsBy(tracer)
    .filter(({ kind }) => kind === 'call')
    .map((record) => fieldsOf(record).func);
  expect(names).toEqual([
    'Tank.create',
    'Tank#fill',
    'get Tank#isEmpty',
    'Tank#[Symbol.iterator]',
    'pump.run',
    'stop',
    'new Box',
  ]);
});

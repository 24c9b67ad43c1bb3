import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  DatabaseSource,
  finish,
  LiveSource,
  openTraceDatabase,
  type PlacedRecord,
  type RecordSource,
} from '../src/index.ts';
import { DatabaseKeeper, resolveRetention } from '../src/retention.ts';
import { callRecords, type TestCall } from './support/call-records.ts';
import { useDirectories } from './support/directories.ts';
import { record, store } from './support/stored-records.ts';

const VERSION_1 = join(import.meta.dirname, 'fixtures', 'version-1.sqlite');
const START = 1_767_323_045_000_000;
const all = { filter: parseFilter('') };

function inMemory(records: readonly TraceRecord[]): RecordSource {
  const rest = [...records];
  return new LiveSource('memory', { records: () => rest.splice(0), close: () => undefined });
}

function inDatabase(records: readonly TraceRecord[]): RecordSource {
  const { database } = useDirectories();
  store(database, records);
  const source = new DatabaseSource(database);
  onTestFinished(() => source.close());
  return source;
}

/** Two threads whose calls have the same numbers. */
const main: TestCall = {
  func: 'main',
  start: START,
  end: START + 100,
  inside: [
    { func: 'parse', start: START + 10, end: START + 20 },
    { func: 'parse', start: START + 30, end: START + 70, inside: [{ func: 'eval', start: START + 40 }] },
    { func: 'fail', start: START + 80, end: START + 90, throws: true },
  ],
};
const records = [
  ...callRecords([main]),
  ...callRecords([{ func: 'worker', start: START + 5, end: START + 6 }], { thread: 3 }),
  record({ time: START + 50, message: 'a line', fields: { func: 'parse', call: 2 } }),
].sort((left, right) => left.time - right.time);

describe.each([
  ['a database', inDatabase],
  ['trace buffers', inMemory],
])('calls in %s', (_name, open) => {
  const find = (source: RecordSource, message: string): PlacedRecord => {
    const rows = finish(source.read(all, undefined, 'forward', 100));
    return rows.find((row) => row.record.message === message) as PlacedRecord;
  };
  const messages = (rows: readonly PlacedRecord[]): string[] => rows.map((row) => row.record.message);

  test('are found by their numbers, in their own thread', () => {
    const source = open(records);
    const call = (message: string, first: number, last = first, limit = 100): string[] =>
      messages(finish(source.calls(find(source, message), first, last, limit)));
    expect(call('parse(n = 2)', 1)).toEqual(['main(n = 1)', 'main returned 1']);
    expect(call('worker returned 1', 1)).toEqual(['worker(n = 1)', 'worker returned 1']);
    expect(call('main(n = 1)', 4)).toEqual(['eval(n = 4)']);
    expect(call('main(n = 1)', 9)).toEqual([]);
    expect(call('main(n = 1)', 3, Number.POSITIVE_INFINITY)).toEqual([
      'parse(n = 3)',
      'parse returned 1',
      'eval(n = 4)',
      'fail(n = 5)',
      'fail threw TypeError: no',
    ]);
    expect(call('main(n = 1)', 1, Number.POSITIVE_INFINITY, 3)).toEqual([
      'main(n = 1)',
      'main returned 1',
      'parse(n = 2)',
    ]);
  });

  test('are summed up by function', () => {
    const source = open(records);
    const summed = (filter: string) =>
      finish(source.functions({ filter: parseFilter(filter) })).toSorted((left, right) =>
        left.func < right.func ? -1 : 1,
      );
    const of = (func: string) => ({ func, module: '/srv/app.ts', line: func.length });
    expect(summed('thread == 0')).toEqual([
      { ...of('fail'), count: 1, errors: 1, total: 10_007, self: 10_007, p50: 10_000, p99: 10_000 },
      { ...of('main'), count: 1, errors: 0, total: 100_007, self: 39_986, p50: 100_000, p99: 100_000 },
      { ...of('parse'), count: 2, errors: 0, total: 50_014, self: 50_014, p50: 10_000, p99: 40_000 },
    ]);
    expect(summed("func == 'worker'")).toMatchObject([{ func: 'worker', count: 1 }]);
    expect(summed("kind == 'call'")).toEqual([]);
  });
});

test.each([
  ['a database', inDatabase],
  ['trace buffers', inMemory],
])('records of %s are counted by functions and arguments', (_name, open) => {
  const odd = [7, null, { a: 1 }, 'parse'].map((func, at) =>
    record({ time: START + 200, seq: at, fields: { func } }),
  );
  const source = open([...records, ...odd, record({ time: START + 300 })]);
  const groups = (field: string, filter = ''): unknown =>
    Object.fromEntries(source.groups({ filter: parseFilter(filter) }, field));
  expect(groups('func')).toEqual({
    main: 2,
    parse: 6,
    eval: 1,
    fail: 2,
    worker: 2,
    7: 1,
    '{"a":1}': 1,
    undefined: 2,
  });
  expect(groups('func', "kind == 'exception'")).toEqual({ fail: 1 });
  expect(groups('func', "func == 'parse' and level == 'debug'")).toEqual({ parse: 4 });
  expect(groups('kind', "func == 'main'")).toEqual({ call: 1, return: 1 });
  expect(groups('arg', "func == 'main'")).toEqual({ n: 1, 'return value': 1 });
  expect(groups('status', 'call != null')).toEqual({ returned: 4, threw: 1, undefined: 7 });
});

test('a database and trace buffers tell the same of calls at random', () => {
  const tree = (depth: number): fc.Arbitrary<TestCall> =>
    fc
      .record({
        func: fc.constantFrom('a', 'bb', 'ccc'),
        lead: fc.integer({ min: 0, max: 3 }),
        tail: fc.integer({ min: 0, max: 5000 }),
        throws: fc.boolean(),
        ends: fc.integer({ min: 0, max: 9 }),
        inside: depth === 0 ? fc.constant<TestCall[]>([]) : fc.array(tree(depth - 1), { maxLength: 3 }),
      })
      .map(({ func, lead, tail, throws, ends, inside }) => {
        let time = lead;
        const calls = inside.map((each) => {
          const moved = shift(each, time);
          time = Math.max(time, moved.end ?? moved.start);
          return moved;
        });
        return { func, start: 0, throws, inside: calls, ...(ends === 0 ? {} : { end: time + tail }) };
      });
  const shift = (call: TestCall, by: number): TestCall => ({
    ...call,
    start: call.start + by,
    ...(call.end === undefined ? {} : { end: call.end + by }),
    inside: (call.inside ?? []).map((each) => shift(each, by)),
  });
  fc.assert(
    fc.property(fc.array(tree(3), { minLength: 1, maxLength: 4 }), (calls) => {
      let time = START;
      const rows = callRecords(
        calls.map((each) => {
          time += 20_000;
          return shift(each, time);
        }),
      );
      const [database, memory] = [inDatabase(rows), inMemory(rows)];
      const [near] = finish(memory.read(all, undefined, 'forward', 1));
      const [stored] = finish(database.read(all, undefined, 'forward', 1));
      if (near === undefined || stored === undefined) throw new Error('nothing was read');
      const parts = (found: readonly PlacedRecord[]) => found.map(({ record: { seq } }) => seq);
      for (const [first, last, limit] of [
        [1, 5, 100],
        [2, Number.POSITIVE_INFINITY, 7],
      ] as const) {
        expect(parts(finish(database.calls(stored, first, last, limit)))).toEqual(
          parts(finish(memory.calls(near, first, last, limit))),
        );
      }
      const byName = (source: RecordSource, filter: string) =>
        finish(source.functions({ filter: parseFilter(filter) })).toSorted((x, y) =>
          x.func < y.func ? -1 : 1,
        );
      for (const filter of ['', "func == 'a'", 'depth > 0']) {
        expect(byName(database, filter)).toEqual(byName(memory, filter));
      }
      const ends = rows.filter(({ kind }) => kind !== 'call');
      const counted = byName(memory, '').reduce((sum, { count }) => sum + count, 0);
      expect(counted).toBe(ends.length);
    }),
    { numRuns: 60 },
  );
});

test('sums over many calls are made in steps, and can be given up', () => {
  const many = Array.from(
    { length: 10_000 },
    (_, n): TestCall => ({ func: 'f', start: START + n, end: START + n }),
  );
  for (const source of [inDatabase(callRecords(many)), inMemory(callRecords(many))]) {
    const work = source.functions(all);
    const parts: number[] = [];
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) {
        expect(step.value).toMatchObject([{ func: 'f', count: 10_000 }]);
        break;
      }
      parts.push(step.value.part);
    }
    expect(parts.length).toBeGreaterThan(1);
    expect(parts).toEqual(parts.toSorted((left, right) => left - right));
    const givenUp = source.functions(all);
    givenUp.next();
    expect(givenUp.return([])).toEqual({ done: true, value: [] });
    expect(finish(source.count(all))).toBe(20_000);
  }
});

test('the view of calls pairs begins and ends', () => {
  const { database: path } = useDirectories();
  // The begin of the second call was overwritten before it could be read.
  store(
    path,
    records.filter(({ message }) => message !== 'parse(n = 2)'),
  );
  const database = openTraceDatabase(path, { mode: 'read' });
  const rows = database
    .prepare(
      'SELECT func, start, dur, status, args, ret, exc, depth, call, parent, thread FROM calls ORDER BY thread, call',
    )
    .all();
  database.close();
  const args = (n: number): string => `[{"name":"n","type":"number","value":"${n}"}]`;
  const none = { args: null, ret: null, exc: null, parent: null, thread: 0 };
  const ended = { ...none, status: 'returned', ret: '1' };
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { ...ended, func: 'main', start: START, dur: 100_007, args: args(1), depth: 0, call: 1 },
    { ...ended, func: 'parse', start: START + 10, dur: 10_007, depth: 1, call: 2, parent: 1 },
    { ...ended, func: 'parse', start: START + 30, dur: 40_007, args: args(3), depth: 1, call: 3, parent: 1 },
    {
      ...none,
      func: 'eval',
      start: START + 40,
      dur: null,
      status: 'open',
      args: args(4),
      depth: 2,
      call: 4,
      parent: 3,
    },
    {
      ...none,
      func: 'fail',
      start: START + 80,
      dur: 10_007,
      status: 'threw',
      args: args(5),
      exc: 'TypeError: no',
      depth: 1,
      call: 5,
      parent: 1,
    },
    { ...ended, func: 'worker', start: START + 5, dur: 1007, args: args(1), depth: 0, call: 1, thread: 3 },
  ]);
});

test('functions that no record names any more are swept', () => {
  const { database: path } = useDirectories();
  store(path, records);
  const database = openTraceDatabase(path, { mode: 'write' });
  database.exec(
    "DELETE FROM entries WHERE id IN (SELECT n.id FROM function_entries AS n JOIN functions AS f ON f.id = n.func WHERE f.name = 'worker')",
  );
  new DatabaseKeeper(database, resolveRetention()).sweep();
  const names = database.prepare('SELECT name FROM functions WHERE module IS NOT NULL ORDER BY name').all();
  database.close();
  expect(names.map(({ name }) => name)).toEqual(['eval', 'fail', 'main', 'parse']);
});

describe('a database of version 1', () => {
  test('is read as it is', () => {
    const source = new DatabaseSource(VERSION_1);
    onTestFinished(() => source.close());
    const rows = finish(
      source.read({ filter: parseFilter("func == 'fib' and call == 1") }, undefined, 'forward', 9),
    );
    expect(rows).toHaveLength(2);
    expect(finish(source.calls(rows[0] as PlacedRecord, 1, 1, 9))).toEqual([]);
    expect(finish(source.functions(all))).toEqual([]);
  });

  test('is brought up to date by who writes, with functions and calls', () => {
    const { database: path } = useDirectories();
    copyFileSync(VERSION_1, path);
    const old = new DatabaseSource(VERSION_1);
    const before = [...old.records(all)];
    old.close();
    openTraceDatabase(path, { mode: 'write' }).close();
    const source = new DatabaseSource(path);
    expect([...source.records(all)]).toEqual(before);
    source.close();
    // It is what a recorder of today would have made of the same records.
    const { database: fresh } = useDirectories();
    store(fresh, before);
    const dump = (file: string) => {
      const database = openTraceDatabase(file, { mode: 'read' });
      const rows = [
        'SELECT name, module, line FROM functions ORDER BY id',
        'SELECT n.*, f.name FROM function_entries AS n JOIN functions AS f ON f.id = n.func',
        'SELECT * FROM calls ORDER BY id',
        "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name",
      ].map((sql) => database.prepare(sql).all());
      database.close();
      return rows;
    };
    expect(dump(path)).toEqual(dump(fresh));
    expect(dump(path)[0]).toHaveLength(3);
  });
});

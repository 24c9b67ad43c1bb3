import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { compilePredicate, parseFilter } from '@tracebuf/query';
import { formatRecord, type TraceRecord } from '@tracebuf/ring';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  DatabaseError,
  DatabaseSource,
  finish,
  LiveSource,
  openTraceDatabase,
  type PlacedRecord,
  type RecordKey,
  type RecordSource,
  type Selection,
} from '../src/index.ts';
import { compileEntryCondition } from '../src/query/entry-condition.ts';
import { useDirectories } from './support/directories.ts';
import { record, store } from './support/stored-records.ts';

const select = (filter = '', search?: string): Selection => ({
  filter: parseFilter(filter),
  ...(search === undefined ? {} : { search: { source: search, flags: 'i' } }),
});

const TRACE = 'f0'.repeat(16);
/** A time as filters have it. */
const at = (time: number): string =>
  `'${new Date(Math.floor(time / 1000)).toISOString().slice(0, -1)}${String(time % 1000).padStart(3, '0')}Z'`;
const START = 1_767_323_045_000_000;

/** Records of which some have equal times. */
function manyRecords(count: number): TraceRecord[] {
  return Array.from({ length: count }, (_, nth) =>
    record({
      time: START + (nth >> 1),
      seq: nth + 1,
      process: nth % 5 === 0 ? 'worker' : 'web',
      pid: nth % 5 === 0 ? 7 : 4711,
      buffer: nth % 3 === 0 ? 'http' : 'main',
      level: nth % 10 === 0 ? 'error' : 'info',
      severity: nth % 10 === 0 ? 50 : 30,
      message: `request ${nth % 50} completed`,
      ...(nth % 4 === 0 ? { fields: { status: nth % 8 === 0 ? 200 : 500, url: `/item/${nth}` } } : {}),
      ...(nth % 20 === 0 ? { traceId: TRACE, spanId: '0123456789abcdef' } : {}),
    }),
  );
}

function inMemory(records: readonly TraceRecord[], options = {}): LiveSource {
  let rest = [...records];
  const records_ = (): TraceRecord[] => {
    const now = rest;
    rest = [];
    return now;
  };
  return new LiveSource('memory', { records: records_, close: () => undefined }, options);
}

function inDatabase(records: readonly TraceRecord[]): DatabaseSource {
  const { database } = useDirectories();
  store(database, records);
  const source = new DatabaseSource(database);
  onTestFinished(() => source.close());
  return source;
}

/** All pages of a source, in one direction. */
function pages(source: RecordSource, selection: Selection, direction: 'forward' | 'backward', size: number) {
  const found: PlacedRecord[] = [];
  let from: RecordKey | undefined;
  for (;;) {
    const page = finish(source.read(selection, from, direction, size));
    found.push(...page);
    if (page.length < size) return found;
    from = page.at(-1)?.key;
  }
}

const seqs = (rows: readonly PlacedRecord[]): number[] => rows.map((row) => row.record.seq);

describe.each([
  ['a database', inDatabase],
  ['trace buffers', inMemory],
])('records of %s', (_name, open) => {
  const records = manyRecords(1000);

  test('come in pages, forward and backward, each record once', () => {
    const source = open(records);
    const forward = seqs(pages(source, select(), 'forward', 17));
    expect(forward).toEqual(records.map(({ seq }) => seq));
    expect(seqs(pages(source, select(), 'backward', 17))).toEqual(forward.toReversed());
    expect(finish(source.read(select(), undefined, 'forward', 1))[0]?.record).toEqual(records[0]);
    expect(finish(source.read(select(), undefined, 'backward', 1))[0]?.record).toEqual(records.at(-1));
  });

  test.each([
    'level >= error',
    "level == 'error' and process == 'worker'",
    "level in ['error', 30]",
    "buffer != 'main' or pid == 7",
    "msg == '%request 3_ %' and status == 200",
    'message =~ /^request [12]\\b/',
    "not url == '%item%'",
    `traceId == '${TRACE.toUpperCase()}' and status == 200`,
    `time > ${at(START)} and time <= ${at(START + 100)}`,
    `time == ${at(START + 7)}`,
    "kind == 'lost'",
    'thread == 0 and not tid == 1',
  ])('that fulfil %s are those of the predicate', (text) => {
    const selection = select(text);
    const wanted = records.filter(compilePredicate(selection.filter)).map(({ seq }) => seq);
    const source = open(records);
    expect(seqs(pages(source, selection, 'forward', 13))).toEqual(wanted);
    expect(seqs(pages(source, selection, 'backward', 13))).toEqual(wanted.toReversed());
    expect(Array.from(source.records(selection), ({ seq }) => seq)).toEqual(wanted);
    expect(finish(source.count(selection))).toBe(wanted.length);
    if (text !== "kind == 'lost'") expect(wanted.length).toBeGreaterThan(0);
  });

  test('are found by what a reader sees of them', () => {
    const source = open(records);
    const search = (text: string): number => finish(source.count(select('', text)));
    expect(search('status=500 url="/item/4"')).toBe(1);
    expect(search('^REQUEST 7 ')).toBe(20);
    expect(search('^error$')).toBe(100);
    expect(search('^worker\\.7$')).toBe(200);
    expect(search('^http$')).toBe(334);
    expect(search(`traceId=${TRACE}`)).toBe(50);
    expect(search('nothing of it')).toBe(0);
    const selection = select('level >= error', 'request 10 ');
    expect(finish(source.count(selection))).toBe(20);
  });

  test('are reached by a time', () => {
    const source = open(records);
    const [at] = finish(source.read(select(), { time: START + 100, id: -1 }, 'forward', 1));
    expect(at?.record.seq).toBe(201);
    expect(source.span()).toEqual({ first: START, last: START + 499 });
  });

  test('are counted by the values of a field', () => {
    const source = open(records);
    const groups = (field: string, filter = ''): unknown =>
      Object.fromEntries(source.groups(select(filter), field));
    expect(groups('level')).toEqual({ error: 100, info: 900 });
    expect(groups('process', 'level >= error')).toEqual({ worker: 100 });
    expect(groups('pid')).toEqual({ 7: 200, 4711: 800 });
    expect(groups('status')).toEqual({ 200: 125, 500: 125, undefined: 750 });
    expect(() => source.groups(select(), 'level ==')).toThrow(/=/);
  });

  test('tell what occurs in their fields', () => {
    const source = open(records);
    const { fields } = finish(source.statistics(['level', 'process', 'status', 'time', 'nothing']));
    expect(fields.get('level')?.texts).toEqual(
      new Map([
        ['error', 100],
        ['info', 900],
      ]),
    );
    expect(fields.get('process')?.texts).toEqual(
      new Map([
        ['web', 800],
        ['worker', 200],
      ]),
    );
    expect(fields.get('status')).toMatchObject({ count: 250, min: 200, max: 500 });
    expect(fields.get('time')).toMatchObject({ min: START, max: START + 499 });
    expect(fields.get('nothing')?.count).toBe(0);
  });
});

const text = fc
  .array(fc.constantFrom('a', 'B', '%', '_', '\\', "'", 'é', '😀', '1'), { maxLength: 4 })
  .map((p) => p.join(''));
const records = fc.array(
  fc.record({
    time: fc.integer({ min: START, max: START + 5 }),
    process: text,
    pid: fc.integer({ min: 1, max: 3 }),
    thread: fc.integer({ min: 0, max: 2 }),
    buffer: text,
    level: fc.constantFrom('info', 'error', 'audit'),
    message: text,
    kind: fc.constantFrom('log', 'call', 'return', 'exception'),
    fields: fc.record(
      {
        a: text,
        b: fc.integer({ min: 0, max: 3 }),
        func: fc.oneof(text, text, fc.constantFrom<unknown>(1, null, 'fib')),
        module: fc.oneof(text, fc.constantFrom<unknown>(1, null, 'fib.ts')),
        line: fc.constantFrom<unknown>(1, 2, 1.5, 'x'),
        call: fc.constantFrom<unknown>(1, 2, 0, 'x'),
        parent: fc.constantFrom<unknown>(1, -1, 'x'),
        dur: fc.constantFrom<unknown>(1, 2.5, -1, 'x'),
        args: fc.array(fc.record({ name: text, type: text, value: text }), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  }),
  { minLength: 1, maxLength: 30 },
);
const quoted = text.map((each) => `'${each.replace(/[\\']/g, '\\$&')}'`);
const comparison = fc.oneof(
  fc.tuple(
    fc.constantFrom('msg', 'process', 'buffer', 'kind', 'a'),
    fc.constantFrom('==', '!=', '<', '>='),
    quoted,
  ),
  fc.tuple(
    fc.constantFrom('pid', 'thread', 'level', 'b', 'seq'),
    fc.constantFrom('==', '!=', '<', '>='),
    fc.constantFrom('1', '2', '30'),
  ),
  fc.tuple(
    fc.constantFrom('msg', 'process', 'level'),
    fc.constantFrom('=~', '!~'),
    fc.constantFrom('/a/i', '/^b?$/', '/é|1/'),
  ),
  fc.tuple(
    fc.constantFrom('func', 'module', 'arg', 'value', 'arg.a'),
    fc.constantFrom('==', '!=', '<', '>='),
    fc.oneof(quoted, fc.constantFrom("'fib'", "'fib%'", "'%'")),
  ),
  fc.tuple(
    fc.constantFrom('func', 'module', 'line'),
    fc.constantFrom('==', '!='),
    fc.constantFrom('1', 'null'),
  ),
  fc.tuple(
    fc.constantFrom('func', 'module', 'value'),
    fc.constantFrom('=~', '!~'),
    fc.constantFrom('/a/i', '/^f/', '/^b?$/'),
  ),
  fc.tuple(
    fc.constantFrom('msg', 'level', 'func'),
    fc.constantFrom('in', 'not in'),
    fc.tuple(quoted, quoted).map(([x, y]) => `[${x}, ${y}]`),
  ),
  fc.tuple(
    fc.constant('time'),
    fc.constantFrom('==', '<', '>='),
    fc.integer({ min: START, max: START + 5 }).map(at),
  ),
);
const filter = fc
  .array(fc.tuple(comparison, fc.constantFrom('and', 'or', 'and not'), fc.boolean()), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) =>
    parts
      .map(([[field, operator, value], join, negated], at) => {
        const condition = `${negated ? 'not ' : ''}${field} ${operator} ${value}`;
        return at === 0 ? condition : `${join} ${condition}`;
      })
      .join(' '),
  );

test('a database and the predicate agree on every filter', () => {
  fc.assert(
    fc.property(records, fc.array(filter, { minLength: 4, maxLength: 8 }), (parts, filters) => {
      const all = parts.map((part, at) =>
        record({ ...part, seq: at + 1, severity: part.level === 'error' ? 50 : 30 }),
      );
      const { database } = useDirectories();
      store(database, all);
      const source = new DatabaseSource(database);
      const connection = openTraceDatabase(database, { mode: 'read' });
      try {
        for (const each of filters) {
          const selection = select(each);
          const wanted = all.filter(compilePredicate(selection.filter)).map(({ seq }) => seq);
          const byNumber = (found: readonly number[]): number[] => found.toSorted((x, y) => x - y);
          expect(byNumber(seqs(pages(source, selection, 'forward', 3))), each).toEqual(wanted);
          expect(byNumber(seqs(pages(source, selection, 'backward', 3))), each).toEqual(wanted);
          expect(finish(source.count(selection)), each).toBe(wanted.length);
          // As it is done where there are many texts.
          const { sql, params } = compileEntryCondition(selection, { manyTexts: true });
          const rows = connection.prepare(`SELECT seq FROM entries AS e WHERE ${sql}`).all(...params);
          expect(byNumber(rows.map((row) => Number(row.seq))), each).toEqual(wanted);
        }
      } finally {
        source.close();
        connection.close();
      }
    }),
    { numRuns: 100 },
  );
}, 120_000);

test('a database and live buffers find the same by every search', () => {
  const piece = fc.constantFrom(
    'ab',
    'AB',
    'a',
    'b=',
    '1',
    ' ',
    '.',
    '.*',
    '^',
    '$',
    'status',
    '200',
    '"',
    'c/d',
    ':',
    'traceId',
    'task',
    'f0f0',
    '|',
    '[ab]',
    'x?',
    '\\.',
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
  const value = fc.constantFrom<unknown>(
    'ab',
    'A b',
    'c/d',
    1,
    200,
    null,
    { ab: 'x', b: [1, 'ab'] },
    'a"b',
    'x:y',
  );
  const parts = fc.array(
    fc.record(
      {
        message: fc.constantFrom('', 'ab', 'a b', 'STATUS 200', '\u017ftatus \u212a', 'x.y'),
        buffer: fc.constantFrom('main', 'ab'),
        fields: fc.dictionary(fc.constantFrom('ab', 'status', 'b', 'odd key'), value, { maxKeys: 3 }),
        traceId: fc.constant(TRACE),
        spanId: fc.constant('0123456789abcdef'),
      },
      { requiredKeys: ['message', 'buffer'] },
    ),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(parts, fc.array(pattern, { minLength: 5, maxLength: 10 }), (some, patterns) => {
      const all = some.map((part, index) => record({ ...part, seq: index + 1, time: START + index }));
      const { database } = useDirectories();
      store(database, all);
      const source = new DatabaseSource(database);
      const live = inMemory(all);
      try {
        for (const each of patterns) {
          for (const flags of ['', 'i']) {
            const selection: Selection = { filter: parseFilter(''), search: { source: each, flags } };
            const wanted = seqs(pages(live, selection, 'forward', 50));
            expect(seqs(pages(source, selection, 'forward', 50)), `${each} ${flags}`).toEqual(wanted);
          }
        }
      } finally {
        source.close();
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

describe('a database', () => {
  /** What SQLite would do, a line for each table. */
  function plan(path: string, sql: string, params: readonly (string | number | Uint8Array)[]): string[] {
    const database = openTraceDatabase(path, { mode: 'read' });
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params);
    database.close();
    return rows.map(({ detail }) => String(detail));
  }

  test('is walked along its index by time, texts being looked through beside', () => {
    const { database } = useDirectories();
    store(database, manyRecords(100));
    const { sql, params } = compileEntryCondition(select("msg == '%timeout%' and level >= warn"), {
      manyTexts: false,
    });
    const steps = plan(
      database,
      `SELECT e.id FROM entries AS e INDEXED BY entries_by_time WHERE (e.time, e.id) > (?, ?) AND ${sql} ORDER BY e.time, e.id LIMIT 50`,
      [1, 1, ...params],
    );
    expect(steps[0]).toBe('SEARCH e USING INDEX entries_by_time (time>?)');
    expect(steps.join('\n')).toMatch(/SCAN s\b/);
    expect(steps.join('\n')).not.toMatch(/TEMP B-TREE/);
  });

  test('is asked for a trace by the index of traces', () => {
    const { database } = useDirectories();
    store(database, manyRecords(100));
    const { sql, params } = compileEntryCondition(select(`level >= warn and traceId == '${TRACE}'`), {
      manyTexts: false,
    });
    const steps = plan(
      database,
      `SELECT e.id FROM entries AS e INDEXED BY entries_by_trace WHERE ${sql}`,
      params,
    );
    expect(steps[0]).toBe('SEARCH e USING INDEX entries_by_trace (trace=?)');
  });

  test('shows what has come since', () => {
    const { database } = useDirectories();
    store(database, manyRecords(10));
    const source = new DatabaseSource(database);
    onTestFinished(() => source.close());
    const selection = select('level >= error');
    expect(finish(source.count(selection))).toBe(1);
    expect(source.refresh()).toBe(false);
    store(database, [record({ time: START + 900, level: 'error', severity: 50, message: 'new', seq: 99 })]);
    expect(source.refresh()).toBe(true);
    expect(seqs(finish(source.read(selection, undefined, 'backward', 1)))).toEqual([99]);
  });

  test('says of what its newest records lack only what is sure', () => {
    const { database } = useDirectories();
    const older = record({
      time: START - 1,
      kind: 'rarely',
      message: 'seldom seen',
      fields: { rare: 'yes' },
    });
    store(database, [older, ...manyRecords(60_000)]);
    const source = new DatabaseSource(database);
    onTestFinished(() => source.close());
    const filter = parseFilter(
      "msg == 'seldom seen' or rare == 'yes' or kind == 'rarely' or kind == 'raerly'",
    );
    const { fields } = finish(source.statistics(['msg', 'rare', 'kind', 'url'], filter));
    expect(fields.get('msg')).toMatchObject({ truncated: true });
    expect(fields.get('kind')).toMatchObject({ truncated: false });
    expect(fields.get('kind')?.texts.has('rarely')).toBe(true);
    expect(fields.has('rare')).toBe(false);
    expect(fields.get('kind')?.texts.has('raerly')).toBe(false);
    expect(fields.get('url')).toMatchObject({ truncated: true });
  }, 60_000);

  test('that is damaged in its fields still shows the rest', () => {
    const { database } = useDirectories();
    store(database, [record({ fields: { a: 1 } }), record({ seq: 2 })]);
    const writer = openTraceDatabase(database, { mode: 'write' });
    writer.exec(
      "UPDATE entries SET fields = '{not json' WHERE seq = 1; DELETE FROM strings WHERE text = 'log'",
    );
    writer.close();
    const source = new DatabaseSource(database);
    onTestFinished(() => source.close());
    const rows = finish(source.read(select(), undefined, 'forward', 10));
    expect(rows.map((row) => row.record.fields)).toEqual([undefined, undefined]);
    expect(rows.map((row) => row.record.message)).toEqual(['request completed', 'request completed']);
  });
});

test.each([
  ['a time that is no time', `UPDATE entries SET time = ${2n ** 60n} WHERE id = 3`, /larger than any/],
  [
    'a number that is text',
    "UPDATE entries SET severity = 'x', seq = 'y', text = x'00ff', message = NULL, fields = x'01' WHERE id = 3",
    undefined,
  ],
  [
    'a table without end',
    'DROP TABLE strings; CREATE VIEW strings AS WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id, id AS hash, id AS text FROM n',
    /lacks tables/,
  ],
  ['no index', 'DROP INDEX entries_by_time', /no such index/],
])('a database with %s is read, or refused with a reason', (_name, damage, reason) => {
  const { database } = useDirectories();
  store(database, manyRecords(20));
  const connection = openTraceDatabase(database, { mode: 'write' });
  connection.exec(`PRAGMA writable_schema = OFF; PRAGMA foreign_keys = OFF; ${damage}`);
  connection.close();
  const readAll = (): number => {
    const source = new DatabaseSource(database);
    try {
      const rows = finish(source.read(select(), undefined, 'forward', 100));
      for (const row of rows) expect(typeof formatRecord(row.record)).toBe('string');
      return rows.length;
    } finally {
      source.close();
    }
  };
  if (reason === undefined) {
    expect(readAll()).toBe(20);
  } else {
    expect(readAll).toThrow(DatabaseError);
    expect(readAll).toThrow(reason);
  }
});

test('a database of any bytes gives records or a clear error, and never hangs', () => {
  const { database } = useDirectories();
  store(database, manyRecords(300));
  const sound = readFileSync(database);
  let [read, refused] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 100, max: sound.length - 1 }), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 200,
      }),
      (changes) => {
        const bytes = Buffer.from(sound);
        for (const [at, value] of changes) bytes[at] = value;
        const path = `${database}.damaged`;
        writeFileSync(path, bytes);
        try {
          const source = new DatabaseSource(path);
          try {
            const selection = select("level >= warn or msg == '%7%'", '7');
            finish(source.read(selection, undefined, 'forward', 1000));
            finish(source.read(select(), undefined, 'backward', 1000));
            finish(source.count(selection));
            finish(source.statistics(['level', 'msg', 'url', 'process'], parseFilter("level == 'x'")));
            source.groups(select(), 'process');
            for (const _ of source.records(select()));
            source.span();
            read++;
          } finally {
            source.close();
          }
        } catch (error) {
          expect(error).toBeInstanceOf(DatabaseError);
          refused++;
        } finally {
          for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(read + refused).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
}, 120_000);

test('records that come late stand where their time is, and the oldest go where there are too many', () => {
  const batches = [manyRecords(10), [record({ time: START + 1, seq: 100 })], manyRecords(10)];
  const source = new LiveSource(
    'memory',
    { records: () => batches.shift() ?? [], close: () => undefined },
    { maxRecords: 15 },
  );
  expect(source.refresh()).toBe(true);
  expect(seqs(pages(source, select(), 'forward', 4))).toEqual([1, 2, 3, 4, 100, 5, 6, 7, 8, 9, 10]);
  source.refresh();
  expect(seqs(pages(source, select(), 'forward', 4))).toHaveLength(15);
  expect(source.dropped).toBe(6);
  expect(source.refresh()).toBe(false);
});

import type { TraceRecord } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import {
  compilePredicate,
  compileSql,
  createCatalog,
  createRecordCatalog,
  type FieldDefinition,
  fieldsToJson,
  parseFilter,
} from '../src/index.ts';
import { database, record } from './samples.ts';

/** What both evaluators say, which must be the same. */
function passes(text: string, row: TraceRecord): boolean {
  const filter = parseFilter(text, { now: Date.UTC(2026, 0, 2, 12), zoneOffset: 0 });
  const { sql, params } = compileSql(filter);
  const found =
    database([row])
      .prepare(`SELECT 1 FROM records WHERE ${sql}`)
      .all(...params).length === 1;
  expect(compilePredicate(filter)(row)).toBe(found);
  return found;
}

const ROW = record({
  message: 'GET /api took 100% of Zürich\0end',
  level: 'warning',
  severity: 40,
  fields: {
    name: 'db',
    req: { url: '/api/users', headers: { 'user-agent': 'curl' }, tags: ['x', 5] },
    'http.method': 'GET',
    http: { method: 'POST' },
    ok: true,
    zero: 0,
    text: '42',
    number: 42,
    big: 9007199254740993n,
    nan: Number.NaN,
    nothing: null,
    dur: 5_000_000,
    took: 250,
  },
  traceId: 'abcdef',
});

describe('a record', () => {
  test.each([
    ["msg == 'get%'", true],
    ["msg == 'GET'", false],
    ["msg == '%100\\%%'", true],
    ["msg == '%1000\\%%'", false],
    ["msg == '%z_rich%'", true],
    ["msg == '%ZÜRICH%'", false],
    ["msg == '%end'", true],
    ["msg == '%h\\x00e%'", true],
    ["message != 'x'", true],
    ['msg =~ /took \\d+%/', true],
    ['msg =~ /end$/', true],
    ['msg !~ /GET/', false],
    ["level == 'warn' and level >= warn and level == 40 and level == 'WARNING'", true],
    ['level > warn', false],
    ['level =~ /^warning$/', true],
    ["level in [error, 'warn%']", true],
    ["level not in ['audit', 30]", true],
    ["name == 'db' and fields.name == 'db'", true],
    ["req.url == '/api/%'", true],
    ["req.headers.user-agent == 'curl'", true],
    ["req.headers['user-agent'] == 'curl'", true],
    ["req.tags[0] == 'x' and req.tags[1] == 5", true],
    ["req.tags[7] == 'x'", false],
    ['req.tags.length == 2', false],
    ["http.method == 'GET'", true],
    ["http['method'] == 'POST'", true],
    ['ok == true', true],
    ['ok == 1', false],
    ['zero == false', false],
    ['zero == -0', true],
    ["text == '42'", true],
    ['text == 42', false],
    ["number == '42'", false],
    ["number != '42'", true],
    ["number in ['41', 42]", true],
    ['big == 9007199254740992', true],
    ['nan == null and nothing == null and missing == null', true],
    ['missing != null', false],
    ["missing != 'x'", false],
    ["not missing == 'x'", true],
    ['not missing > 5', true],
    ["missing not in ['x']", false],
    ['req != null', true],
    ["req == '%'", false],
    ["req != 'x'", true],
    ['dur == 5ms and dur > 4999us and dur < 0.006s', true],
    ['took == 250ms and took < 1s', true],
    ["traceId == 'ABC%' and spanId == null", true],
    ["kind < 'q' and kind > 'a'", true],
    ['pid in [1, 4711] and tid == 0 and thread == 0', true],
    ["time > '2026/01/02' and time < '2026-01-02T03:04:06Z'", true],
    ['constructor == null and __proto__.x == null', true],
  ])('%s is %s', (text, expected) => {
    expect(passes(text, ROW)).toBe(expected);
  });

  test('orders text by code points, also beyond U+FFFF', () => {
    expect(passes("msg > '\ue000'", record({ message: '😀' }))).toBe(true);
    expect(passes("msg < '\ue000'", record({ message: '\ud7ff' }))).toBe(true);
  });

  test('without fields has none', () => {
    expect(passes("a == 'x'", record())).toBe(false);
    expect(passes("not a == 'x' and a == null", record())).toBe(true);
  });
});

describe('SQL', () => {
  test('never holds what a user typed', () => {
    const evil = `x' OR 1=1 --`;
    const filter = parseFilter(
      `msg == "${evil}" and fields["${evil}\\""] == 1 and a["${evil}"] =~ /DROP/ and b in ["${evil}", "%${evil}"]`,
    );
    const { sql, params } = compileSql(filter);
    expect(sql).not.toMatch(/OR 1=1|DROP/);
    expect(params.join()).toContain(evil);
    expect(
      database([record()])
        .prepare(`SELECT 1 FROM records WHERE ${sql}`)
        .all(...params),
    ).toEqual([]);
  });

  test('can use an index on time, pid and severity', () => {
    const db = database();
    db.exec('CREATE INDEX by_time ON records(time)');
    const { sql, params } = compileSql(parseFilter("time > '10:15' and not msg == 'x'"));
    const plan = db.prepare(`EXPLAIN QUERY PLAN SELECT * FROM records WHERE ${sql}`).all(...params);
    expect(JSON.stringify(plan)).toContain('by_time');
  });

  test('stays within the limits of SQLite for the largest filters', () => {
    const db = database([record({ fields: { a: { b: 'x' } } })]);
    const names = Array.from({ length: 1000 }, (_, index) => `'${index}%'`).join(',');
    const wide = Array.from({ length: 2000 }, () => "a.b!='q%'").join(' and ');
    const deep = `${'not('.repeat(25)}${'a == 1 and (b == 2 or '.repeat(50)}c == 3${')'.repeat(50)}${')'.repeat(25)}`;
    for (const text of [`a.b not in [${names}] and a.b not in [${names}]`, wide, deep]) {
      const filter = parseFilter(text);
      const { sql, params } = compileSql(filter);
      const found = db.prepare(`SELECT 1 FROM records WHERE ${sql}`).all(...params).length === 1;
      expect(found).toBe(compilePredicate(filter)(record({ fields: { a: { b: 'x' } } })));
    }
  });

  test('qualifies columns for joins', () => {
    const { sql } = compileSql(parseFilter("msg == 'x' and a == 1"), { catalog: createRecordCatalog('r') });
    expect(sql).toMatch(/"r"\."message".*"r"\."fields"/);
    expect(() => createRecordCatalog('r"; --')).toThrow(TypeError);
  });

  test('lets a package compile nodes in its own way', () => {
    const filter = parseFilter("a == 'x' and b == '1' or seq > 5");
    const { sql, params } = compileSql(filter, {
      customize: (node, compile) => {
        if (node.type !== 'and') return undefined;
        const inner = compile(node);
        return { sql: `EXISTS (SELECT 1 FROM args WHERE ${inner.sql})`, params: inner.params };
      },
    });
    expect(sql).toMatch(/^\(\(EXISTS \(SELECT 1 FROM args WHERE .*\)\) OR "seq" > \?\)$/);
    expect(params.at(-1)).toBe(5);
  });
});

test('a catalog of another package brings its own records and columns', () => {
  interface Call {
    fn: string;
    ns: number;
  }
  const fields: FieldDefinition<Call>[] = [
    {
      name: 'func',
      type: 'string',
      get: (call) => call.fn,
      source: { kind: 'column', expression: 'f.name' },
    },
    {
      name: 'dur',
      type: 'duration',
      unit: 'us',
      get: (call) => call.ns / 1e3,
      source: { kind: 'column', expression: 'c.dur' },
    },
  ];
  const catalog = createCatalog(fields);
  const filter = parseFilter("func == 'fib%' and dur > 2ms", { catalog });
  expect(compilePredicate(filter, catalog)({ fn: 'fibonacci', ns: 3e6 })).toBe(true);
  expect(compilePredicate(filter, catalog)({ fn: 'fibonacci', ns: 1e6 })).toBe(false);
  expect(compileSql(filter, { catalog })).toMatchObject({ params: ['fib%', 'fib%', 2000] });
  expect(() => parseFilter("fun == 'x'", { catalog })).toThrow(
    expect.objectContaining({ code: 'ERR_TRACEBUF_FILTER_FIELD', options: ['func'] }),
  );
  expect(() => createCatalog([{ ...fields[0], name: 'no good' } as FieldDefinition<Call>])).toThrow(
    TypeError,
  );
});

describe('the JSON of fields', () => {
  test('is what SQLite and JavaScript read alike', () => {
    expect(fieldsToJson({ a: '\ud800\\ud800', b: Number.NaN, c: 5n, '\udc00': '😀' })).toBe(
      '{"a":"\ufffd\\\\ud800","b":null,"c":5,"\ufffd":"😀"}',
    );
    expect(fieldsToJson(undefined)).toBeNull();
  });

  test('is empty where the fields can not be written', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    let deep: unknown = 1;
    for (let depth = 0; depth < 1001; depth++) deep = [deep];
    expect(fieldsToJson(circle)).toBe('{}');
    expect(fieldsToJson({ deep })).toBe('{}');
    expect(fieldsToJson({ text: '['.repeat(5000) })).not.toBe('{}');
  });
});

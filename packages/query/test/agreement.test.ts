import type { TraceRecord } from '@tracebuf/ring';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Comparison,
  compilePredicate,
  compileSql,
  type Expression,
  type Filter,
  formatFilter,
  type Literal,
  type Operator,
  operatorsOf,
  type PathSegment,
  parseFilter,
  recordCatalog,
} from '../src/index.ts';
import { escapeLike, unescapeLike } from '../src/like.ts';
import { database, fill } from './samples.ts';

const SPAN = { position: 0, length: 0 };
const OPTIONS = { now: Date.UTC(2026, 0, 2, 3, 4, 5), zoneOffset: 60 };

/** Pieces that both sides are made of, so that they meet often: cases, wildcards, NUL, pairs and halves of pairs. */
const PIECES = [
  'a',
  'A',
  'b',
  'é',
  'É',
  '%',
  '_',
  '\\',
  "'",
  '"',
  '\0',
  '\n',
  '1',
  '.',
  '😀',
  '\ue000',
  '\ud800',
  '\udc00',
  '/',
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((pieces) => pieces.join(''));
const number = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    2,
    1.5,
    -1,
    0.1,
    0.30000000000000004,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 62,
    2 ** 63,
    1e21,
    1e300,
  ),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -1e15, max: 1e15, noNaN: true }),
);
const KEYS = [
  'a',
  'b',
  'a.b',
  'odd key',
  'q"k',
  'back\\slash',
  '',
  'é',
  '\u0007',
  '__proto__',
  'length',
  "it's",
  'name',
  'dur',
  'x]y',
];

const scalar = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, undefined, 2n ** 53n + 1n, 5n, -(2n ** 70n)),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: scalar, weight: 5 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4 }), weight: 2 },
  ),
}));
/** Lists of arguments, as a tracer has them and as nobody should. */
const args = fc.oneof(
  {
    arbitrary: fc.array(
      fc.oneof(
        {
          arbitrary: fc.record(
            {
              name: fc.oneof(fc.constantFrom('a', 'n', 'return value', '\ud800', '\0'), value),
              value: fc.oneof(text, value),
              type: fc.oneof(text, value),
            },
            { requiredKeys: [] },
          ),
          weight: 6,
        },
        { arbitrary: value, weight: 1 },
      ),
      { maxLength: 4 },
    ),
    weight: 5,
  },
  { arbitrary: value, weight: 1 },
);
const fields = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...KEYS, 'arg', 'value', 'type'), value, { maxKeys: 6 }),
    fc.option(args),
  )
  .map(([each, list]) => (list === null ? each : { ...each, args: list }));
const records: fc.Arbitrary<TraceRecord> = fc.record(
  {
    time: fc.integer({ min: 1_767_323_000_000_000, max: 1_767_323_100_000_000 }),
    process: text,
    pid: fc.integer({ min: 0, max: 3 }),
    thread: fc.integer({ min: 0, max: 2 }),
    buffer: text,
    seq: fc.constantFrom(1, 2, 2 ** 53 - 1),
    level: fc.oneof(fc.constantFrom('info', 'warn', 'error', 'audit'), text),
    severity: fc.constantFrom(10, 30, 35, 40, 50),
    kind: fc.constantFrom('log', 'pino'),
    message: text,
    fields,
    traceId: text,
    spanId: text,
  },
  {
    requiredKeys: [
      'time',
      'process',
      'pid',
      'thread',
      'buffer',
      'seq',
      'level',
      'severity',
      'kind',
      'message',
    ],
  },
);

const pattern = fc
  .array(fc.oneof(fc.constantFrom('%', '_'), fc.constantFrom(...PIECES).map(escapeLike)), { maxLength: 5 })
  .map((pieces) => pieces.join('').toWellFormed());
const string = pattern.map(
  (each): Literal => ({ type: 'string', pattern: each, value: unescapeLike(each), ...SPAN }),
);
const numeric = number.map((each): Literal => ({ type: 'number', value: each, ...SPAN }));
const duration = fc
  .tuple(number, fc.constantFrom('ns', 'us', 'ms', 's'))
  .map(([each, unit]): Literal => ({ type: 'duration', value: each, unit: unit as 'ns', ...SPAN }));
const time = fc
  .constantFrom('2026/01/02 04:04:05', '04:04', '-5s', '2026-01-02T03:03:20.5Z', 'now')
  .map((each): Literal => {
    const { root } = parseFilter(`time == '${each}'`, OPTIONS);
    return { ...((root as Comparison).values[0] as Literal), ...SPAN };
  });
const level = fc.constantFrom(['warn', 40], ['info', 30], ['50', 50], ['35', 35]).map(
  ([name, severity]): Literal => ({
    type: 'level',
    text: name as string,
    value: severity as number,
    ...SPAN,
  }),
);
const boolean = fc.boolean().map((each): Literal => ({ type: 'boolean', value: each, ...SPAN }));
const nothing = fc.constant<Literal>({ type: 'null', ...SPAN });
const regexp = fc
  .tuple(
    fc.constantFrom(
      '',
      'a',
      '^a',
      'b$',
      '^.$',
      '[^a]',
      'a|é',
      '(?:a|b)+',
      '\\W',
      '\\x00',
      '\0',
      '^$',
      '.a',
      '\\/',
      '[/]',
      '\\p{L}',
      '\\u0061',
    ),
    fc.constantFrom('', 'i', 's', 'ims', 'm', 'u'),
  )
  .map(([source, flags]): Literal => ({ type: 'regexp', source, flags, ...SPAN }));

const paths: readonly (readonly [readonly PathSegment[], boolean])[] = [
  ...recordCatalog.fields.map(({ name }) => [[name], false] as const),
  [['a'], false],
  [['b'], false],
  [['a', 'b'], false],
  [['a', 'b'], true],
  [['a', 0], false],
  [['a', 1, 'b'], false],
  [['a', 'a', 'b'], false],
  [['é', 'a'], false],
  [['__proto__'], false],
  [['length'], false],
  ...[['arg'], ['value'], ['type']].map((path) => [path, false] as const),
  [['arg', 'n'], false],
  [['arg', 'a'], false],
  [['arg', 'return value'], true],
  [['arg', '\0'], true],
  [['arg', '\ufffd'], true],
  [['arg', 0], false],
  [['arg', 2], false],
  [['fields', 'arg', 'n'], false],
  [['fields', 'value'], false],
  [['fields', 'name'], false],
  [['fields', 'level'], false],
  ...KEYS.map((key) => [['fields', key], true] as const),
  ...KEYS.map((key) => [['a', key], true] as const),
];

const comparison = fc.constantFrom(...paths).chain(([path, exact]): fc.Arbitrary<Expression> => {
  const type = recordCatalog.resolve(path, exact)?.type ?? 'json';
  return fc.constantFrom(...operatorsOf(type)).chain((operator: Operator) => {
    const isMatch = operator === '=~' || operator === '!~';
    const isOrder = ['<', '<=', '>', '>='].includes(operator);
    const some: fc.Arbitrary<Literal>[] = {
      string: isOrder ? [string] : [string, string, nothing],
      number: isOrder ? [numeric] : [numeric, nothing],
      duration: isOrder ? [numeric, duration] : [numeric, duration, nothing],
      time: isOrder ? [time] : [time, nothing],
      level: isOrder ? [level, numeric] : [level, numeric, string.filter(isNoLevel), nothing],
      json: isOrder ? [string, numeric, duration] : [string, numeric, duration, boolean, nothing],
    }[type];
    const literal = isMatch ? regexp : fc.oneof(...some);
    const isList = operator === 'in' || operator === 'not in';
    return fc
      .array(literal, { minLength: 1, maxLength: isList ? 4 : 1 })
      .map((values) => ({ type: 'comparison', field: { path, exact, ...SPAN }, operator, values, ...SPAN }));
  });
});
/** A number in quotes is a level. */
function isNoLevel(literal: Literal): boolean {
  return literal.type === 'string' && !/^\s*\d+\s*$/.test(literal.value);
}
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: comparison, weight: 4 },
    {
      arbitrary: tie('expression').map((operand): Expression => ({ type: 'not', operand, ...SPAN })),
      weight: 1,
    },
    {
      arbitrary: fc
        .tuple(fc.constantFrom('and', 'or'), fc.array(tie('expression'), { minLength: 2, maxLength: 4 }))
        .map(([type, operands]): Expression => ({ type: type as 'and', operands, ...SPAN })),
      weight: 2,
    },
  ),
}));

/** Takes positions away, to compare trees. */
function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'position' && key !== 'length')
      .map(([key, each]) => [key, bare(each)]),
  );
}

describe('predicate and SQL', () => {
  test('agree on random filters and records, with node:sqlite as the judge', { timeout: 120_000 }, () => {
    const db = database();
    let yes = 0;
    let all = 0;
    fc.assert(
      fc.property(
        fc.array(expression, { minLength: 1, maxLength: 8 }),
        fc.array(records, { minLength: 1, maxLength: 8 }),
        (roots, rows) => {
          fill(db, rows);
          for (const root of roots) {
            const filter: Filter = { text: '', root };
            const { sql, params } = compileSql(filter);
            const chosen = db.prepare(`SELECT rowid AS id FROM records WHERE ${sql}`).all(...params);
            const ids = new Set(chosen.map(({ id }) => id));
            const test = compilePredicate(filter);
            for (const [index, row] of rows.entries()) {
              const passed = test(row);
              all++;
              if (passed) yes++;
              if (passed !== ids.has(index + 1)) {
                throw new Error(
                  `predicate ${passed}, SQL ${!passed}: ${formatFilter(filter)}\n${sql}\n${JSON.stringify(params)}`,
                );
              }
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
    // A test in which hardly anything matches would show nothing.
    expect(all).toBeGreaterThan(10_000);
    expect(yes / all).toBeGreaterThan(0.15);
    expect(yes / all).toBeLessThan(0.85);
  });

  test('agree on filters of text as a person would write them', () => {
    const rows: TraceRecord[] = [];
    fc.assert(
      fc.property(records, (row) => {
        rows.push(row);
      }),
      { numRuns: 200 },
    );
    const db = database(rows);
    for (const text of [
      "level >= warn and msg == '%a%'",
      "not msg == '%A%' or pid in [1, 2]",
      "a.b != null and not (a.b == 'a%')",
      "fields['odd key'] == true || time > '04:04' && time <= '2026-01-02T03:05Z'",
      "level in [warn, 'audit', 35]",
      "arg == 'n' and value == 'a%' and not (type == 'a' or arg.n == 'b')",
      "pid == 1 and (not value == 'a' or arg[0] != null)",
      'msg =~ /^a/i or name !~ /b/',
    ]) {
      const filter = parseFilter(text, OPTIONS);
      const { sql, params } = compileSql(filter);
      const chosen = db.prepare(`SELECT rowid AS id FROM records WHERE ${sql}`).all(...params);
      const test = compilePredicate(filter);
      expect(chosen.map(({ id }) => id)).toEqual(
        rows.flatMap((row, index) => (test(row) ? [index + 1] : [])),
      );
    }
  });
});

test('printing a random filter and parsing it gives the same tree', () => {
  fc.assert(
    fc.property(expression, (root) => {
      const printed = formatFilter({ root });
      expect(bare(parseFilter(printed, OPTIONS).root)).toEqual(bare(root));
    }),
    { numRuns: 3000 },
  );
});

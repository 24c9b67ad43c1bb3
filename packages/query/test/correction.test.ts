import { editDistance } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import {
  type Completions,
  checkFilter,
  completions,
  filterFields,
  gatherStatistics,
  parseFilter,
  rankOptions,
} from '../src/index.ts';
import { record } from './samples.ts';

const RECORDS = [
  ...Array.from({ length: 5 }, (_, index) => record({ message: 'timeout of the database', pid: 10 + index })),
  ...Array.from({ length: 12 }, (_, index) =>
    record({ message: `request ${index}`, fields: { ms: index, url: '/api' } }),
  ),
  record({ message: "it's 100%", level: 'audit', severity: 35, fields: { code: 'E1' } }),
];

function check(text: string): ReturnType<typeof checkFilter> {
  const filter = parseFilter(text, { zoneOffset: 0 });
  return checkFilter(filter, gatherStatistics(RECORDS, filterFields(filter)));
}

describe('the check of a filter against the data', () => {
  test('has nothing to say where everything can match', () => {
    for (const text of [
      "msg == '%TIMEOUT%'",
      'ms > 5',
      "level == 'audit' and level >= info",
      "url == null or url == '/api'",
      'missing == null',
      'msg =~ /^req/',
    ]) {
      expect(check(text)).toEqual([]);
    }
  });

  test('offers the values that begin with what was typed, then those near to it, with counts', () => {
    const [correction] = check("msg == 'request'");
    expect(correction).toMatchObject({ kind: 'no-match', position: 7, length: 9, more: 2 });
    expect(correction?.options).toHaveLength(10);
    expect(correction?.options[0]).toEqual({ text: "'request 0'", count: 1 });
    expect(check("url == '/aip'")[0]?.options).toEqual([{ text: "'/api'", count: 12 }]);
    expect(check("msg != 'zzzzzz'")[0]?.options[0]).toEqual({ text: "'timeout of the database'", count: 5 });
  });

  test('writes options so that they can be put into the filter', () => {
    const [correction] = check("msg == 'it'");
    expect(correction?.options[0]?.text).toBe(String.raw`'it\'s 100\%'`);
    expect(check(`msg == ${correction?.options[0]?.text}`)).toEqual([]);
    const [pattern] = check('msg =~ /nothing like it/');
    expect(check(`msg =~ ${pattern?.options[0]?.text}`)).toEqual([]);
  });

  test('works for lists, numbers, levels and times', () => {
    expect(check("url in ['/api', '/nope']")).toMatchObject([{ position: 16, length: 7 }]);
    expect(check('ms > 11')[0]?.message).toContain('from 0 to 11');
    expect(check('pid == 5')[0]?.message).toContain('from 10 to 4711');
    expect(check('level >= fatal')[0]?.options.map(({ text }) => text)).toEqual(['info', 'audit']);
    expect(check("time < '2020/01/01'")[0]?.message).toContain('from 2026-01-02T');
    expect(check('code == 5')[0]?.options).toEqual([{ text: "'E1'", count: 1 }]);
    expect(check("ms == '5'")[0]?.message).toContain('its values are numbers, from 0 to 11');
  });

  test('offers fields for one that no record has', () => {
    expect(check("mgs == 'x'")).toMatchObject([
      { kind: 'unknown-field', position: 0, length: 3, options: [{ text: 'msg' }] },
    ]);
  });

  test('does not judge where it does not know all values', () => {
    const filter = parseFilter("msg == 'nope'");
    expect(checkFilter(filter, gatherStatistics(RECORDS, ['msg'], { maxTexts: 3 }))).toEqual([]);
    expect(checkFilter(filter, { fields: new Map() })).toEqual([]);
    expect(checkFilter(filter, { fields: new Map(), complete: true })).toHaveLength(1);
  });
});

test('options are ranked by prefix, then by slips, then by count', () => {
  const options = [
    { text: 'timer', count: 9 },
    { text: 'time', count: 1 },
    { text: 'tmie', count: 50 },
    { text: 'other', count: 99 },
  ];
  expect(rankOptions('time', options).map(({ text }) => text)).toEqual(['timer', 'time', 'tmie']);
  expect(rankOptions('xyz', options)[0]?.text).toBe('other');
  expect([
    editDistance('wran', 'warn'),
    editDistance('abc', 'abc'),
    editDistance('abc', 'xyz'),
    editDistance('ab', 'b'),
  ]).toEqual([1, 0, 3, 1]);
});

describe('completion', () => {
  const statistics = gatherStatistics(RECORDS, ['msg', 'url', 'level']);
  function complete(text: string, cursor = text.length): Completions {
    return completions(text, cursor, { statistics });
  }
  const texts = (found: Completions): string[] => found.options.map(({ text }) => text);

  test.each([
    ['le', ['level'], 0],
    ['level', ['level'], 0],
    ['level >', ['>', '>='], 6],
    ['level >= w', ['warn'], 9],
    ["level == 'a", ["'audit'"], 9],
    ["msg == 'ti", ["'timeout of the database'"], 7],
    ['msg == ti', ["'timeout of the database'"], 7],
    ['not (url == /', [], 13],
    ['a == 1 a', ['and'], 7],
    ['a == 1 ', ['and', 'or'], 7],
    ['(a == 1 ', ['and', 'or', ')'], 8],
    ['a == 1 and pi', ['pid'], 11],
    ["url in ['/api', ", ["'/api'"], 16],
    ['a == 1 == ', [], 10],
    ['a == "x" ! ', [], 11],
  ])('after %j', (text, expected, start) => {
    const found = complete(text);
    expect(texts(found)).toEqual(expected);
    expect(found).toMatchObject({ start, end: text.length });
  });

  test('offers every field at the beginning, those that occur most first', () => {
    expect(texts(complete('')).slice(0, 2)).toEqual(['level', 'msg']);
    expect(texts(complete('not '))).toContain('url');
  });

  test('offers the operators of the field', () => {
    expect(texts(complete('pid '))).not.toContain('=~');
    expect(texts(complete('msg '))).toContain('=~');
  });

  test('looks only at what is left of the cursor', () => {
    expect(texts(complete("le == 'x'", 2))).toEqual(['level']);
  });

  test('never throws', () => {
    for (const text of ['\ud800', "'", '"a" ', '/', 'a =~ /(', 'a'.repeat(70_000), '('.repeat(200), '\0']) {
      expect(() => complete(text)).not.toThrow();
    }
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wantsColor } from '../src/color.ts';
import { jsonLine } from '../src/json-line.ts';
import { lastRecords } from '../src/last-records.ts';
import { formatAge, formatBytes, plural } from '../src/quantity.ts';
import { formatTable } from '../src/table.ts';
import { fitWidth, textWidth } from '../src/text-width.ts';

/** Colours, and nothing else that a terminal obeys. */
const COLOR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

describe('tables', () => {
  const columns = [
    { title: 'NAME', text: (row: [string, number]) => row[0] },
    { title: 'N', align: 'right' as const, text: (row: [string, number]) => String(row[1]) },
  ];

  test('columns are as wide as their widest cell, in columns of the terminal', () => {
    const rows: [string, number][] = [
      ['日本', 1],
      ['é', 22],
      ['plain', 3],
    ];
    expect(formatTable(columns, rows, false)).toBe('NAME    N\n日本    1\né      22\nplain   3\n');
  });

  test('cells can neither forge lines nor command the terminal', () => {
    const text = formatTable(columns, [['a\nb\x1b[2J\u202e\u009b', 1]], true);
    expect(text.split('\n')).toHaveLength(3);
    expect(text.replaceAll(COLOR, '')).toContain('a\\nb\\x1b[2J\\u202e\\x9b');
  });

  test('colours add no width', () => {
    const styled = columns.map((column) => ({ ...column, style: () => 'red' as const }));
    const plain = formatTable(columns, [['a', 1]], false);
    expect(formatTable(styled, [['a', 1]], true).replaceAll(COLOR, '')).toBe(plain);
  });

  test('an empty cell is a dash', () => {
    expect(formatTable(columns, [['', 1]], false)).toBe('NAME  N\n-     1\n');
  });
});

describe('widths', () => {
  test.for([
    ['', 0],
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['👍', 2],
  ] as const)('%j takes %i columns', ([text, width]) => {
    expect(textWidth(text)).toBe(width);
  });

  test('a text is cut to fit, in the middle of no character', () => {
    expect(fitWidth('日本語', 4)).toBe('日…');
    expect(fitWidth('abc', 3)).toBe('abc');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(textWidth(fitWidth(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

test('a line of JSON is harmless on a terminal and the same value to a parser', () => {
  expect(jsonLine({ a: '\x1b\u009b\u202e\u2028\x7f' })).toBe('{"a":"\\u001b\\u009b\\u202e\\u2028\\u007f"}\n');
  const unsafe = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = jsonLine({ text });
      return (JSON.parse(line) as { text: string }).text === text && !unsafe.test(line.slice(0, -1));
    }),
  );
});

test.for([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  [{ TERM: 'dumb' }, true, false],
] as const)('with %j on a terminal (%s) there are colours: %s', ([env, isTTY, expected]) => {
  expect(wantsColor({ isTTY }, env)).toBe(expected);
});

test('quantities are for people', () => {
  expect([0, 512, 1024, 20480, 1536, 5 * 1024 ** 3].map(formatBytes)).toEqual([
    '0 B',
    '512 B',
    '1 KiB',
    '20 KiB',
    '1.5 KiB',
    '5 GiB',
  ]);
  expect([-5, 12_000, 185_000, 7_800_000, 99 * 3_600_000].map(formatAge)).toEqual([
    '0s',
    '12s',
    '3m 5s',
    '2h 10m',
    '4d 3h',
  ]);
  expect([plural(1, 'record'), plural(2, 'record'), plural(0, 'process', 'processes')]).toEqual([
    '1 record',
    '2 records',
    '0 processes',
  ]);
});

test('the last of many are kept in order, whatever their number', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 0, max: 20 }), (values, count) => {
      expect(lastRecords(values as never[], count)).toEqual(count === 0 ? [] : values.slice(-count));
    }),
  );
});

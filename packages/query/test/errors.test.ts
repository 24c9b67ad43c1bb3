import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSql, FILTER_LIMITS, FilterSyntaxError, parseFilter } from '../src/index.ts';

function fault(text: string): FilterSyntaxError {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof FilterSyntaxError) return error;
    throw error;
  }
  throw new Error(`parsed: ${text}`);
}

test.each([5, null, undefined, {}, Symbol('s'), ['a == 1']])(
  '%s is no filter, and told as any other',
  (value) => {
    const error = fault(value as string);
    expect(error).toMatchObject({ code: 'ERR_TRACEBUF_FILTER_SYNTAX', position: 0, length: 0, text: '' });
    expect(error.message).toContain(`of type "${typeof value}"`);
    expect(error.caretLine()).toBe('\n^');
  },
);

describe('a fault', () => {
  test.each([
    ['level >= wran', 'VALUE', 'wran', 'warn'],
    ["level >= 'wran'", 'VALUE', "'wran'", 'warn'],
    ['msg < 5', 'VALUE', '5', "'5'"],
    ["pid == '5'", 'VALUE', "'5'", '5'],
    ['pid =~ /5/', 'OPERATOR', '=~', '=='],
    ['time =~ /5/', 'OPERATOR', '=~', '=='],
    ["time > '25:00'", 'VALUE', "'25:00'", "'YYYY/MM/DD HH:MM:SS.ffffff'"],
    ["time > '2026/02/30'", 'VALUE', "'2026/02/30'", "'YYYY/MM/DD HH:MM:SS.ffffff'"],
    ['time > 5', 'VALUE', '5', "'YYYY/MM/DD HH:MM:SS.ffffff'"],
    ['time > 10:15', 'SYNTAX', ':', undefined],
    ['name == pino', 'VALUE', 'pino', "'pino'"],
    ['a == b.c', 'VALUE', 'b.c', "'b.c'"],
    ['a == 1 == 2', 'SYNTAX', '==', 'and'],
    ['a == 1 b == 2', 'SYNTAX', 'b', 'and'],
    ['a == 1 nad b == 2', 'SYNTAX', 'nad', 'and'],
    ['a', 'SYNTAX', '', '=='],
    ['a and b == 1', 'SYNTAX', 'and', '=='],
    ['a ==', 'SYNTAX', '', undefined],
    ['level ==', 'SYNTAX', '', 'trace'],
    ['a == and', 'SYNTAX', 'and', undefined],
    ['a === 1', 'OPERATOR', '===', '=='],
    ['a <> 1', 'OPERATOR', '<>', '!='],
    ['a == 1 & b == 2', 'OPERATOR', '&', '&&'],
    ["'x' == 'y'", 'SYNTAX', "'y'", 'time'],
    ["'x'", 'SYNTAX', "'x'", 'time'],
    ['(a == 1', 'SYNTAX', '', ')'],
    ['a == 1)', 'SYNTAX', ')', 'and'],
    ['()', 'SYNTAX', ')', 'time'],
    ["a == 'x", 'SYNTAX', "'x", "'"],
    ["msg == 'C:\\Users'", 'SYNTAX', '\\U', '\\\\U'],
    ['a == 5parsecs', 'VALUE', 'parsecs', undefined],
    ['a == 5sm', 'VALUE', 'sm', 'ms'],
    ['pid > 5ms', 'VALUE', '5ms', '5'],
    ['a == 1e999', 'VALUE', '1e999', undefined],
    ['a > true', 'OPERATOR', 'true', '=='],
    ['msg == true', 'VALUE', 'true', undefined],
    ['a in 5', 'SYNTAX', '5', '['],
    ['a in []', 'SYNTAX', ']', undefined],
    ['a in [1 2]', 'SYNTAX', '2', ','],
    ['a == [1]', 'OPERATOR', '[', 'in'],
    ["msg =~ 'a/b'", 'VALUE', "'a/b'", '/a\\/b/'],
    ['msg == /a/', 'OPERATOR', '/a/', '=~'],
    ['msg =~ /a', 'SYNTAX', '/a', '/'],
    ['msg =~ /a/x', 'REGEXP', 'x', 'i'],
    ['msg =~ /a(?<=b)/', 'REGEXP', '(?<=', undefined],
    ['msg =~ /a(?!b)/', 'REGEXP', '(?!', undefined],
    [String.raw`msg =~ /[\1](a)\1/`, 'REGEXP', String.raw`\1`, undefined],
    [String.raw`msg =~ /(?<n>a)\k<n>/`, 'REGEXP', String.raw`\k<n>`, undefined],
    ['msg =~ /x(a/', 'REGEXP', 'x(a', undefined],
    ['msg =~ /xa**/', 'REGEXP', '**', undefined],
    ["req['a == 1", 'SYNTAX', "'a == 1", "'"],
    ["req['a' == 1", 'SYNTAX', ' ', ']'],
    ['fields == 1', 'FIELD', 'fields', undefined],
    ['a == 1 # x', 'SYNTAX', '#', undefined],
  ])('in %s', (text, code, found, option) => {
    const error = fault(text);
    expect(error.code).toBe(`ERR_TRACEBUF_FILTER_${code}`);
    expect(error.found).toBe(found);
    if (option !== undefined) expect(error.options[0]).toBe(option);
    expect(error.message).not.toMatch(/undefined|\[object/);
  });

  test('is shown by a caret under it', () => {
    expect(fault('level >= wran').caretLine()).toBe('level >= wran\n         ^^^^');
    expect(fault("a == '漢字' x").caretLine()).toBe("a == '漢字' x\n            ^");
    expect(fault("a == '\x1b[31m\n' x").caretLine()).toBe("a == '·[31m·' x\n              ^");
  });

  test('is shown in a window of a long filter', () => {
    const text = `${"a == 'x' and ".repeat(50)}b ! 5 ${"and a == 'x'".repeat(50)}`;
    const [line = '', carets = ''] = fault(text).caretLine(60).split('\n');
    expect(line.length).toBeLessThanOrEqual(60);
    expect(line[carets.indexOf('^')]).toBe('!');
  });

  test('names what lookbehind and backreferences are', () => {
    expect(fault('msg =~ /(?<!x)a/').message).toContain('lookbehind is not supported');
    expect(fault(String.raw`msg =~ /(a)\1/`).message).toContain('backreference is not supported');
  });
});

describe('a limit', () => {
  const list = (length: number): string => `[${Array.from({ length }, () => 1).join(',')}]`;
  test.each([
    ['text', `a == '${'x'.repeat(FILTER_LIMITS.textLength)}'`],
    ['nesting of parentheses', `${'('.repeat(101)}a == 1${')'.repeat(101)}`],
    ['nesting of not', `${'not '.repeat(101)}a == 1`],
    ['endless nesting', '('.repeat(60_000)],
    ['endless negation', '!'.repeat(60_000)],
    ['list', `a in ${list(1001)}`],
    ['values', `a in ${list(1000)} or a in ${list(1000)} or a == 1`],
    ['string', `a == '${'x'.repeat(10_001)}'`],
    ['pattern', `a == '%${'x'.repeat(1000)}'`],
    ['path', `a${'.b'.repeat(32)} == 1`],
    ['regular expression', `a =~ /${'x'.repeat(1001)}/`],
    ['program', 'a =~ /(a{1000})(b{1000})(c{1000})/'],
  ])('of %s is an error of its own', (_what, text) => {
    expect(fault(text).code).toBe('ERR_TRACEBUF_FILTER_LIMIT');
  });

  test('can be reached', () => {
    for (const text of [
      `${'('.repeat(100)}a == 1${')'.repeat(100)}`,
      `a in ${list(1000)} or a in ${list(1000)}`,
      `a == '${'x'.repeat(10_000)}'`,
    ]) {
      expect(compileSql(parseFilter(text)).sql).not.toBe('');
    }
  });
});

test('hostile text gives a FilterSyntaxError or a filter, and nothing else', { timeout: 60_000 }, () => {
  const pieces = fc.constantFrom(
    'level',
    'msg',
    'time',
    'pid',
    'a.b',
    'fields',
    "['",
    '["',
    ']',
    '[',
    '(',
    ')',
    'and',
    'or',
    'not',
    'in',
    'true',
    'null',
    '==',
    '!=',
    '=~',
    '!~',
    '<',
    '>=',
    '=',
    '!',
    '&&',
    '||',
    ',',
    '.',
    '-',
    "'",
    '"',
    '/',
    '\\',
    '%',
    '_',
    '^',
    '$',
    '*',
    '+',
    '?',
    '5',
    '0x',
    '1e999',
    '5ms',
    "'x%'",
    '/a+/i',
    '(?<=',
    '\\1',
    '{1000}',
    'warn',
    '\0',
    '\ud800',
    '\u2028',
    ' ',
    '10:15',
    "'-5m'",
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.array(pieces, { maxLength: 25 }).map((each) => each.join(' ')),
    fc.array(pieces, { maxLength: 25 }).map((each) => each.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        compileSql(parseFilter(text));
      } catch (error) {
        if (!(error instanceof FilterSyntaxError)) throw error;
        expect(error.position).toBeGreaterThanOrEqual(0);
        expect(error.position + error.length).toBeLessThanOrEqual(text.length);
        expect(error.caretLine().split('\n')).toHaveLength(2);
        expect(error.message).toMatch(/^[^\p{Cc}]*$/u);
      }
    }),
    { numRuns: 20_000 },
  );
});

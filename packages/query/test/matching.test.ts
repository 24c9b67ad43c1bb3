import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePredicate, parseFilter } from '../src/index.ts';
import { compileLike } from '../src/like.ts';
import { database, record } from './samples.ts';

/** Milliseconds of processor time: what else runs on the machine does not count. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const LONG = 'a'.repeat(100_000);

describe('a regular expression', () => {
  test.each([
    ['(a+)+$', `${LONG}!`],
    ['^(a|aa)+$', `${LONG}!`],
    ['(a*)*b', LONG],
    ['(.*a){20}b', LONG],
    ['(x+x+)+y', 'x'.repeat(100_000)],
    ['(a|b)*a(a|b){12}c', 'ab'.repeat(50_000)],
    ['a{1000}b', LONG],
  ])('%s takes bounded time on 100,000 characters', (source, message) => {
    const test = compilePredicate(parseFilter(`msg =~ /${source}/`));
    expect(processorTime(() => test(record({ message })))).toBeLessThan(5000);
  });

  test.each([
    ['/TIME/i', 'a timeout', true],
    ['/TIME/', 'a timeout', false],
    ['/^b/', 'a\nb', false],
    ['/^b/m', 'a\nb', true],
    ['/a.b/', 'a\nb', false],
    ['/a.b/s', 'a\nb', true],
    ['/^.$/', '😀', true],
    ['/^\\u0061(?<n>b)$/', 'ab', true],
    ['//', '', true],
  ])('%s on %j is %s', (regexp, message, expected) => {
    expect(compilePredicate(parseFilter(`msg =~ ${regexp}`))(record({ message }))).toBe(expected);
  });

  test('may be used by SQL of a caller', () => {
    const db = database([record({ message: 'timeout 5' }), record({ message: 'x' })]);
    expect(
      db.prepare("SELECT count(*) AS n FROM records WHERE message REGEXP 'time.*\\d'").get(),
    ).toMatchObject({ n: 1 });
    expect(
      db
        .prepare("SELECT regexp('a', NULL) AS a, regexp('a', 5) AS b, 9223372036854775807 REGEXP 'a' AS c")
        .get(),
    ).toMatchObject({
      a: null,
      b: 0,
      c: 0,
    });
  });
});

describe('LIKE', () => {
  test('is the same as that of SQLite', () => {
    const db = database();
    const like = db.prepare("SELECT ? LIKE ? ESCAPE '\\' AS yes");
    const piece = fc.constantFrom(
      'a',
      'A',
      'b',
      'é',
      'É',
      '😀',
      '\ud83d',
      '%',
      '%',
      '_',
      '\\%',
      '\\_',
      '\\\\',
      'k',
      '\u212a',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.array(piece, { maxLength: 8 }), (left, right) => {
        const [pattern, text] = [left.join('').toWellFormed(), right.join('').toWellFormed()];
        expect(compileLike(pattern)(text)).toBe(like.get(text, pattern)?.yes === 1);
      }),
      { numRuns: 20_000 },
    );
  });

  // Backtracking would take longer than the universe; the bound only has to tell the two apart.
  test.each([
    ['many wildcards', `${'%a'.repeat(16)}%b`],
    ['a long literal', `%${'a'.repeat(900)}b%`],
    ['many single wildcards', `%_${'a_'.repeat(400)}b`],
  ])('%s take bounded time on a long text', (_, pattern) => {
    const test = compileLike(pattern);
    expect(processorTime(() => expect(test(LONG.slice(0, 20_000))).toBe(false))).toBeLessThan(20_000);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMatchExpression } from '../src/match-expression.ts';

describe('match expressions', () => {
  test.each([
    ['port 9', 'link on port 9 up', true],
    ['Port', 'link on port 9 up', false],
    ['^link', 'link on port 9 up', true],
    ['^port', 'link on port 9 up', false],
    ['up$', 'link on port 9 up', true],
    ['^up$', 'link up', false],
    ['l.nk', 'link', true],
    ['li*nk', 'lnk', true],
    ['li*nk', 'liiink', true],
    ['^.*$', '', true],
    ['', 'anything', true],
    ['^$', '', true],
    ['^$', 'x', false],
    ['a^b$c', 'a^b$c', true],
    ['*a', '*a', true],
    ['*a', 'a', false],
    ['.', '😀', true],
    ['^.$', '😀', true],
    ['(a|b)+[c]\\d', '(a|b)+[c]\\d', true],
    ['ba**r', 'br', true],
  ])('%j on %j is %s', (expression, text, expected) => {
    expect(compileMatchExpression(expression)(text)).toBe(expected);
  });

  test('agrees with regular expressions on all they share', () => {
    const piece = fc.constantFrom('a', 'b', '.', 'a*', 'b*', '.*');
    const expression = fc
      .tuple(fc.boolean(), fc.array(piece, { maxLength: 8 }), fc.boolean())
      .map(([start, pieces, end]) => `${start ? '^' : ''}${pieces.join('')}${end ? '$' : ''}`);
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(expression, text, (pattern, subject) => {
        expect(compileMatchExpression(pattern)(subject)).toBe(new RegExp(pattern, 's').test(subject));
      }),
      { numRuns: 2000 },
    );
  });

  test('takes time in proportion to the text, where backtracking would not end', () => {
    const matches = compileMatchExpression(`^${'a*'.repeat(100)}$`);
    const started = performance.now();
    expect(matches(`${'a'.repeat(20_000)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('refuses an expression without end', () => {
    expect(() => compileMatchExpression('a'.repeat(257))).toThrow('257 characters');
  });
});

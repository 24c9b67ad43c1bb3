import { expect, test } from 'vitest';
import { parameterNames } from '../src/parameter-names.ts';

/** What starts an expression in a template. */
const OPEN = '$' + '{';
const OPEN_TEMPLATE = `\`${OPEN}`;

const TEXTS: readonly [string, readonly string[] | undefined][] = [
  ['x => x', ['x']],
  ['async x => x', ['x']],
  ['$_é => 1', ['$_é']],
  ['() => 1', []],
  ['(a, b) => a', ['a', 'b']],
  ['async (a, b,) => a', ['a', 'b']],
  ['function f(a, b) { return (c, d) => 1 }', ['a', 'b']],
  ['async function* f (a) {}', ['a']],
  ['function /* (x) */ f(a /* , y */, // z\n b) {}', ['a', 'b']],
  ['method(a) {}', ['a']],
  ['get x() {}', []],
  ['set x(value) {}', ['value']],
  ['*[Symbol.iterator](a) {}', ['a']],
  ['[(1, "(x)")](a) {}', ['a']],
  ["'quoted (name'(a) {}", ['a']],
  ['(a = 1, b = (2, 3), c = [4, 5], d = { e: 6, f: 7 }) => 1', ['a', 'b', 'c', 'd']],
  [`(a = ",)", b = ')', c = \`,${OPEN}\`)\`})\`, d) => 1`, ['a', 'b', 'c', 'd']],
  ['(a = /[,/)]/, b = 1 / 2, c = /\\/,/) => 1', ['a', 'b', 'c']],
  ['({ a, b: { c } }, [d, ...e], f) => 1', ['{…}', '[…]', 'f']],
  ['({ a } = {}, ...rest) => 1', ['{…}', '...rest']],
  ['(a, ...[b, c]) => 1', ['a', '...[…]']],
  ['(a = function (x, y) {}, b = (p, q) => p) => 1', ['a', 'b']],
  ['class A { constructor(a) {} }', undefined],
  ['function max() { [native code] }', undefined],
  ['not a function at all', undefined],
  ['(never, closed', undefined],
  ['', undefined],
];

test.each(TEXTS)('the parameters of %s', (text, names) => {
  expect(parameterNames(text)).toEqual(names);
});

test('a text without end is looked at only so far', () => {
  expect(parameterNames(`(${'a,'.repeat(1_000_000)}b) => 1`)).toBeUndefined();
  expect(parameterNames(`function f(a) { ${'('.repeat(1_000_000)} }`)).toEqual(['a']);
  expect(parameterNames(`(${OPEN_TEMPLATE.repeat(2000)}`)).toBeUndefined();
});

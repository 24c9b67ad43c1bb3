import type { Literal } from './ast.ts';
import type { FieldDefinition } from './catalog.ts';
import { convertUnit } from './units.ts';

/**
 * Tells whether a value counts as absent: what JSON has no word for, and `null`, which is what JSON makes of NaN.
 *
 * @param value A value of a record.
 */
export function isAbsent(value: unknown): boolean {
  const type = typeof value;
  if (type === 'number') return !Number.isFinite(value);
  return value === null || type === 'undefined' || type === 'function' || type === 'symbol';
}

/**
 * Reads a value as a number; numbers are doubles, in SQL too.
 *
 * @param value A value of a record.
 * @returns The number, or NaN, which compares as false with everything.
 */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  return typeof value === 'bigint' ? Number(value) : Number.NaN;
}

/**
 * The number that a literal stands for, in the unit of a field.
 *
 * @param literal The literal.
 * @param field The field it is compared with.
 * @returns The number; `undefined` for strings, booleans and `null`.
 */
export function literalNumber(
  literal: Literal,
  field: Pick<FieldDefinition<never>, 'type' | 'unit'>,
): number | undefined {
  switch (literal.type) {
    case 'number':
    case 'time':
    case 'level':
      return literal.value;
    case 'duration': {
      const to = field.unit ?? (field.type === 'duration' ? 'ns' : 'ms');
      return convertUnit(literal.value, literal.unit, to);
    }
    case 'string':
    case 'boolean':
    case 'null':
    case 'regexp':
      return undefined;
  }
}

/**
 * Compares texts by code points, as SQLite does by the bytes of UTF-8. JavaScript's own `<` goes by code units, which
 * puts characters beyond U+FFFF before U+E000.
 *
 * @param left A well-formed text.
 * @param right Another.
 * @returns Less than, equal to or greater than 0.
 */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a !== b)
      return (a >= 0xd800 && a < 0xe000 ? a + 0x10000 : a) - (b >= 0xd800 && b < 0xe000 ? b + 0x10000 : b);
  }
  return left.length - right.length;
}

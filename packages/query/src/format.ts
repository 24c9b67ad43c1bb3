import { parseLevel } from '@tracebuf/ring';
import type { Expression, Filter, Literal } from './ast.ts';
import { fieldName } from './catalog.ts';
import { escapeLike } from './like.ts';
import { printQuoted } from './strings.ts';

/**
 * Writes a filter in its one spelling: `and`, `or`, `not`, `==`, single quotes, the field left, parentheses only where
 * they are needed. Parsing the result gives the same tree, but for positions.
 *
 * @param filter A filter.
 * @returns Its text; empty where the filter lets every record pass.
 */
export function formatFilter(filter: Pick<Filter, 'root'>): string {
  return filter.root === undefined ? '' : formatExpression(filter.root);
}

/**
 * Writes one node of a filter, see {@link formatFilter}.
 *
 * @param node The node.
 */
export function formatExpression(node: Expression): string {
  switch (node.type) {
    case 'comparison': {
      const values = node.values.map(formatLiteral);
      const isList = node.operator === 'in' || node.operator === 'not in';
      return `${fieldName(node.field)} ${node.operator} ${isList ? `[${values.join(', ')}]` : values.join('')}`;
    }
    case 'not':
      return `not ${inner(node.operand, node.operand.type === 'and' || node.operand.type === 'or')}`;
    case 'and':
    case 'or':
      return (
        node.operands
          // An `and` in an `and` stays the tree it is only in parentheses.
          .map((operand) => inner(operand, operand.type === node.type || operand.type === 'or'))
          .join(` ${node.type} `)
      );
  }
}

function inner(node: Expression, needsParentheses: boolean): string {
  const text = formatExpression(node);
  return needsParentheses ? `(${text})` : text;
}

/**
 * Writes a literal, see {@link formatFilter}.
 *
 * @param literal The literal.
 */
function formatLiteral(literal: Literal): string {
  switch (literal.type) {
    case 'string':
      return printQuoted(literal.pattern);
    case 'number':
      return formatNumber(literal.value);
    case 'duration':
      return `${formatNumber(literal.value)}${literal.unit}`;
    case 'time':
      return printQuoted(escapeLike(literal.text));
    case 'level': {
      const isPlain = /^[a-z]+$/i.test(literal.text) && parseLevel(literal.text) !== undefined;
      return isPlain ? literal.text : printQuoted(escapeLike(literal.text));
    }
    case 'boolean':
      return String(literal.value);
    case 'null':
      return 'null';
    case 'regexp':
      return `/${escapeSlashes(literal.source)}/${literal.flags}`;
  }
}

/** String() drops the sign of zero. */
function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Puts a backslash before slashes that would end the expression. */
function escapeSlashes(source: string): string {
  let out = '';
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') out += character + source.charAt(++at);
    else {
      if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      out += character === '/' && !inClass ? '\\/' : character;
    }
  }
  return out;
}

import type { TraceRecord } from '@tracebuf/ring';
import type { Comparison, Expression, Filter, Literal, Operator } from './ast.ts';
import { elementsOf, type FieldCatalog, type FieldDefinition, fieldName } from './catalog.ts';
import { type CurrentElement, divideByElements, elementCatalog } from './element-fields.ts';
import { FilterSyntaxError, quote } from './errors.ts';
import { compileLike } from './like.ts';
import { recordCatalog } from './record-catalog.ts';
import { compileRegexp } from './regexp.ts';
import { compareText, isAbsent, literalNumber, toNumber } from './values.ts';

type Test = (value: unknown) => boolean;

/**
 * Compiles a filter into a test of records. Nothing is parsed or allocated when the test runs.
 *
 * Its logic has two values: a comparison with an absent field is false, and `not` of it is true. Only `== null` is
 * true of an absent field.
 *
 * @param filter What {@link parseFilter} gave.
 * @returns A test that does not throw.
 * @throws FilterSyntaxError where the filter names a field that records do not have.
 */
export function compilePredicate(filter: Filter): (record: TraceRecord) => boolean;
/**
 * Compiles a filter for records of another shape.
 *
 * @param filter What {@link parseFilter} gave for this catalog.
 * @param catalog The fields of the records.
 */
export function compilePredicate<R>(filter: Filter, catalog: FieldCatalog<R>): (record: R) => boolean;
export function compilePredicate(
  filter: Filter,
  catalog: FieldCatalog<never> = recordCatalog,
): (record: never) => boolean {
  const { root } = filter;
  if (root === undefined) return () => true;
  const { elements } = catalog;
  if (elements === undefined) return compileExpression(root, filter, catalog);
  const { apart, together } = divideByElements(root, catalog);
  if (together.length === 0) return compileExpression(root, filter, catalog);
  const current: CurrentElement = { isSet: false, value: undefined };
  const ofElements = elementCatalog(catalog, current);
  const before = join(
    apart.map((node) => compileExpression(node, filter, catalog)),
    true,
  );
  const test = join(
    together.map((node) => compileExpression(node, filter, ofElements)),
    true,
  );
  return (record) => {
    if (!before(record)) return false;
    const list = elementsOf(elements, record);
    current.isSet = list.length > 0;
    if (!current.isSet) return test(record);
    for (let index = 0; index < list.length; index++) {
      current.value = list[index];
      if (test(record)) return true;
    }
    return false;
  };
}

function compileExpression(
  node: Expression,
  filter: Filter,
  catalog: FieldCatalog<never>,
): (record: never) => boolean {
  switch (node.type) {
    case 'comparison':
      return compileComparison(node, resolveField(node, filter, catalog));
    case 'not': {
      const inner = compileExpression(node.operand, filter, catalog);
      return (record) => !inner(record);
    }
    case 'and':
    case 'or':
      return join(
        node.operands.map((operand) => compileExpression(operand, filter, catalog)),
        node.type === 'and',
      );
  }
}

/**
 * Finds the field of a comparison.
 *
 * @param node The comparison.
 * @param filter The filter it is in, for the message.
 * @param catalog Where to look.
 * @throws FilterSyntaxError where the catalog has no such field.
 */
export function resolveField<R>(
  node: Comparison,
  filter: Filter,
  catalog: FieldCatalog<R>,
): FieldDefinition<R> {
  const field = catalog.resolve(node.field.path, node.field.exact);
  if (field !== undefined) return field;
  const { position, length } = node.field;
  throw new FilterSyntaxError({
    code: 'ERR_TRACEBUF_FILTER_FIELD',
    message: `Unknown field ${quote(fieldName(node.field))}: parse the filter with the catalog it is compiled with`,
    text: filter.text,
    position,
    length,
    expected: 'field',
  });
}

/** Joins tests; two are by far the most common number, and are called without a loop. */
function join(tests: readonly ((record: never) => boolean)[], isAnd: boolean): (record: never) => boolean {
  const [first, second] = tests;
  if (tests.length === 2 && first !== undefined && second !== undefined) {
    return isAnd ? (record) => first(record) && second(record) : (record) => first(record) || second(record);
  }
  return (record) => {
    for (let index = 0; index < tests.length; index++) {
      if (tests[index]?.(record) !== isAnd) return !isAnd;
    }
    return isAnd;
  };
}

function compileComparison(node: Comparison, field: FieldDefinition<never>): (record: never) => boolean {
  const { operator, values } = node;
  const { get } = field;
  if (field.type !== 'level') {
    const test = compileTest(operator, values, field);
    return (record) => test(get(record));
  }
  // A level has two faces: names are matched as text, everything else is the severity.
  const label = field.label ?? ((): undefined => undefined);
  const texts = values.filter(({ type }) => type === 'string' || type === 'regexp');
  const others = values.filter(({ type }) => type !== 'string' && type !== 'regexp');
  if (texts.length === 0) {
    const test = compileTest(operator, values, field);
    return (record) => test(get(record));
  }
  if (others.length === 0) {
    const test = compileTest(operator, values, field);
    return (record) => test(label(record));
  }
  const isText = compileTest('in', texts, field);
  const isOther = compileTest('in', others, field);
  if (operator === 'in') return (record) => isText(label(record)) || isOther(get(record));
  return (record) => !isAbsent(get(record)) && !isText(label(record)) && !isOther(get(record));
}

function compileTest(operator: Operator, values: readonly Literal[], field: FieldDefinition<never>): Test {
  const [first] = values;
  switch (operator) {
    case '==':
    case 'in':
      return equalsAny(values, field);
    case '!=':
    case 'not in': {
      const test = equalsAny(values, field);
      return (value) => !isAbsent(value) && !test(value);
    }
    case '=~':
    case '!~': {
      if (first?.type !== 'regexp') return () => false;
      const test = onText(compileRegexp(first.source, first.flags));
      return operator === '=~' ? test : (value) => !isAbsent(value) && !test(value);
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return first === undefined ? () => false : order(operator, first, field);
  }
}

/** Tests text only; half a character counts as U+FFFD, which is what SQLite is given in its place. */
function onText(test: (text: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value.isWellFormed() ? value : value.toWellFormed());
}

function equals(literal: Literal, field: FieldDefinition<never>): Test {
  const number = literalNumber(literal, field);
  if (number !== undefined) return (value) => toNumber(value) === number;
  if (literal.type === 'string') return onText(compileLike(literal.pattern));
  if (literal.type === 'null') return isAbsent;
  if (literal.type !== 'boolean') return () => false;
  const { value: wanted } = literal;
  return (value) => value === wanted;
}

function equalsAny(values: readonly Literal[], field: FieldDefinition<never>): Test {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return equals(first, field);
  const numbers = new Set<number>();
  const tests: Test[] = [];
  for (const value of values) {
    const number = literalNumber(value, field);
    if (number === undefined) tests.push(equals(value, field));
    else numbers.add(number);
  }
  return (value) => {
    if (numbers.size > 0 && numbers.has(toNumber(value))) return true;
    for (let index = 0; index < tests.length; index++) if (tests[index]?.(value)) return true;
    return false;
  };
}

function order(operator: '<' | '<=' | '>' | '>=', literal: Literal, field: FieldDefinition<never>): Test {
  const limit = literalNumber(literal, field);
  if (limit !== undefined) {
    switch (operator) {
      case '<':
        return (value) => toNumber(value) < limit;
      case '<=':
        return (value) => toNumber(value) <= limit;
      case '>':
        return (value) => toNumber(value) > limit;
      case '>=':
        return (value) => toNumber(value) >= limit;
    }
  }
  if (literal.type !== 'string') return () => false;
  const { value: text } = literal;
  switch (operator) {
    case '<':
      return onText((value) => compareText(value, text) < 0);
    case '<=':
      return onText((value) => compareText(value, text) <= 0);
    case '>':
      return onText((value) => compareText(value, text) > 0);
    case '>=':
      return onText((value) => compareText(value, text) >= 0);
  }
}

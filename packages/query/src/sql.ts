import type { Comparison, Expression, Filter, Literal, Operator, PathSegment } from './ast.ts';
import type { FieldCatalog, FieldDefinition, FieldSource } from './catalog.ts';
import { divideByElements } from './element-fields.ts';
import { elementDocument, elementRows, elementSource } from './element-sql.ts';
import { type Fragment, joinBalanced, type SqlValue, sql, trusted } from './fragment.ts';
import { hasWildcard, unescapeLike } from './like.ts';
import { resolveField } from './predicate.ts';
import { recordCatalog } from './record-catalog.ts';
import { literalNumber } from './values.ts';

/** A condition for `WHERE`. */
export interface CompiledSql {
  /** An expression that is 1, 0 or NULL, the last two meaning no; in parentheses where it needs them. */
  readonly sql: string;
  /** What to bind to its `?`, in order. */
  readonly params: SqlValue[];
}

/** Where a filter finds its fields in SQL. */
export interface SqlSchema {
  /** The fields; default those of the table `records`, see {@link createRecordCatalog}. */
  readonly catalog?: FieldCatalog<never>;
  /**
   * Compiles a node in another way: for tables in which a condition is more than an expression on a row, such as
   * texts in a table of their own. Return `undefined` to leave the node to the compiler.
   *
   * @param node Any node, outermost first; of a filter on fields of elements its parts.
   * @param compile Compiles a node as if there were no such hook for the node itself.
   */
  readonly customize?: (
    node: Expression,
    compile: (node: Expression) => CompiledSql,
  ) => CompiledSql | undefined;
}

/** One way to look at a value: what makes it present, and its faces as text, number and so on. */
interface Face {
  /** Whether there is a value that is not null. */
  readonly present: Fragment;
  /** Is a condition true of the value, given that it is text (or a number)? */
  text(test: (value: Fragment) => Fragment): Fragment;
  number(test: (value: Fragment) => Fragment): Fragment;
  boolean(value: boolean): Fragment;
}

/**
 * Compiles a filter into a parameterised SQL condition that agrees with {@link compilePredicate} on every row.
 * What a user typed is only ever bound. The connection needs {@link registerSqlFunctions}; the JSON column must hold
 * what {@link fieldsToJson} gives.
 *
 * @param filter What {@link parseFilter} gave, with the same catalog.
 * @param schema Where the fields are; default the table `records`.
 * @throws FilterSyntaxError where the filter names a field that the catalog does not have.
 */
export function compileSql(filter: Filter, schema: SqlSchema = {}): CompiledSql {
  if (filter.root === undefined) return { sql: '1', params: [] };
  const { sql: text, params } = new SqlCompiler(filter, schema).whole(filter.root);
  return { sql: text, params: [...params] };
}

class SqlCompiler {
  readonly #filter: Filter;
  readonly #schema: SqlSchema;
  readonly #catalog: FieldCatalog<never>;
  /** Whether it is within the rows of {@link elementRows}. */
  #isInElement = false;

  constructor(filter: Filter, schema: SqlSchema) {
    this.#filter = filter;
    this.#schema = schema;
    this.#catalog = schema.catalog ?? recordCatalog;
  }

  whole(root: Expression): Fragment {
    const { elements } = this.#catalog;
    if (elements === undefined) return this.expression(root);
    const { apart, together } = divideByElements(root, this.#catalog);
    if (together.length === 0) return this.expression(root);
    const parts = apart.map((node) => this.expression(node));
    this.#isInElement = true;
    const test = joinBalanced(
      together.map((node) => this.expression(node)),
      'AND',
    );
    const rows = elementRows(elements, this.#catalog);
    return joinBalanced([...parts, sql`EXISTS (SELECT 1 FROM ${rows} WHERE ${test})`], 'AND');
  }

  expression(node: Expression): Fragment {
    const custom = this.#schema.customize?.(node, (each) => {
      const { sql: text, params } = each === node ? this.#plain(each) : this.expression(each);
      return { sql: text, params: [...params] };
    });
    return custom === undefined ? this.#plain(node) : sql`(${custom})`;
  }

  #plain(node: Expression): Fragment {
    switch (node.type) {
      case 'comparison':
        return this.#comparison(node, resolveField(node, this.#filter, this.#catalog));
      case 'not':
        // Not NOT: of a comparison with an absent field, which is NULL, the negation is true.
        return sql`((${this.expression(node.operand)}) IS NOT TRUE)`;
      case 'and':
      case 'or':
        return joinBalanced(
          node.operands.map((operand) => this.expression(operand)),
          node.type === 'and' ? 'AND' : 'OR',
        );
    }
  }

  #comparison(node: Comparison, field: FieldDefinition<never>): Fragment {
    const { operator, values } = node;
    const source = this.#isInElement ? elementSource(field) : field.source;
    if (field.type !== 'level' || source.kind !== 'column') {
      return onFaces(source, (face) => compare(face, operator, values, field));
    }
    // A level has two faces: names are matched as text, everything else is the severity.
    const severity = columnFace(source.expression);
    const label = columnFace(source.label ?? 'NULL');
    const texts = values.filter(({ type }) => type === 'string' || type === 'regexp');
    if (texts.length === 0) return compare(severity, operator, values, field);
    if (texts.length === values.length) return compare(label, operator, values, field);
    const others = values.filter((value) => !texts.includes(value));
    const any = sql`(${compare(label, 'in', texts, field)} OR ${compare(severity, 'in', others, field)})`;
    return operator === 'in' ? any : sql`(${severity.present} AND (${any}) IS NOT TRUE)`;
  }
}

function columnFace(expression: string): Face {
  const value = trusted(expression);
  return {
    present: sql`(${value} IS NOT NULL)`,
    text: (test) => test(value),
    number: (test) => test(value),
    // Only JSON has booleans.
    boolean: () => trusted('0'),
  };
}

/** Keys that SQLite's JSON paths can spell in every version: no quotes, backslashes or control characters. */
const PLAIN_KEY = /^[^"\\\p{Cc}]+$/u;

function jsonFace(document: Fragment, path: readonly PathSegment[]): Face {
  let json = document;
  let at = '$';
  if (path.every((segment) => typeof segment === 'number' || PLAIN_KEY.test(segment))) {
    at = `$${path.map((segment) => (typeof segment === 'number' ? `[${segment}]` : `."${segment}"`)).join('')}`;
  } else json = sql`tracebuf_json(${json}, ${JSON.stringify(path)})`;
  const type = sql`json_type(${json}, ${at})`;
  const value = sql`json_extract(${json}, ${at})`;
  return {
    present: sql`(${type} <> 'null')`,
    text: (test) => sql`(${type} = 'text' AND ${test(value)})`,
    // As doubles, which is what JavaScript made of the same digits.
    number: (test) => sql`(${type} IN ('integer', 'real') AND ${test(sql`CAST(${value} AS REAL)`)})`,
    boolean: (wanted) => sql`(${type} = ${wanted ? 'true' : 'false'})`,
  };
}

function onFaces(source: FieldSource, build: (face: Face) => Fragment): Fragment {
  if (source.kind === 'column') return build(columnFace(source.expression));
  if (source.kind === 'element') return build(jsonFace(elementDocument(source), source.path));
  const document = trusted(source.document);
  const nested = build(jsonFace(document, source.path));
  if (!source.flat) return nested;
  const key = [source.path.join('.')];
  const isFlat = sql`json_type(${document}, ${`$."${key[0] ?? ''}"`}) IS NOT NULL`;
  return sql`CASE WHEN ${isFlat} THEN ${build(jsonFace(document, key))} ELSE ${nested} END`;
}

function compare(
  face: Face,
  operator: Operator,
  values: readonly Literal[],
  field: FieldDefinition<never>,
): Fragment {
  const [first] = values;
  switch (operator) {
    case '==':
    case 'in':
      return equalsAny(face, values, field);
    case '!=':
    case 'not in':
      return sql`(${face.present} AND (${equalsAny(face, values, field)}) IS NOT TRUE)`;
    case '=~':
    case '!~': {
      if (first?.type !== 'regexp') return trusted('0');
      const flags = first.flags.replace('u', '');
      // Node 22 would cut the parameter at a NUL.
      const source = first.source.replaceAll('\0', '\\x00');
      const pattern = flags === '' ? source : `(?${flags})${source}`;
      const found = face.text((value) =>
        withoutNul(value, sql`regexp(${pattern}, ${value})`, sql`regexp(${pattern}, CAST(${value} AS BLOB))`),
      );
      return operator === '=~' ? found : sql`(${face.present} AND (${found}) IS NOT TRUE)`;
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (first === undefined) return trusted('0');
      const sign = trusted(operator);
      const limit = literalNumber(first, field);
      if (limit !== undefined) return face.number((value) => sql`${value} ${sign} ${limit}`);
      if (first.type !== 'string') return trusted('0');
      const { value: text } = first;
      return face.text((value) => sql`${value} ${sign} ${text}`);
    }
  }
}

/** SQLite's LIKE, and functions on Node 22, see text only up to a NUL character; the rare text with one goes around. */
function withoutNul(value: Fragment, usual: Fragment, withNul: Fragment): Fragment {
  return sql`CASE WHEN instr(${value}, char(0)) = 0 THEN ${usual} ELSE ${withNul} END`;
}

function equalsAny(face: Face, values: readonly Literal[], field: FieldDefinition<never>): Fragment {
  const numbers: number[] = [];
  const texts: string[] = [];
  const alternatives: Fragment[] = [];
  for (const literal of values) {
    const number = literalNumber(literal, field);
    if (number !== undefined) numbers.push(number);
    else if (literal.type === 'string') {
      const { pattern } = literal;
      if (hasWildcard(pattern) || pattern.includes('\0'))
        alternatives.push(face.text((value) => like(value, pattern)));
      else texts.push(unescapeLike(pattern));
    } else if (literal.type === 'boolean') alternatives.push(face.boolean(literal.value));
    else if (literal.type === 'null') alternatives.push(sql`((${face.present}) IS NOT TRUE)`);
  }
  if (numbers.length > 0) alternatives.unshift(face.number((value) => sql`${value} ${oneOf(numbers)}`));
  // NOCASE is ASCII's case only, as LIKE is; it compares up to a NUL, but the text here has none.
  if (texts.length > 0) {
    alternatives.unshift(face.text((value) => sql`${value} COLLATE NOCASE ${oneOf(texts)}`));
  }
  return joinBalanced(alternatives, 'OR');
}

function oneOf(values: readonly SqlValue[]): Fragment {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return sql`= ${first}`;
  return { sql: `IN (${values.map(() => '?').join(', ')})`, params: values };
}

function like(value: Fragment, pattern: string): Fragment {
  if (!pattern.includes('\0')) {
    return withoutNul(
      value,
      sql`${value} LIKE ${pattern} ESCAPE '\\'`,
      sql`tracebuf_like(${pattern}, CAST(${value} AS BLOB))`,
    );
  }
  return sql`tracebuf_like(${new TextEncoder().encode(pattern)}, CAST(${value} AS BLOB))`;
}

import {
  type Comparison,
  type CompiledSql,
  compileSql,
  createCatalog,
  type Expression,
  type FieldDefinition,
  type Filter,
  type Operator,
} from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';

/** Where the fields of a function are in `functions AS f`. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['func', '"f"."name"'],
  ['module', '"f"."module"'],
]);
/** Operators that only a text fulfils, which then is in the table. */
const OF_TEXTS: ReadonlySet<Operator> = new Set(['==', 'in', '=~', '<', '<=', '>', '>=']);

const catalog = createCatalog<TraceRecord>(
  Array.from(COLUMNS, ([name, expression]): FieldDefinition<TraceRecord> => {
    const get = (record: TraceRecord): unknown => record.fields?.[name];
    return { name, type: 'json', get, source: { kind: 'column', expression } };
  }),
);

/**
 * Compiles a comparison of a function's name or file for `entries AS e`: it is put to the functions, of which there are few.
 *
 * @param compile Compiles it for the fields of an entry.
 * @returns `undefined` for every other comparison.
 */
export function onFunctions(
  node: Comparison,
  filter: Filter,
  compile: (node: Comparison) => CompiledSql,
): CompiledSql | undefined {
  const condition = ofFunction(node, filter);
  if (condition === undefined) return undefined;
  const { sql, params } = condition;
  const isIn = `(SELECT "n"."func" IN (SELECT "f"."id" FROM "functions" AS "f" WHERE ${sql})
    FROM "function_entries" AS "n" WHERE "n"."id" = "e"."id")`;
  // Every entry with a text as its function has a row there. A file may be told without a function.
  if (nameOf(node) === 'func') return { sql: isIn, params };
  const own = compile(node);
  return { sql: `coalesce(${isIn}, ${own.sql})`, params: [...params, ...own.params] };
}

/**
 * What a filter asks of the function in any case, as a condition on `functions AS f`; `undefined` where it lets records of
 * no function pass.
 */
export function functionsOf(filter: Filter): CompiledSql | undefined {
  const conditions: CompiledSql[] = [];
  let isNamed = false;
  const visit = (node: Expression): void => {
    if (node.type === 'and') node.operands.forEach(visit);
    if (node.type !== 'comparison') return;
    const condition = ofFunction(node, filter);
    if (condition === undefined) return;
    conditions.push(condition);
    isNamed ||= nameOf(node) === 'func';
  };
  if (filter.root !== undefined) visit(filter.root);
  if (!isNamed) return undefined;
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    params: conditions.flatMap(({ params }) => params),
  };
}

function ofFunction(node: Comparison, filter: Filter): CompiledSql | undefined {
  const name = nameOf(node);
  if (!COLUMNS.has(name) || !OF_TEXTS.has(node.operator)) return undefined;
  if (!node.values.every(({ type }) => type === 'string' || type === 'regexp')) return undefined;
  return compileSql({ text: filter.text, root: node }, { catalog });
}

function nameOf({ field }: Comparison): string {
  return field.exact ? '' : field.path.join('.');
}

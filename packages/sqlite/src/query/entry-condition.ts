import {
  argumentList,
  type Comparison,
  type CompiledSql,
  compileSql,
  createCatalog,
  createRecordCatalog,
  type Expression,
  type FieldCatalog,
  type FieldDefinition,
  type Filter,
  type SqlValue,
} from '@tracebuf/query';
import { Level, type TraceRecord } from '@tracebuf/ring';
import { MATCHES } from '../full-text.ts';
import { functionsOf, onFunctions } from './function-condition.ts';
import type { Selection, TextSearch } from './record-source.ts';
import { searchPattern } from './shown-text.ts';

/** A selection as a condition on `entries AS e`. */
export interface EntryCondition {
  /** An SQL expression; `1` where every entry is wanted. */
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** Times outside of these can't fulfil it; microseconds, both included. */
  readonly low: number;
  readonly high: number;
  /** The one trace that can fulfil it: there is an index by it. */
  readonly trace: string | undefined;
  /** Whether only errors and worse can fulfil it: they have an index. */
  readonly isOfErrors: boolean;
  /** A condition on `functions AS f` that the function has to fulfil in any case. */
  readonly functions: CompiledSql | undefined;
}

/** How the texts of a column are looked at. */
export interface ConditionOptions {
  /**
   * Whether there are so many texts that looking all of them through costs more than looking up the text of each entry that
   * is come by.
   */
  readonly manyTexts: boolean;
  /** Whether there is a table of functions: databases that nobody has written to for long may have none. Default yes. */
  readonly hasFunctions?: boolean;
}

/** Where the fields of a filter are: in the entry itself, among the texts, or in the ring's and the process's row. */
const TEXT_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['msg', 'message'],
  ['message', 'message'],
  ['kind', 'kind'],
  ['level', 'level'],
]);
const RING_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['process', '"p"."name"'],
  ['pid', '"p"."pid"'],
  ['buffer', '"r"."buffer"'],
  ['thread', '"r"."thread"'],
  ['tid', '"r"."thread"'],
]);
const OWN_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['traceId', '"e"."trace"'],
  ['spanId', '"e"."span"'],
]);

const RINGS = 'FROM "rings" AS "r" JOIN "processes" AS "p" ON "p"."id" = "r"."process"';

const FIELDS = createRecordCatalog('e').fields;
/** For a condition on one text, or on one ring: the same fields, found there. */
const textCatalog = catalogWith((name) => (TEXT_COLUMNS.has(name) ? '"s"."text"' : undefined));
const ringCatalog = catalogWith((name) => RING_COLUMNS.get(name));
/** For a condition on an entry; what is interned is looked up. */
const entryCatalog: FieldCatalog<TraceRecord> = catalogWith((name) => {
  const text = TEXT_COLUMNS.get(name);
  if (text === 'message')
    return 'coalesce("e"."text", (SELECT "text" FROM "strings" WHERE "id" = "e"."message"))';
  if (text !== undefined) return `(SELECT "text" FROM "strings" WHERE "id" = "e"."${text}")`;
  const ring = RING_COLUMNS.get(name);
  if (ring !== undefined) return `(SELECT ${ring} ${RINGS} WHERE "r"."id" = "e"."ring")`;
  return OWN_COLUMNS.get(name);
});

function catalogWith(expressionOf: (name: string) => string | undefined): FieldCatalog<TraceRecord> {
  const fields = FIELDS.map((field): FieldDefinition<TraceRecord> => {
    const expression = expressionOf(field.name);
    if (expression === undefined || field.source.kind !== 'column') return field;
    const source =
      field.type === 'level'
        ? ({ kind: 'column', expression: '"e"."severity"', label: expression } as const)
        : ({ kind: 'column', expression } as const);
    return { ...field, source };
  });
  const document = '"e"."fields"';
  const get = (record: TraceRecord): unknown => record.fields;
  return createCatalog<TraceRecord>(fields, { root: 'fields', get, document }, argumentList(document));
}

/**
 * Compiles a selection for the tables of a database. A condition on a text is put to the texts, of which there are far fewer
 * than entries, and one on a process or buffer to the rings; entries are then compared by number.
 */
export function compileEntryCondition(
  { filter, search, words }: Selection,
  options: ConditionOptions,
): EntryCondition {
  const { hasFunctions = true } = options;
  const parts: { readonly sql: string; readonly params: readonly SqlValue[] }[] = [];
  if (filter.root !== undefined) {
    const customize = (node: Expression, compile: (node: Expression) => CompiledSql) => {
      if (node.type !== 'comparison') return undefined;
      const interned = compileInterned(node, filter, options);
      return interned ?? (hasFunctions ? onFunctions(node, filter, compile) : undefined);
    };
    parts.push(compileSql(filter, { catalog: entryCatalog, customize }));
  }
  if (search !== undefined) parts.push(searchCondition(search, options));
  if (words !== undefined) parts.push({ sql: MATCHES, params: [words] });
  const bounds = boundsOf(filter);
  // What the filter says of it does not reach the index: it also takes other cases.
  if (bounds.trace !== undefined) parts.unshift({ sql: '"e"."trace" = ?', params: [bounds.trace] });
  return {
    sql: parts.length === 0 ? '1' : parts.map(({ sql }) => `(${sql})`).join(' AND '),
    params: parts.flatMap(({ params }) => params),
    functions: hasFunctions ? functionsOf(filter) : undefined,
    ...bounds,
  };
}

function compileInterned(
  node: Comparison,
  filter: Filter,
  options: ConditionOptions,
): { sql: string; params: SqlValue[] } | undefined {
  const name = nameOf(node);
  const column = TEXT_COLUMNS.get(name);
  const alone = { text: filter.text, root: node };
  if (column !== undefined) {
    // A level is a text and a number; only conditions on the text alone are about the texts.
    if (name === 'level' && !node.values.every(({ type }) => type === 'string' || type === 'regexp')) return;
    return onText(column, compileSql(alone, { catalog: textCatalog }), options);
  }
  if (!RING_COLUMNS.has(name)) return undefined;
  const { sql, params } = compileSql(alone, { catalog: ringCatalog });
  return { sql: `"e"."ring" IN (SELECT "r"."id" ${RINGS} WHERE ${sql})`, params };
}

/** A condition on the text of a column. A message has a number, or stands in its entry. */
function onText(
  column: string,
  { sql, params }: { readonly sql: string; readonly params: readonly SqlValue[] },
  { manyTexts }: ConditionOptions,
): { sql: string; params: SqlValue[] } {
  const interned = manyTexts
    ? `(SELECT ${sql} FROM "strings" AS "s" WHERE "s"."id" = "e"."${column}")`
    : `"e"."${column}" IN (SELECT "s"."id" FROM "strings" AS "s" WHERE ${sql})`;
  if (column !== 'message') return { sql: interned, params: [...params] };
  const own = `(SELECT ${sql} FROM (SELECT "e"."text" AS "text") AS "s")`;
  return {
    sql: `CASE WHEN "e"."message" IS NULL THEN ${own} ELSE ${interned} END`,
    params: [...params, ...params],
  };
}

/** Agrees with `compileSearch`. */
function searchCondition(
  search: TextSearch,
  options: ConditionOptions,
): { sql: string; params: readonly SqlValue[] } {
  const pattern = searchPattern(search);
  const found = (value: string): string => `regexp(?, ${withNul(value)})`;
  const inText = { sql: found('"s"."text"'), params: [pattern] };
  const alternatives = [
    onText('message', inText, options),
    onText('level', inText, options),
    {
      sql: `"e"."ring" IN (SELECT "r"."id" ${RINGS} WHERE ${found('"r"."buffer"')}
        OR ${found(`("p"."name" || '.' || "p"."pid")`)})`,
      params: [pattern, pattern],
    },
    inFields(search, pattern),
  ];
  return {
    sql: alternatives.map(({ sql }) => sql).join(' OR '),
    params: alternatives.flatMap(({ params }) => params),
  };
}

/** Fields as they are shown are put together only where what has to be in them is in them as they are stored. */
function inFields(search: TextSearch, pattern: string): { sql: string; params: readonly SqlValue[] } {
  const shown = 'regexp(?, tracebuf_shown_fields("e"."fields", "e"."trace", "e"."span"))';
  const part = requiredPart(search.source);
  if (part === undefined) {
    const none = '"e"."fields" IS NULL AND "e"."trace" IS NULL AND "e"."span" IS NULL';
    return { sql: `CASE WHEN ${none} THEN 0 ELSE ${shown} END`, params: [pattern] };
  }
  const stored = `coalesce("e"."fields", '') || ' traceId ' || coalesce("e"."trace", '') || ' spanId ' || coalesce("e"."span", '')`;
  // Takes both cases, as ASCII has them: more than the expression at most.
  return {
    sql: `CASE WHEN (${stored}) LIKE ? ESCAPE '\\' THEN ${shown} ELSE 0 END`,
    // K and S have relatives outside of ASCII that an expression without case takes: any character may stand for them.
    params: [`%${part.replace(/[\\%_]/g, '\\$&').replace(/[ks]/gi, '_')}%`, pattern],
  };
}

/**
 * A text that everything that an expression matches has in it, of characters that are the same in fields as they are stored and as
 * they are shown; `undefined` where none is easily told.
 */
function requiredPart(source: string): string | undefined {
  const pieces = source.split(/\.[*+?]?|[$^]/);
  if (pieces.some((piece) => /[\\|()[\]{}*+?]/.test(piece))) return undefined;
  const runs = pieces.flatMap((piece) => piece.match(/[\w/:-]+/g) ?? []);
  const [longest = ''] = runs.sort((left, right) => right.length - left.length);
  return longest.length < 2 ? undefined : longest;
}

/** Node 22 cuts text at a NUL when it calls a function. */
function withNul(value: string): string {
  return `CASE WHEN instr(${value}, char(0)) = 0 THEN ${value} ELSE CAST(${value} AS BLOB) END`;
}

function nameOf(node: Comparison): string {
  return node.field.exact ? '' : node.field.path.join('.');
}

/** What can be told of the times, the trace and the levels that fulfil a filter, from what it asks for in any case. */
function boundsOf({ root }: Filter): Pick<EntryCondition, 'low' | 'high' | 'trace' | 'isOfErrors'> {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let trace: string | undefined;
  let isOfErrors = false;
  const visit = (node: Expression): void => {
    if (node.type === 'and') node.operands.forEach(visit);
    if (node.type !== 'comparison') return;
    const [value] = node.values;
    const { operator } = node;
    if (node.values.length !== 1 || value === undefined) return;
    if (nameOf(node) === 'time' && (value.type === 'time' || value.type === 'number')) {
      if (operator === '>' || operator === '>=' || operator === '==')
        low = Math.max(low, Math.ceil(value.value));
      if (operator === '<' || operator === '<=' || operator === '==')
        high = Math.min(high, Math.floor(value.value));
    }
    if (nameOf(node) === 'level' && (value.type === 'level' || value.type === 'number')) {
      if (operator === '>' || operator === '>=' || operator === '==')
        isOfErrors ||= value.value >= Level.error;
    }
    // Ids are stored in lower case.
    if (nameOf(node) === 'traceId' && operator === '==' && value.type === 'string') {
      if (/^[\da-f]{32}$/i.test(value.pattern)) trace = value.pattern.toLowerCase();
    }
  };
  if (root !== undefined) visit(root);
  return { low, high, trace, isOfErrors };
}

import type { DatabaseSync } from 'node:sqlite';
import {
  type Comparison,
  compileSql,
  createCatalog,
  type DataStatistics,
  type Expression,
  type FieldStatistics,
  type Filter,
  fieldName,
  gatherStatistics,
} from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import type { PlacedRecord, RecordKey, RecordSource, Selection, Work } from './record-source.ts';

/** Newest records that are looked at. */
const SAMPLE = 50_000;
const STEP = 2000;
/** Beyond so many texts not all are looked through for what a filter asks for. */
const MOST_TEXTS = 2_000_000;
/** Texts that begin like what a filter asks for, offered in its place. */
const SIMILAR = 50;

/** Functions that are offered for a filter; where there are more, none is said not to occur. */
const MOST_FUNCTIONS = 20_000;

const ALL: Selection = { filter: { text: '', root: undefined } };
/** Fields whose values are in the tables of rings and processes, which are small. */
const RING_FIELDS: ReadonlyMap<string, string> = new Map([
  ['process', 'p.name'],
  ['pid', 'p.pid'],
  ['buffer', 'r.buffer'],
  ['thread', 'r.thread'],
  ['tid', 'r.thread'],
]);
/** Fields of which every text has a number. */
const TEXT_FIELDS: ReadonlySet<string> = new Set(['kind', 'level']);

/**
 * Tells what occurs: exactly for times, processes and buffers; else from the newest records, and where those are not all, so
 * that nothing is said not to occur which does. Levels and kinds that a filter asks for are looked up among all, and functions
 * are all known.
 *
 * @param hasFunctions Whether there is a table of functions.
 */
export function* databaseStatistics(
  database: DatabaseSync,
  source: RecordSource,
  names: Iterable<string>,
  filter: Filter | undefined,
  hasFunctions: boolean,
): Work<DataStatistics> {
  const fields = new Map<string, FieldStatistics>();
  const rest: string[] = [];
  for (const name of new Set(names)) {
    const column = RING_FIELDS.get(name);
    if (column !== undefined) fields.set(name, ringStatistics(database, column));
    else if (name === 'time') fields.set(name, timeStatistics(source));
    else rest.push(name);
  }
  if (rest.length === 0) return { fields };
  const sample: TraceRecord[] = [];
  let from: RecordKey | undefined;
  let isAll = false;
  while (sample.length < SAMPLE && !isAll) {
    const page: PlacedRecord[] = yield* source.read(ALL, from, 'backward', STEP);
    for (const { record } of page) sample.push(record);
    from = page.at(-1)?.key;
    isAll = page.length < STEP;
    yield { part: sample.length / SAMPLE, found: sample.length };
  }
  const asked = comparisonsOf(filter);
  for (const [name, found] of gatherStatistics(sample, rest).fields) {
    if (isAll) fields.set(name, found);
    else if (name === 'func' && hasFunctions) fields.set(name, functionStatistics(database, found));
    else if (TEXT_FIELDS.has(name)) fields.set(name, textStatistics(database, name, found, asked));
    // What the newest records do not have, older ones may.
    else if (found.count > 0) fields.set(name, { ...found, truncated: true, min: -Infinity, max: Infinity });
  }
  return { fields };
}

function ringStatistics(database: DatabaseSync, column: string): FieldStatistics {
  const rows = database
    .prepare(
      `SELECT ${column} AS value, sum(r.stored) AS count FROM rings AS r JOIN processes AS p ON p.id = r.process GROUP BY 1`,
    )
    .all() as { value: string | number; count: number }[];
  const texts = new Map<string, number>();
  let [count, min, max] = [0, Infinity, -Infinity];
  for (const row of rows) {
    count += row.count;
    if (typeof row.value === 'string') texts.set(row.value, row.count);
    else [min, max] = [Math.min(min, row.value), Math.max(max, row.value)];
  }
  return { texts, count, ...(min <= max ? { min, max } : {}) };
}

function timeStatistics(source: RecordSource): FieldStatistics {
  const span = source.span();
  if (span === undefined) return { texts: new Map(), count: 0 };
  return { texts: new Map(), count: 1, min: span.first, max: span.last };
}

/** @param found In the newest records. */
function functionStatistics(database: DatabaseSync, found: FieldStatistics): FieldStatistics {
  const rows = database.prepare(`SELECT DISTINCT name FROM functions LIMIT ${MOST_FUNCTIONS + 1}`).all();
  const texts = new Map(found.texts);
  for (const { name } of rows as { name: string }[]) if (!texts.has(name)) texts.set(name, 0);
  const count = Math.max(found.count, texts.size);
  return { texts, count, truncated: rows.length > MOST_FUNCTIONS, min: -Infinity, max: Infinity };
}

/** @param found In the newest records. */
function textStatistics(
  database: DatabaseSync,
  name: string,
  found: FieldStatistics,
  asked: readonly Comparison[],
): FieldStatistics {
  const { texts: count } = database.prepare('SELECT coalesce(max(id), 0) AS texts FROM strings').get() as {
    texts: number;
  };
  const texts = new Map(found.texts);
  // Severities of older records are not known.
  const open = { ...found, texts, ...(name === 'level' ? { min: -Infinity, max: Infinity } : {}) };
  if (count > MOST_TEXTS) return { ...open, truncated: true };
  for (const comparison of asked) {
    if (fieldName(comparison.field) !== name) continue;
    for (const text of askedTexts(database, comparison)) if (!texts.has(text)) texts.set(text, 0);
  }
  // Every text that a filter could mean is among them now, if there is one.
  return { ...open, truncated: false };
}

const textCatalog = createCatalog<{ readonly text: string }>([
  { name: 'text', type: 'string', get: ({ text }) => text, source: { kind: 'column', expression: 'text' } },
]);

/** Texts that fulfil a comparison, one each, and some that begin alike. */
function askedTexts(database: DatabaseSync, { operator, values }: Comparison): string[] {
  const found: string[] = [];
  const field = { path: ['text'], exact: false, position: 0, length: 0 };
  for (const value of values) {
    if (value.type !== 'string' && value.type !== 'regexp') continue;
    const isRegexp = operator === '=~' || operator === '!~';
    const root: Comparison = {
      type: 'comparison',
      field,
      operator: isRegexp ? '=~' : '==',
      values: [value],
      position: 0,
      length: 0,
    };
    const { sql, params } = compileSql({ text: '', root }, { catalog: textCatalog });
    const rows = database.prepare(`SELECT text FROM strings WHERE ${sql} LIMIT 1`).all(...params);
    if (rows.length === 0 && value.type === 'string') {
      const begin = value.value.replace(/[\\%_]/g, '\\$&');
      rows.push(
        ...database
          .prepare(`SELECT text FROM strings WHERE text LIKE ? ESCAPE '\\' LIMIT ${SIMILAR}`)
          .all(`${begin}%`),
      );
    }
    for (const { text } of rows as { text: string }[]) found.push(text);
  }
  return found;
}

function comparisonsOf(filter: Filter | undefined): Comparison[] {
  const found: Comparison[] = [];
  const visit = (node: Expression): void => {
    if (node.type === 'comparison') found.push(node);
    else if (node.type === 'not') visit(node.operand);
    else node.operands.forEach(visit);
  };
  if (filter?.root !== undefined) visit(filter.root);
  return found;
}

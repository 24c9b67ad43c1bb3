import type { DatabaseSync } from 'node:sqlite';
import { fieldName, fieldValues, parseFilter, recordCatalog } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import type { EntryCondition } from './entry-condition.ts';
import type { GroupCounts } from './record-source.ts';

/** What to group entries by, and the value of each group. */
const GROUPED: ReadonlyMap<string, readonly [by: string, value: string]> = new Map([
  ['msg', ['e.message, e.text', 'coalesce(e.text, (SELECT text FROM strings WHERE id = e.message))']],
  ['message', ['e.message, e.text', 'coalesce(e.text, (SELECT text FROM strings WHERE id = e.message))']],
  ['kind', ['e.kind', '(SELECT text FROM strings WHERE id = e.kind)']],
  ['level', ['e.level', '(SELECT text FROM strings WHERE id = e.level)']],
  ['buffer', ['e.ring', '(SELECT buffer FROM rings WHERE id = e.ring)']],
  ['thread', ['e.ring', '(SELECT thread FROM rings WHERE id = e.ring)']],
  ['tid', ['e.ring', '(SELECT thread FROM rings WHERE id = e.ring)']],
  ['process', ['e.ring', ofProcess('name')]],
  ['pid', ['e.ring', ofProcess('pid')]],
]);

function ofProcess(column: string): string {
  return `(SELECT p.${column} FROM rings AS r JOIN processes AS p ON p.id = r.process WHERE r.id = e.ring)`;
}

/**
 * Counts entries by the values of a field: by number where the values are interned, else record by record.
 *
 * @param records Those that fulfil the condition.
 * @param hasFunctions Whether there is a table of functions.
 */
export function countGroups(
  database: DatabaseSync,
  condition: EntryCondition,
  field: string,
  records: () => Iterable<TraceRecord>,
  hasFunctions: boolean,
): GroupCounts {
  const value = fieldReader(field);
  if (field === 'func' && hasFunctions) return countFunctions(database, condition);
  const grouped = GROUPED.get(field);
  if (grouped === undefined) return countValues(records(), value);
  const [by, text] = grouped;
  const rows = database
    .prepare(
      `SELECT value, sum(count) AS count FROM
         (SELECT ${text} AS value, count(*) AS count FROM entries AS e WHERE ${condition.sql} GROUP BY ${by})
       GROUP BY value`,
    )
    .all(...condition.params) as { value: string | number | null; count: number }[];
  return new Map(rows.map((row) => [row.value ?? undefined, row.count]));
}

/** Functions have numbers where they are texts; what else is called so is in the fields. */
function countFunctions(database: DatabaseSync, { sql, params }: EntryCondition): GroupCounts {
  const counts = new Map<unknown, number>();
  const add = (value: unknown, count: number): unknown => counts.set(value, (counts.get(value) ?? 0) + count);
  const functions = database.prepare(
    `SELECT (SELECT name FROM functions WHERE id = func) AS value, count FROM
       (SELECT n.func, count(*) AS count FROM function_entries AS n CROSS JOIN entries AS e ON e.id = n.id
        WHERE ${sql} GROUP BY n.func)`,
  );
  for (const { value, count } of functions.iterate(...params)) add(value, Number(count));
  const others = database.prepare(
    `SELECT e.fields -> '$.func' AS json, count(*) AS count FROM entries AS e
     WHERE e.id NOT IN (SELECT id FROM function_entries) AND ${sql} GROUP BY 1`,
  );
  for (const { json, count } of others.iterate(...params))
    add(groupKey(typeof json === 'string' ? JSON.parse(json) : undefined), Number(count));
  return counts;
}

/**
 * Counts records by the values of theirs.
 *
 * @param values Of an argument's field one for each argument.
 */
export function countValues(
  records: Iterable<TraceRecord>,
  values: (record: TraceRecord) => readonly unknown[],
): GroupCounts {
  const counts = new Map<unknown, number>();
  for (const record of records) {
    for (const value of values(record)) {
      const key = groupKey(value);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Makes what reads a field of a record: most have one value, arguments as many as there are.
 *
 * @param field Name as in filters; of a level the name is read.
 * @throws FilterSyntaxError where there is no such field.
 */
export function fieldReader(field: string): (record: TraceRecord) => readonly unknown[] {
  const { root } = parseFilter(`${field} == null`);
  if (root?.type !== 'comparison') throw new TypeError(`${JSON.stringify(field)} is no field`);
  const found = recordCatalog.resolve(root.field.path, root.field.exact);
  if (found === undefined) throw new TypeError(`${fieldName(root.field)} is no field`);
  const { label } = found;
  if (label !== undefined) return (record) => [label(record)];
  return (record) => fieldValues(found, recordCatalog, record);
}

/** Objects that look alike are the same group; `null` is no value. */
function groupKey(value: unknown): unknown {
  if (value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

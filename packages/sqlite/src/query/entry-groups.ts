import type { DatabaseSync } from 'node:sqlite';
import { fieldName, parseFilter, recordCatalog } from '@tracebuf/query';
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
 */
export function countGroups(
  database: DatabaseSync,
  condition: EntryCondition,
  field: string,
  records: () => Iterable<TraceRecord>,
): GroupCounts {
  const value = fieldReader(field);
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

/** Counts records by a value of theirs. */
export function countValues(
  records: Iterable<TraceRecord>,
  value: (record: TraceRecord) => unknown,
): GroupCounts {
  const counts = new Map<unknown, number>();
  for (const record of records) {
    const key = groupKey(value(record));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/**
 * Makes what reads a field of a record.
 *
 * @param field Name as in filters; of a level the name is read.
 * @throws FilterSyntaxError where there is no such field.
 */
export function fieldReader(field: string): (record: TraceRecord) => unknown {
  const { root } = parseFilter(`${field} == null`);
  if (root?.type !== 'comparison') throw new TypeError(`${JSON.stringify(field)} is no field`);
  const found = recordCatalog.resolve(root.field.path, root.field.exact);
  if (found === undefined) throw new TypeError(`${fieldName(root.field)} is no field`);
  return found.label ?? found.get;
}

/** Objects that look alike are the same group; `null` is no value. */
function groupKey(value: unknown): unknown {
  if (value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

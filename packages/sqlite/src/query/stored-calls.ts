import type { DatabaseSync } from 'node:sqlite';
import { durationBucketSql, type FunctionStatistics, FunctionTally } from '../calls/function-statistics.ts';
import type { EntryCondition } from './entry-condition.ts';
import type { PlacedRecord, Work } from './record-source.ts';
import { bounds } from './scan-range.ts';
import { COLUMNS, NAMES, placedRecord } from './stored-record.ts';

/** See `RecordSource.calls`. */
export function storedCalls(
  database: DatabaseSync,
  near: PlacedRecord,
  first: number,
  last: number,
  limit: number,
): PlacedRecord[] {
  const rows = database
    .prepare(
      `SELECT ${COLUMNS} FROM function_entries AS n INDEXED BY function_entries_by_call
       CROSS JOIN entries AS e ON e.id = n.id ${NAMES}
       WHERE n.ring = (SELECT ring FROM entries WHERE id = ?) AND n.call >= ? AND n.call <= ?
       ORDER BY n.call, n.id LIMIT ?`,
    )
    .all(near.key.id, first, last, limit);
  return rows.map(placedRecord);
}

/** Rows that are summed up in one step. */
const STEP = 8192;

/** See `RecordSource.functions`. */
export function* storedFunctions(
  database: DatabaseSync,
  condition: EntryCondition,
): Work<FunctionStatistics[]> {
  const { params } = condition;
  const { low, high } = bounds(condition);
  // The entries themselves are looked at only where something is asked of them.
  const entry = condition.sql === '1' ? '' : 'CROSS JOIN entries AS e ON e.id = n.id';
  const passes = `n.time >= ${low} AND n.time <= ${high} AND ${condition.sql}`;
  const ends = database.prepare(
    `SELECT n.func, ${durationBucketSql('n.dur')} AS bucket, count(*) AS count, total(n.dur) AS total,
       total(n.threw) AS errors
     FROM function_entries AS n ${entry}
     WHERE n.id > ? AND n.id <= ? AND n.dur IS NOT NULL AND ${passes} GROUP BY n.func, bucket`,
  );
  // Of each end the end of the call that it is inside of.
  const inside = database.prepare(
    `SELECT n.func, total(c.dur) AS total
     FROM function_entries AS c CROSS JOIN function_entries AS n INDEXED BY function_entries_by_call ${entry}
     WHERE c.id > ? AND c.id <= ? AND c.dur IS NOT NULL AND c.parent IS NOT NULL
       AND n.ring = c.ring AND n.call = c.parent AND n.dur IS NOT NULL AND n.id > c.id AND ${passes} GROUP BY n.func`,
  );
  const next = database.prepare(
    'SELECT max(id) AS last FROM (SELECT id FROM function_entries WHERE id > ? ORDER BY id LIMIT ?)',
  );
  const whole = numberOf(database.prepare('SELECT max(id) AS last FROM function_entries').get()?.last);
  const least = numberOf(database.prepare('SELECT min(id) AS first FROM function_entries').get()?.first);
  const tallies = new Map<number, FunctionTally>();
  const tallyOf = (func: number): FunctionTally => {
    const tally = tallies.get(func) ?? new FunctionTally();
    tallies.set(func, tally);
    return tally;
  };
  for (let first = least - 1; first < whole; ) {
    const last = numberOf(next.get(first, STEP)?.last);
    if (last <= first) break;
    const range = [first, last];
    for (const row of ends.iterate(...range, ...params)) {
      const { func, bucket, count, total, errors } = row as Readonly<Record<string, number>>;
      tallyOf(func ?? 0).add(bucket ?? 0, count ?? 0, total ?? 0, errors ?? 0);
    }
    for (const row of inside.iterate(...range, ...params)) {
      const { func, total } = row as Readonly<Record<string, number>>;
      tallyOf(func ?? 0).addInside(total ?? 0);
    }
    first = last;
    yield { part: (last - least + 1) / (whole - least + 1), found: tallies.size };
  }
  const nameOf = database.prepare('SELECT name, module, line FROM functions WHERE id = ?');
  return Array.from(tallies, ([id, tally]) => {
    const row = nameOf.get(id);
    const { name, module, line } = row ?? {};
    return tally.statistics({
      func: typeof name === 'string' ? name : '',
      module: typeof module === 'string' ? module : undefined,
      line: typeof line === 'number' ? line : undefined,
    });
  }).filter(({ count }) => count > 0);
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

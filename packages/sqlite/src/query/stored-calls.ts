import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { durationBucketSql, type FunctionStatistics, FunctionTally } from '../calls/function-statistics.ts';
import type { EntryCondition } from './entry-condition.ts';
import type { EntryWindow } from './entry-windows.ts';
import type { PlacedRecord, Work } from './record-source.ts';
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
      `SELECT ${COLUMNS} FROM entries AS e INDEXED BY entries_by_call ${NAMES}
       WHERE e.ring = (SELECT ring FROM entries WHERE id = ?) AND e.call >= ? AND e.call <= ?
       ORDER BY e.call, e.id LIMIT ?`,
    )
    .all(near.key.id, first, last, limit);
  return rows.map(placedRecord);
}

/** Number of the kind of records that end calls which threw; one that is none where there is no such record. */
function exceptionKind(database: DatabaseSync): number {
  const text = 'exception';
  const row = database.prepare('SELECT id FROM strings WHERE hash = ? AND text = ?').get(crc32(text), text);
  return typeof row?.id === 'number' ? row.id : -1;
}

const WINDOW = '(time, id) > (?, ?) AND (time, id) <= (?, ?)';

/**
 * See `RecordSource.functions`.
 *
 * @param windows All entries that may be ends of calls, stretch by stretch.
 */
export function* storedFunctions(
  database: DatabaseSync,
  { sql, params }: EntryCondition,
  windows: Iterable<EntryWindow>,
): Work<FunctionStatistics[]> {
  const ends = database.prepare(
    `SELECT e.func, ${durationBucketSql('e.dur')} AS bucket, count(*) AS count, total(e.dur) AS total,
       sum(e.kind = ${exceptionKind(database)}) AS errors
     FROM entries AS e INDEXED BY entries_by_time
     WHERE ${WINDOW.replaceAll('time, id', 'e.time, e.id')} AND e.dur IS NOT NULL AND e.func IS NOT NULL AND ${sql}
     GROUP BY e.func, bucket`,
  );
  // Of each end the end of the call that it is inside of.
  const inside = database.prepare(
    `SELECT e.func, total(c.dur) AS total
     FROM (SELECT ring, parent, seq, dur FROM entries INDEXED BY entries_by_time
       WHERE ${WINDOW} AND dur IS NOT NULL AND parent IS NOT NULL) AS c
     CROSS JOIN entries AS e INDEXED BY entries_by_call
     WHERE e.ring = c.ring AND e.call = c.parent AND e.dur IS NOT NULL AND e.func IS NOT NULL AND e.seq > c.seq AND ${sql}
     GROUP BY e.func`,
  );
  const tallies = new Map<number, FunctionTally>();
  const tallyOf = (func: number): FunctionTally => {
    const tally = tallies.get(func) ?? new FunctionTally();
    tallies.set(func, tally);
    return tally;
  };
  for (const { first, last, part } of windows) {
    const bounds = [first.time, first.id, last.time, last.id];
    for (const row of ends.iterate(...bounds, ...params)) {
      const { func, bucket, count, total, errors } = row as Readonly<Record<string, number>>;
      tallyOf(func ?? 0).add(bucket ?? 0, count ?? 0, total ?? 0, errors ?? 0);
    }
    for (const row of inside.iterate(...bounds, ...params)) {
      const { func, total } = row as Readonly<Record<string, number>>;
      tallyOf(func ?? 0).addInside(total ?? 0);
    }
    yield { part, found: tallies.size };
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

import { parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { DatabaseSource, finish } from '../src/index.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { useDirectories } from './support/directories.ts';
import { record, store } from './support/stored-records.ts';

const SEVERITIES = [10, 30, 49, 50, 51, 60] as const;

test('errors are found by their index as they are without, whatever else a filter asks for', () => {
  const { database: path } = useDirectories();
  const records = Array.from({ length: 20_000 }, (_, index) => {
    // Mostly others, so that it takes many steps to come by an error.
    const severity = index % 997 === 0 ? (SEVERITIES[(index / 997) % SEVERITIES.length] ?? 30) : 30;
    return record({ time: index, seq: index + 1, severity, level: String(severity) });
  });
  store(path, records);
  const source = new DatabaseSource(path);
  const seqs = (rows: Iterable<TraceRecord>): number[] => Array.from(rows, ({ seq }) => seq);
  for (const [text, keeps] of [
    ['level >= error', ({ severity }: TraceRecord) => severity >= 50],
    ['level > 50 and seq > 5000', ({ severity, seq }: TraceRecord) => severity > 50 && seq > 5000],
    ['level == error', ({ severity }: TraceRecord) => severity === 50],
    ['level >= 49', ({ severity }: TraceRecord) => severity >= 49],
    ['not level >= error', ({ severity }: TraceRecord) => severity < 50],
    ['level >= error or seq == 7', ({ severity, seq }: TraceRecord) => severity >= 50 || seq === 7],
  ] as const) {
    const selection = { filter: parseFilter(text) };
    const wanted = seqs(records.filter(keeps));
    expect(seqs(source.records(selection)), text).toEqual(wanted);
    expect(finish(source.count(selection)), text).toBe(wanted.length);
    const last = finish(source.read(selection, undefined, 'backward', 2));
    expect(seqs(last.map(({ record: found }) => found)), text).toEqual(wanted.slice(-2).reverse());
  }
  source.close();
  const database = openTraceDatabase(path, { mode: 'read' });
  const plan = database
    .prepare(
      'EXPLAIN QUERY PLAN SELECT id FROM entries INDEXED BY entries_by_error WHERE severity >= 50 ORDER BY time, id LIMIT 1',
    )
    .all();
  expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE');
  database.close();
});

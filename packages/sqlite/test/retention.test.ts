import { statSync } from 'node:fs';
import { InvalidOptionError, TraceBuffer } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { Recorder } from '../src/recorder.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { useDirectories } from './support/directories.ts';

function count(path: string, what = 'entries'): number {
  const database = openTraceDatabase(path, { mode: 'read' });
  const { count: rows } = database.prepare(`SELECT count(*) AS count FROM ${what}`).get() as {
    count: number;
  };
  database.close();
  return rows;
}

test('the newest records are kept, as many as asked for', () => {
  const { database: path } = useDirectories();
  using buffer = new TraceBuffer('a', 1 << 20, { keepLevel: false });
  for (let i = 0; i < 5000; i++) buffer.log(`record ${i}`);
  new Recorder(path, { maxRecords: 1000 }).close();
  expect(count(path)).toBeLessThanOrEqual(1000);
  expect(count(path)).toBeGreaterThanOrEqual(900);
  const database = openTraceDatabase(path, { mode: 'read' });
  expect(
    database
      .prepare('SELECT max(seq) AS last, max(seq) - min(seq) + 1 AS span, count(*) AS count FROM entries')
      .get(),
  ).toEqual({ last: 5000, span: count(path), count: count(path) });
  expect(database.prepare('SELECT stored, lost FROM rings').get()).toEqual({ stored: 5000, lost: 0 });
  database.close();
});

test('the file does not outgrow its bound, however much is recorded', () => {
  const { database: path } = useDirectories();
  const maxBytes = 1024 * 1024;
  using buffer = new TraceBuffer('a', 1 << 20, { keepLevel: false });
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 5000; i++) buffer.log(`record ${round} ${i} ${'x'.repeat(100)}`);
    new Recorder(path, { maxBytes }).close();
    expect(statSync(path).size).toBeLessThanOrEqual(maxBytes);
  }
  expect(count(path)).toBeGreaterThan(1000);
  expect(count(path, 'strings')).toBeLessThanOrEqual(count(path) + 10);
});

test('what is too old goes', () => {
  const { database: path } = useDirectories();
  using buffer = new TraceBuffer('a', 20480);
  buffer.append(1, 30, 'old', performance.now() - 120_000);
  buffer.log('new');
  new Recorder(path, { maxAge: 60_000 }).close();
  const database = openTraceDatabase(path, { mode: 'read' });
  expect(database.prepare('SELECT message FROM records').all()).toEqual([{ message: 'new' }]);
  database.close();
});

test('a limit that is none is refused', () => {
  const { database: path } = useDirectories();
  for (const maxRecords of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number])
    expect(() => new Recorder(path, { maxRecords })).toThrow(InvalidOptionError);
});

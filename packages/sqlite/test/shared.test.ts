import { join } from 'node:path';
import { parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { DatabaseSource } from '../src/index.ts';
import { DatabaseKeeper, resolveRetention } from '../src/retention.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { useDirectories } from './support/directories.ts';
import { record, store } from './support/stored-records.ts';

const ALL = { filter: parseFilter('') };

function read(path: string): TraceRecord[] {
  const source = new DatabaseSource(path);
  try {
    return [...source.records(ALL)];
  } finally {
    source.close();
  }
}

test('what records share is stored once, and read as one object', () => {
  const { database: path } = useDirectories();
  const shared = { resource: { attributes: { 'service.name': 'shop' } }, scope: { name: 'a' } };
  const other = { scope: { name: 'b' } };
  const records = Array.from({ length: 100 }, (_, index) =>
    record({
      time: index,
      seq: index + 1,
      // Among others, those of functions, which have columns of their own.
      ...(index % 3 === 0 ? { shared } : {}),
      ...(index % 3 === 1 ? { shared: other, fields: { func: 'f' } } : {}),
    }),
  );
  store(path, records);
  const found = read(path);
  expect(found).toEqual(records);
  expect(new Set(found.map((each) => each.shared)).size).toBe(3);
  const database = openTraceDatabase(path, { mode: 'write' });
  const texts = (): number =>
    (
      database.prepare("SELECT count(*) AS texts FROM strings WHERE text LIKE '{%'").get() as {
        texts: number;
      }
    ).texts;
  expect(texts()).toBe(2);
  const keeper = new DatabaseKeeper(database, resolveRetention({ maxAge: 0, maxBytes: 0 }));
  keeper.sweep();
  expect(texts()).toBe(2);
  database.exec('DELETE FROM entries WHERE seq % 3 = 1');
  keeper.sweep();
  expect(texts()).toBe(1);
  database.close();
});

test('a database of an earlier version has none, and is read as it is', () => {
  const found = read(join(import.meta.dirname, 'fixtures', 'version-1.sqlite'));
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((each) => each.shared === undefined)).toBe(true);
});

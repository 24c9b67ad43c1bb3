import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseSource, openTraceDatabase } from '../src/index.ts';
import { useDirectories } from './support/directories.ts';
import { record, store } from './support/stored-records.ts';

const VERSION_1 = join(import.meta.dirname, 'fixtures', 'version-1.sqlite');
const all = { filter: parseFilter('') };

describe('a database of version 1', () => {
  test('is read as it is', () => {
    const source = new DatabaseSource(VERSION_1);
    expect([...source.records({ filter: parseFilter("func == 'fib' and call == 1") })]).toHaveLength(2);
    source.close();
  });

  test('is brought up to date by who writes, with functions and calls', () => {
    const { database: path } = useDirectories();
    copyFileSync(VERSION_1, path);
    const old = new DatabaseSource(VERSION_1);
    const before = [...old.records(all)];
    old.close();
    openTraceDatabase(path, { mode: 'write' }).close();
    const source = new DatabaseSource(path);
    expect([...source.records(all)]).toEqual(before);
    source.close();
    // It is what a recorder of today would have made of the same records.
    const { database: fresh } = useDirectories();
    store(fresh, before);
    const dump = (file: string) => {
      const database = openTraceDatabase(file, { mode: 'read' });
      const rows = [
        'SELECT name, module, line FROM functions ORDER BY id',
        `SELECT e.id, f.name, e.call, e.parent, e.dur FROM entries AS e LEFT JOIN functions AS f ON f.id = e.func`,
        'SELECT * FROM calls ORDER BY id',
        "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name",
      ].map((sql) => database.prepare(sql).all());
      database.close();
      return rows;
    };
    expect(dump(path)).toEqual(dump(fresh));
    expect(dump(path)[0]).toHaveLength(3);
  });
});

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidOptionError, TraceBuffer } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { DatabaseError } from '../src/errors.ts';
import type { StartRecorderOptions } from '../src/recorder-options.ts';
import { startRecorder } from '../src/start-recorder.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { useDirectories } from './support/directories.ts';

test('a program records itself in a thread of its own, to the last record', async () => {
  const { database: db } = useDirectories();
  using buffer = new TraceBuffer('a', 1 << 18, { keepLevel: false });
  buffer.log('before');
  const recorder = startRecorder({ db });
  await recorder.started;
  for (let i = 0; i < 1000; i++) buffer.log(`record ${i}`);
  const totals = await recorder.stop();
  expect(totals).toEqual({ stored: 1001, lost: 0, removed: 0 });
  expect(await recorder.stop()).toEqual(totals);
  const database = openTraceDatabase(db, { mode: 'read' });
  expect(database.prepare('SELECT message FROM records ORDER BY time DESC LIMIT 1').get()).toEqual({
    message: 'record 999',
  });
  database.close();
});

test('a recorder without a database is refused', () => {
  expect(() => startRecorder({} as unknown as StartRecorderOptions)).toThrow(InvalidOptionError);
  expect(() => startRecorder({ db: '' })).toThrow(
    "The value '' cannot be used for db: give the path of a database.",
  );
});

test('a database that cannot be used rejects, and the program goes on', async () => {
  const { database: db } = useDirectories();
  writeFileSync(db, 'somebody needs this text '.repeat(50));
  using buffer = new TraceBuffer('a', 4096);
  const recorder = startRecorder({ db });
  await expect(recorder.started).rejects.toThrow(DatabaseError);
  await expect(recorder.started).rejects.toThrow(/it is no SQLite database/);
  buffer.log('still here');
  expect(await recorder.stop()).toEqual({ stored: 0, lost: 0, removed: 0 });
});

test('it keeps no program running, and a program that is about to end can have the rest stored', () => {
  const { traces, database: db } = useDirectories();
  const fixture = join(import.meta.dirname, 'fixtures/ends-by-itself.ts');
  const child = spawnSync(process.execPath, ['--conditions=@tracebuf/source', fixture, db], {
    env: { ...process.env, TRACEBUF_DIR: traces },
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(child).toMatchObject({ status: 0, stdout: 'stored 1\n' });
});

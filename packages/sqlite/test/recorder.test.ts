import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses, TraceBuffer, TraceReader } from '@tracebuf/ring';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Recorder } from '../src/recorder.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { useDirectories } from './support/directories.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

async function start(fixture: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@tracebuf/source',
      '--disable-warning=ExperimentalWarning',
      join(FIXTURES, fixture),
      ...args,
    ],
    {
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'tracebuf-test-compiled') },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

interface Books {
  readonly key: string;
  readonly position: number;
  readonly stored: number;
  readonly lost: number;
  readonly cleared: number;
  readonly rows: number;
  readonly distinct: number;
  readonly missing: number;
}

/** The books of each ring beside what is really there. */
function books(database: DatabaseSync): Books[] {
  return database
    .prepare(
      `SELECT r.key, r.position, r.stored, r.lost, r.cleared,
         count(e.id) FILTER (WHERE e.count IS NULL) AS rows,
         count(DISTINCT e.seq) FILTER (WHERE e.count IS NULL) AS "distinct",
         coalesce(sum(e.count), 0) AS missing
       FROM rings AS r LEFT JOIN entries AS e ON e.ring = r.id GROUP BY r.id ORDER BY r.key`,
    )
    .all() as unknown as Books[];
}

function expectSound(database: DatabaseSync): Books[] {
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const all = books(database);
  for (const ring of all) {
    expect(ring.position).toBe(ring.stored + ring.lost + ring.cleared);
    expect(ring.rows).toBe(ring.stored);
    expect(ring.distinct).toBe(ring.stored);
  }
  return all;
}

describe('a recorder', () => {
  test('stores each record once, with all that it says, and goes on where it stopped', () => {
    const { database: path } = useDirectories();
    using buffer = new TraceBuffer('a', 20480);
    buffer.log('one');
    buffer.log('two', 'error');
    new Recorder(path).close();
    buffer.log('three', 'debug');
    new Recorder(path).close();
    new Recorder(path).close();
    const database = openTraceDatabase(path, { mode: 'read' });
    const rows = database.prepare('SELECT * FROM records ORDER BY time').all();
    expect(rows).toMatchObject([
      {
        message: 'one',
        level: 'info',
        severity: 30,
        kind: 'log',
        buffer: 'a',
        seq: 1,
        pid: process.pid,
        thread: 0,
      },
      { message: 'two', level: 'error', severity: 50, seq: 1 },
      { message: 'three', level: 'debug', severity: 20, seq: 2 },
    ]);
    using reader = new TraceReader(listProcesses().processes);
    expect(rows.map(({ time }) => time)).toEqual(reader.poll().map(({ time }) => time));
    expectSound(database);
    database.close();
  });

  test('counts what was overwritten before it came, and shows the gap', () => {
    const { database: path } = useDirectories();
    using buffer = new TraceBuffer('a', 4096, { keepLevel: false });
    for (let i = 0; i < 500; i++) buffer.log(`record ${i}`);
    using recorder = new Recorder(path);
    recorder.round();
    for (let i = 0; i < 500; i++) buffer.log(`record ${i}`);
    buffer.clear();
    buffer.log('last');
    recorder.round();
    const database = openTraceDatabase(path, { mode: 'read' });
    const [ring] = expectSound(database);
    expect(ring).toMatchObject({
      position: 1001,
      stored: recorder.totals.stored,
      lost: recorder.totals.lost,
    });
    expect(ring?.lost).toBeGreaterThan(0);
    expect(ring?.cleared).toBeGreaterThan(0);
    expect(ring?.missing).toBe(ring?.lost);
    expect(database.prepare("SELECT message FROM records WHERE kind = 'lost'").get()).toMatchObject({
      message: expect.stringMatching(/^\d+ records were lost before/),
    });
    database.close();
  });

  test('two recorders of one database store each record once', () => {
    const { database: path } = useDirectories();
    using buffer = new TraceBuffer('a', 65536);
    using first = new Recorder(path);
    using second = new Recorder(path);
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 50; i++) buffer.log(`record ${round * 50 + i}`);
      if (round % 3 !== 0) first.round();
      if (round % 2 === 0) second.round();
    }
    first.round();
    second.round();
    const database = openTraceDatabase(path, { mode: 'read' });
    expectSound(database);
    expect(database.prepare('SELECT count(*) AS count FROM records').get()).toEqual({ count: 1000 });
    database.close();
  });

  test('that is killed again and again, with the programs it records, loses nothing uncounted and doubles nothing', {
    timeout: 400_000,
  }, async () => {
    const { database: path } = useDirectories();
    const writers = await Promise.all(['w1', 'w2', 'w3'].map((name) => start('writer.ts', name, '65536')));
    const KILLS = 100;
    for (let killed = 0; killed < KILLS; killed++) {
      const recorder = await start('record.ts', path);
      await sleep(Math.random() * 60);
      await kill(recorder);
      if (killed % 25 === 10) {
        const [writer] = writers.splice(0, 1);
        if (writer !== undefined) await kill(writer);
        writers.push(await start('writer.ts', `w${4 + killed}`, '65536'));
      }
    }
    for (const writer of writers) await kill(writer);
    new Recorder(path).close();
    const database = openTraceDatabase(path, { mode: 'read' });
    const all = expectSound(database);
    // What the rings say was appended, less what was cut short by the kill itself.
    using reader = new TraceReader(listProcesses().processes);
    const appended = reader.buffers().reduce((sum, { counts }) => sum + counts.appended, 0);
    expect(all.reduce((sum, { position }) => sum + position, 0)).toBe(appended);
    expect(all.reduce((sum, { stored }) => sum + stored, 0)).toBeGreaterThan(1000);
    const states = database.prepare('SELECT DISTINCT state FROM processes').all();
    expect(states).toEqual([{ state: 'died' }]);
    // Every stored record is the one that was appended under that number.
    const wrong = database
      .prepare("SELECT count(*) AS count FROM records WHERE kind = 'log' AND message NOT LIKE 'record %'")
      .get();
    expect(wrong).toEqual({ count: 0 });
    database.close();
  });
});

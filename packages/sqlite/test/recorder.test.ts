import { listProcesses, TraceBuffer, TraceReader } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import { Recorder } from '../src/recorder.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { expectSound } from './support/books.ts';
import { useDirectories } from './support/directories.ts';

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
});

import type { TraceRecord } from '@tracebuf/ring';
import { EntryWriter } from '../../src/entry-writer.ts';
import { StringTable } from '../../src/string-table.ts';
import { openTraceDatabase } from '../../src/trace-database.ts';

/** A record with everything that tests do not care about. */
export function record(part: Partial<TraceRecord> = {}): TraceRecord {
  return {
    time: 1_767_323_045_123_456,
    process: 'web',
    pid: 4711,
    thread: 0,
    buffer: 'main',
    seq: 1,
    level: 'info',
    severity: 30,
    kind: 'log',
    message: 'request completed',
    ...part,
  };
}

/** Stores records as a recorder does, in the order given. */
export function store(path: string, records: Iterable<TraceRecord>): void {
  const database = openTraceDatabase(path, { mode: 'write' });
  const entries = new EntryWriter(database, new StringTable(database));
  const addProcess = database.prepare(
    `INSERT INTO processes (key, name, pid, started, state, info) VALUES (?, ?, ?, 0, 'alive', '{}')
     ON CONFLICT (key) DO UPDATE SET name = name RETURNING id`,
  );
  const addRing = database.prepare(
    `INSERT INTO rings (process, key, buffer, thread, role) VALUES (?, ?, ?, ?, 'ring')
     ON CONFLICT (key) DO UPDATE SET key = key RETURNING id`,
  );
  const rings = new Map<string, number>();
  const ringOf = ({ process, pid, buffer, thread }: TraceRecord): number => {
    const key = JSON.stringify([process, pid, buffer, thread]);
    const known = rings.get(key);
    if (known !== undefined) return known;
    const owner = addProcess.get(JSON.stringify([process, pid]), process, pid) as { id: number };
    const { id } = addRing.get(owner.id, key, buffer, thread) as { id: number };
    rings.set(key, id);
    return id;
  };
  database.exec('BEGIN');
  for (const each of records) {
    entries.add(ringOf(each), each);
  }
  entries.flush();
  database.exec(`UPDATE rings SET stored = (SELECT count(*) FROM entries WHERE ring = rings.id);
    UPDATE rings SET position = stored; COMMIT`);
  database.close();
}

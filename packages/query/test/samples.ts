import { DatabaseSync } from 'node:sqlite';
import type { TraceRecord } from '@tracebuf/ring';
import { fieldsToJson, registerSqlFunctions } from '../src/index.ts';

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
    kind: 'pino',
    message: 'Request finished',
    ...part,
  };
}

/** A database with the default table, the functions, and records whose rowid is their index + 1. */
export function database(records: readonly TraceRecord[] = []): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(
    'CREATE TABLE records(time INTEGER, process TEXT, pid INTEGER, thread INTEGER, buffer TEXT, seq INTEGER,' +
      ' level TEXT, severity INTEGER, kind TEXT, message TEXT, fields TEXT, traceId TEXT, spanId TEXT)',
  );
  registerSqlFunctions(db);
  fill(db, records);
  return db;
}

/** Replaces the records of a database. */
export function fill(db: DatabaseSync, records: readonly TraceRecord[]): void {
  db.exec('DELETE FROM records');
  const insert = db.prepare('INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)');
  for (const each of records) {
    insert.run(
      each.time,
      each.process,
      each.pid,
      each.thread,
      each.buffer,
      each.seq,
      each.level,
      each.severity,
      each.kind,
      each.message,
      fieldsToJson(each.fields),
      each.traceId ?? null,
      each.spanId ?? null,
    );
  }
}

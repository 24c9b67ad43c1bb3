import type { TraceRecord } from '@tracebuf/ring';
import { openTraceDatabase } from '@tracebuf/sqlite';

type Row = Readonly<Record<string, string | number | null>>;

/**
 * The records of a database, oldest first, read as they are taken.
 *
 * @throws DatabaseError where it can't be read.
 */
export function* databaseRecords(path: string): Generator<TraceRecord, void> {
  const database = openTraceDatabase(path, { mode: 'read' });
  try {
    const rows = database.prepare('SELECT * FROM records ORDER BY time, id').iterate();
    for (const row of rows) yield recordOf(row as Row);
  } finally {
    database.close();
  }
}

function recordOf(row: Row): TraceRecord {
  const { fields, traceId, spanId, count } = row;
  return {
    time: Number(row.time),
    process: String(row.process),
    pid: Number(row.pid),
    thread: Number(row.thread),
    buffer: String(row.buffer),
    seq: Number(row.seq),
    level: String(row.level),
    severity: Number(row.severity),
    kind: String(row.kind),
    message: String(row.message),
    ...(typeof fields === 'string' ? { fields: fieldsOf(fields) } : {}),
    ...(typeof traceId === 'string' ? { traceId } : {}),
    ...(typeof spanId === 'string' ? { spanId } : {}),
    ...(typeof count === 'number' ? { count } : {}),
  };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

import type { TraceRecord } from '@tracebuf/ring';
import type { PlacedRecord } from './record-source.ts';

/** Columns of {@link StoredRecord}, of `entries AS e` and what {@link NAMES} joins. */
export const COLUMNS = `e.id, e.time, p.name AS process, p.pid, r.thread, r.buffer, e.seq, l.text AS level, e.severity,
  k.text AS kind, coalesce(e.text, m.text) AS message, e.fields, e.trace, e.span, e.count`;

/** Names of what entries hold by number. A LEFT JOIN is never reordered: `entries` stays the outer loop, in its order. */
export const NAMES = `LEFT JOIN rings AS r ON r.id = e.ring LEFT JOIN processes AS p ON p.id = r.process
  LEFT JOIN strings AS l ON l.id = e.level LEFT JOIN strings AS k ON k.id = e.kind
  LEFT JOIN strings AS m ON m.id = e.message`;

/** A row of {@link COLUMNS}; a name is `null` where a damaged database has lost it. */
export interface StoredRecord {
  readonly id: number;
  readonly time: number;
  readonly process: string | null;
  readonly pid: number | null;
  readonly thread: number | null;
  readonly buffer: string | null;
  readonly seq: number;
  readonly level: string | null;
  readonly severity: number;
  readonly kind: string | null;
  readonly message: string | null;
  readonly fields: string | null;
  readonly trace: string | null;
  readonly span: string | null;
  readonly count: number | null;
}

/** What was stored, as a record. */
export function placedRecord(row: StoredRecord): PlacedRecord {
  const fields = parseFields(row.fields);
  const record: TraceRecord = {
    time: row.time,
    process: row.process ?? '',
    pid: row.pid ?? 0,
    thread: row.thread ?? 0,
    buffer: row.buffer ?? '',
    seq: row.seq,
    level: row.level ?? String(row.severity),
    severity: row.severity,
    kind: row.kind ?? '',
    message: row.message ?? '',
    ...(fields === undefined ? {} : { fields }),
    ...(row.trace === null ? {} : { traceId: row.trace }),
    ...(row.span === null ? {} : { spanId: row.span }),
    ...(row.count === null ? {} : { count: row.count }),
  };
  return { key: { time: row.time, id: row.id }, record };
}

/** Fields as they were stored; what is no JSON object, as in a database from elsewhere, is none. */
export function parseFields(json: string | null): Readonly<Record<string, unknown>> | undefined {
  if (json === null) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

import type { TraceRecord } from '@tracebuf/ring';
import type { PlacedRecord } from './record-source.ts';

/** Columns of {@link StoredRecord}, of `entries AS e` and what {@link NAMES} joins. */
export const COLUMNS = `e.id, e.time, p.name AS process, p.pid, r.thread, r.buffer, e.seq, l.text AS level, e.severity,
  k.text AS kind, coalesce(e.text, m.text) AS message, e.fields, e.trace, e.span, e.count, e.ring`;

/** One more: what a record shares with others, as JSON. Before version 3 there is none. */
export const SHARED_COLUMN = '(SELECT text FROM strings WHERE id = e.shared) AS shared';

/** Names of what entries hold by number. A LEFT JOIN is never reordered: `entries` stays the outer loop, in its order. */
export const NAMES = `LEFT JOIN rings AS r ON r.id = e.ring LEFT JOIN processes AS p ON p.id = r.process
  LEFT JOIN strings AS l ON l.id = e.level LEFT JOIN strings AS k ON k.id = e.kind
  LEFT JOIN strings AS m ON m.id = e.message`;

/** A row of {@link COLUMNS}. SQLite's columns hold anything, and a damaged database may have lost a name. */
export type StoredRecord = Readonly<Record<string, unknown>>;

/** What was stored, as a record. */
export function placedRecord(row: StoredRecord): PlacedRecord {
  const fields = parseFields(row.fields);
  const shared = typeof row.shared === 'string' ? parseShared(row.shared) : undefined;
  const time = numberOf(row.time);
  const severity = numberOf(row.severity);
  const record: TraceRecord = {
    time,
    process: textOf(row.process),
    pid: numberOf(row.pid),
    thread: numberOf(row.thread),
    buffer: textOf(row.buffer),
    seq: numberOf(row.seq),
    level: row.level === null ? String(severity) : textOf(row.level),
    severity,
    kind: textOf(row.kind),
    message: textOf(row.message),
    ...(fields === undefined ? {} : { fields }),
    ...(typeof row.trace === 'string' ? { traceId: row.trace } : {}),
    ...(typeof row.span === 'string' ? { spanId: row.span } : {}),
    ...(typeof row.count === 'number' ? { count: row.count } : {}),
    ...(shared === undefined ? {} : { shared }),
  };
  return { key: { time, id: numberOf(row.id) }, record, ring: numberOf(row.ring) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** Fields as they were stored; what is no JSON object, as in a database from elsewhere, is none. */
export function parseFields(json: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof json !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What was shared, by its text: the same object for all records that share it. */
const known = new Map<string, TraceRecord['shared']>();
/** More than a program has of resources, scopes and components; a database may have more, but not at once. */
const MOST_KNOWN = 1000;

function parseShared(json: string): TraceRecord['shared'] {
  if (known.has(json)) return known.get(json);
  if (known.size >= MOST_KNOWN) known.clear();
  const shared = parseFields(json);
  known.set(json, shared);
  return shared;
}

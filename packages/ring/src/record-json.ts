import type { TraceRecord } from './record.ts';

/**
 * A record as the JSON object that every command prints, with the same keys in the same order everywhere:
 * `time` (ISO 8601 with microseconds), `process`, `pid`, `thread`, `buffer`, `seq`, `level`, `kind`, `message`, and
 * where they apply `fields`, `traceId`, `spanId`, `count`.
 */
export function recordToJson(record: TraceRecord): Record<string, unknown> {
  const { process, pid, thread, buffer, seq, level, kind, message, fields, traceId, spanId, count } = record;
  return {
    time: isoTime(record.time),
    process,
    pid,
    thread,
    buffer,
    seq,
    level,
    kind,
    message,
    ...(fields === undefined ? {} : { fields }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    ...(count === undefined ? {} : { count }),
  };
}

const MAX_DATE_MICROSECONDS = 8.64e18;

/**
 * A time as ISO 8601 in UTC with microseconds: `2026-01-02T03:04:05.123456Z`.
 *
 * @param microseconds Since 1970.
 */
export function isoTime(microseconds: number): string {
  if (!(Math.abs(microseconds) <= MAX_DATE_MICROSECONDS)) return isoTime(0);
  const second = Math.floor(microseconds / 1_000_000);
  // Records come many to a second, and the calendar is the slow part.
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, -4);
  }
  return `${lastText}${String(microseconds - second * 1_000_000).padStart(6, '0')}Z`;
}

let lastSecond: number | undefined;
let lastText = '';

import { sqlFunctions } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import type { TextSearch } from './record-source.ts';

/**
 * The fields of a record as text, as readers show them: `status=200 url="/"`, with the ids of its span behind.
 *
 * @param fields Of the record.
 */
export function shownFields(
  fields: Readonly<Record<string, unknown>> | undefined,
  traceId: string | undefined,
  spanId: string | undefined,
): string {
  const parts = Object.entries(fields ?? {}).map(
    ([key, value]) => `${key}=${JSON.stringify(value) ?? String(value)}`,
  );
  if (traceId !== undefined) parts.push(`traceId=${traceId}`);
  if (spanId !== undefined) parts.push(`spanId=${spanId}`);
  return parts.join(' ');
}

/** How a search is written in SQL: flags in front, as filters write them. */
export function searchPattern({ source, flags }: TextSearch): string {
  return flags === '' ? source : `(?${flags})${source}`;
}

/**
 * Makes a test of records for a search: its expression has to match the level, the message, the buffer, the process
 * (`web.4711`) or the fields.
 */
export function compileSearch(search: TextSearch): (record: TraceRecord) => boolean {
  const pattern = searchPattern(search);
  const matches = (text: string): boolean => sqlFunctions.regexp(pattern, text) === 1;
  return ({ level, message, buffer, process, pid, fields, traceId, spanId }) =>
    matches(message) ||
    matches(level) ||
    matches(buffer) ||
    matches(`${process}.${pid}`) ||
    ((fields !== undefined || traceId !== undefined || spanId !== undefined) &&
      matches(shownFields(fields, traceId, spanId)));
}

import { isoTime, type TraceRecord } from '@tracebuf/ring';
import type { RecordWriter } from './export-format.ts';

const COLUMNS: readonly (readonly [string, (record: TraceRecord) => string | number | undefined])[] = [
  ['time', ({ time }) => isoTime(time)],
  ['process', ({ process }) => process],
  ['pid', ({ pid }) => pid],
  ['thread', ({ thread }) => thread],
  ['buffer', ({ buffer }) => buffer],
  ['seq', ({ seq }) => seq],
  ['level', ({ level }) => level],
  ['kind', ({ kind }) => kind],
  ['message', ({ message }) => message],
  ['traceId', ({ traceId }) => traceId],
  ['spanId', ({ spanId }) => spanId],
  ['count', ({ count }) => count],
  ['fields', ({ fields }) => (fields === undefined ? undefined : JSON.stringify(fields))],
];

/** Comma-separated values (RFC 4180), with a line of names first. */
export const csvWriter: RecordWriter = {
  begin: () => csvLine(COLUMNS.map(([name]) => name)),
  add: (record) => csvLine(COLUMNS.map(([, value]) => value(record))),
  end: () => '',
};

/** One line of values; what is `undefined` is left empty. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvValue).join(',')}\r\n`;
}

function csvValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

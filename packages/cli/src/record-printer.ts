import { formatRecord, recordToJson, type TextLayout, type TraceRecord } from '@tracebuf/ring';
import { jsonLine } from './json-line.ts';
import type { Output } from './output.ts';
import { printLines } from './print-lines.ts';

/** Lays a record out as a line, with its newline. */
export type RecordFormat = (record: TraceRecord) => string;

/** One record as `--json` shows it, or as text. */
export function recordFormat(json: boolean, layout: TextLayout): RecordFormat {
  if (json) return (record) => jsonLine(recordToJson(record));
  return (record) => `${formatRecord(record, layout)}\n`;
}

/** Writes records as they come; see {@link printLines}. @param signal Ends it between two batches. */
export async function printRecords(
  records: Iterable<TraceRecord>,
  format: RecordFormat,
  out: Output,
  signal?: AbortSignal,
): Promise<void> {
  await printLines(laidOut(records, format), out, signal);
}

function* laidOut(records: Iterable<TraceRecord>, format: RecordFormat): Generator<string, void> {
  for (const record of records) yield format(record);
}

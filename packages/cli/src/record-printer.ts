import { formatRecord, recordToJson, type TextLayout, type TraceRecord } from '@tracebuf/ring';
import { jsonLine } from './json-line.ts';
import type { Output } from './output.ts';

/** Characters that go out at once: large enough for few writes, small enough to be there at once. */
const BATCH = 64 * 1024;

/** Lays a record out as a line, with its newline. */
export type RecordFormat = (record: TraceRecord) => string;

/** One record as `--json` shows it, or as text. */
export function recordFormat(json: boolean, layout: TextLayout): RecordFormat {
  if (json) return (record) => jsonLine(recordToJson(record));
  return (record) => `${formatRecord(record, layout)}\n`;
}

/**
 * Writes records in batches and waits for each, so that a slow reader slows the printing down and nothing piles up.
 *
 * @param signal Ends it between two batches.
 */
export async function printRecords(
  records: Iterable<TraceRecord>,
  format: RecordFormat,
  out: Output,
  signal?: AbortSignal,
): Promise<void> {
  let batch = '';
  for (const record of records) {
    batch += format(record);
    if (batch.length < BATCH) continue;
    await out.write(batch);
    batch = '';
    if (signal?.aborted === true) return;
  }
  await out.write(batch);
}

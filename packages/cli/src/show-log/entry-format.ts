import type { LogEntry } from '@tracebuf/exos-log';
import { isoTime, recordToJson } from '@tracebuf/ring';
import { jsonLine } from '../json-line.ts';
import type { EntryLayout } from './messages-request.ts';

/** An entry as `--json` shows it, or as its line; with the newline. */
export function entryFormat(json: boolean, layout: EntryLayout): (entry: LogEntry) => string {
  return json ? (entry) => jsonLine(entryToJson(entry)) : (entry) => `${layout(entry)}\n`;
}

/**
 * The record of the incident, with the keys that all records have. What sums repeats up is the record that was repeated,
 * with its own time and message, and how many they were under `repeated`.
 */
function entryToJson({ incident, time, text, repeated }: LogEntry): Record<string, unknown> {
  const record = recordToJson(incident.record);
  return repeated === undefined ? record : { ...record, time: isoTime(time), message: text, repeated };
}

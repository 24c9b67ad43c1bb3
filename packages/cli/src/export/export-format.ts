import type { TraceRecord } from '@tracebuf/ring';
import { UsageError } from '../errors.ts';
import { suggestion } from '../suggestion.ts';

/** What `export` can write. */
export const EXPORT_FORMATS = ['perfetto', 'speedscope', 'folded', 'otlp-json', 'jsonl', 'csv'] as const;

/** One of {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Reads a format, in any case. @throws UsageError */
export function exportFormat(text: string): ExportFormat {
  const format = EXPORT_FORMATS.find((known) => known === text.toLowerCase());
  if (format !== undefined) return format;
  throw new UsageError(
    `There is no format ${JSON.stringify(text)}${suggestion(text, EXPORT_FORMATS, `; give ${EXPORT_FORMATS.join(', ')}`)}`,
  );
}

/** Turns records into a file, piece by piece. */
export interface RecordWriter {
  /** What the file starts with. */
  begin(): string;
  /** What a record adds; records come oldest first. */
  add(record: TraceRecord): string;
  /** What the file ends with. */
  end(): string;
}

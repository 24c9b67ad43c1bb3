import { UsageError } from '../errors.ts';
import { suggestion } from '../suggestion.ts';

/** What `dump trace` can write. */
export const DUMP_FORMATS = ['text', 'jsonl', 'csv', 'perfetto', 'otlp-json', 'sqlite'] as const;

/** One of {@link DUMP_FORMATS}. */
export type DumpFormat = (typeof DUMP_FORMATS)[number];

/** Reads a format, in any case. */
export function formatValue(text: string): DumpFormat {
  const format = DUMP_FORMATS.find((known) => known === text.toLowerCase());
  if (format !== undefined) return format;
  throw new UsageError(
    `There is no format ${JSON.stringify(text)}${suggestion(text, DUMP_FORMATS, `; give ${DUMP_FORMATS.join(', ')}`)}`,
  );
}

/** Extensions of the files. */
export const DUMP_EXTENSIONS: Readonly<Record<DumpFormat, string>> = {
  text: 'txt',
  jsonl: 'jsonl',
  csv: 'csv',
  perfetto: 'json',
  'otlp-json': 'jsonl',
  sqlite: 'sqlite',
};

import { readLogConfiguration } from '@tracebuf/exos-log';
import type { WordReader } from '../word-reader.ts';

/** Reads the name of a filter. @param others Words that may stand for it, for completion. @throws UsageError */
export function demandFilterName(reader: WordReader, others: readonly string[] = []): string {
  return reader.text('<filter>', () => [
    ...readLogConfiguration().filters.map(({ name }) => name),
    ...others,
  ]);
}

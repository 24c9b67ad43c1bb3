import { type LineFormat, nextFormatWords, parseLineFormat } from '@tracebuf/exos-log';
import type { WordReader } from '../word-reader.ts';

/** Items that have a form: `date mm/dd/yyyy`. */
const WITH_FORM: readonly string[] = ['timestamp', 'date', 'event-name'];

/**
 * Reads what follows the word `format`: at least one item, to the end or to a word that ends it. What is not named is
 * not shown.
 *
 * @param ends Words that are no part of the format, and stay to be read.
 * @throws UsageError
 */
export function demandFormat(reader: WordReader, ends: readonly string[] = []): LineFormat {
  const words: string[] = [];
  for (;;) {
    const items = nextFormatWords(words);
    const item = words.length === 0 ? reader.demand(items) : takeItem(reader, items, ends);
    if (item === undefined) return parseLineFormat(words);
    words.push(item);
    if (WITH_FORM.includes(item)) words.push(reader.demand(nextFormatWords(words)));
  }
}

function takeItem(reader: WordReader, items: readonly string[], ends: readonly string[]): string | undefined {
  const word = reader.look([...items, ...ends]);
  if (word === undefined || ends.includes(word)) return undefined;
  reader.skip();
  return word;
}

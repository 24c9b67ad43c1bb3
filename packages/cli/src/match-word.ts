import { UsageError } from './errors.ts';

/**
 * The one word that `typed` is or abbreviates, in any case.
 *
 * @returns `undefined` where it is none of them.
 * @throws UsageError where it could be several.
 */
export function matchWord(typed: string, words: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const exact = words.find((word) => word.toLowerCase() === wanted);
  if (exact !== undefined) return exact;
  const matching = wanted === '' ? [] : words.filter((word) => word.toLowerCase().startsWith(wanted));
  if (matching.length > 1) {
    throw new UsageError(`Ambiguous word: ${quoted(typed)} could be ${listed(matching)}`);
  }
  return matching[0];
}

/** Words in quotes, with `or` between them. */
export function listed(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' or ');
}

/** A word that was typed, in quotes, and not too long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

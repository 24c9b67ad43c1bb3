import { editDistance } from '@tracebuf/ring';

/** An option with how often it occurs in the data. */
export interface CountedOption {
  readonly text: string;
  /** Occurrences, 0 where they are not known. */
  readonly count: number;
}

/** Farthest edit distance that still counts as a slip of the finger. */
const MAX_DISTANCE = 2;
/** Distances are not looked for in longer words: nobody mistypes one letter of a stack trace. */
const MAX_WORD = 64;

/**
 * Ranks options for what was typed: those that start with it, then those at most two slips away, nearest first, each
 * group by falling count. Where nothing is near, all options by falling count: a list to choose from beats none.
 *
 * @param typed What stands in the filter; empty ranks by count alone.
 * @param options What could stand there; equal counts keep their order.
 */
export function rankOptions<T extends CountedOption>(typed: string, options: Iterable<T>): T[] {
  const word = typed.toLowerCase();
  const all = [...options];
  const byCount = (left: T, right: T): number => right.count - left.count;
  if (word === '') return all.sort(byCount);
  const near: { option: T; rank: number }[] = [];
  for (const option of all) {
    const text = option.text.toLowerCase();
    if (text.startsWith(word)) near.push({ option, rank: 0 });
    else if (word.length > 1 && word.length <= MAX_WORD && text.length <= MAX_WORD + MAX_DISTANCE) {
      // One slip in a short word, two in a longer one: else every two-letter word is near to every other.
      const distance = editDistance(word, text, word.length < 4 ? 1 : MAX_DISTANCE);
      if (distance <= (word.length < 4 ? 1 : MAX_DISTANCE)) near.push({ option, rank: distance });
    }
  }
  if (near.length === 0) return all.sort(byCount);
  return near
    .sort((left, right) => left.rank - right.rank || byCount(left.option, right.option))
    .map(({ option }) => option);
}

/**
 * Ranks plain words as {@link rankOptions} does.
 *
 * @param typed What stands in the filter.
 * @param words What could stand there.
 */
export function rankWords(typed: string, words: Iterable<string>): string[] {
  return rankOptions(
    typed,
    Array.from(words, (text) => ({ text, count: 0 })),
  ).map(({ text }) => text);
}

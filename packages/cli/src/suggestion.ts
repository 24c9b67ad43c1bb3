/** Words of fewer letters are near to everything. */
const MIN_LENGTH = 2;

/**
 * The words that someone who typed `typed` may have meant: at most a third of its letters wrong.
 *
 * @param typed As typed; case does not matter.
 * @param words What could stand there.
 * @returns The nearest ones, all equally near; often one, or none.
 */
function nearest(typed: string, words: Iterable<string>): string[] {
  const wanted = typed.toLowerCase();
  if (wanted.length < MIN_LENGTH || wanted.length > 64) return [];
  let best = Math.max(1, Math.floor(wanted.length / 3));
  let found: string[] = [];
  for (const word of new Set(words)) {
    const distance = editDistance(wanted, word.toLowerCase());
    if (distance < best) found = [];
    if (distance <= best) {
      best = distance;
      found.push(word);
    }
  }
  return found;
}

/** `; did you mean "a" or "b"?`, or what else the end of a sentence is. */
export function suggestion(typed: string, words: Iterable<string>, otherwise = ''): string {
  const found = nearest(typed, words);
  return found.length === 0 ? otherwise : `; did you mean ${found.map((word) => `"${word}"`).join(' or ')}?`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into another. */
function editDistance(from: string, to: string): number {
  let older: number[] = [];
  let old = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const substituted = (old[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      let cost = Math.min((old[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, substituted);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, (older[column - 2] ?? 0) + 1);
      }
      next.push(cost);
    }
    older = old;
    old = next;
  }
  return old[to.length] ?? 0;
}

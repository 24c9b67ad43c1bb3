/**
 * Counts the insertions, deletions, substitutions and swaps of neighbours that turn one word into another
 * (Damerau–Levenshtein, optimal string alignment).
 *
 * @param from One word.
 * @param to The other.
 * @param limit Give up beyond this distance; default: none.
 * @returns The distance, or `limit + 1` where it is greater.
 */
export function editDistance(from: string, to: string, limit: number = Number.MAX_SAFE_INTEGER - 1): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let older: number[] = [];
  let old = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    let least = row;
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (old[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (old[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, (older[column - 2] ?? 0) + 1);
      }
      next.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    older = old;
    old = next;
  }
  return Math.min(old[to.length] ?? 0, limit + 1);
}

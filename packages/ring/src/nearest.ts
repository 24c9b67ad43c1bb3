const MAX_COMPARED = 64;

/**
 * Picks the names that somebody may have meant, nearest first.
 *
 * @param limit Most names to give.
 */
export function nearest(wanted: string, names: readonly string[], limit = 3): string[] {
  const lower = wanted.slice(0, MAX_COMPARED).toLowerCase();
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    const distance = editDistance(lower, name.slice(0, MAX_COMPARED).toLowerCase());
    if (distance <= Math.max(1, Math.floor(lower.length / 3))) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, limit).map(({ name }) => name);
}

/** Characters to insert, remove, replace, or swap with their neighbour, to make one text of the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

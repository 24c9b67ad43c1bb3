import { editDistance } from './edit-distance.ts';

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

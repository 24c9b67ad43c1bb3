import type { PathSegment } from './ast.ts';

/** One step along a path: keys lead only through objects, indexes only through arrays; nothing inherited counts. */
export function step(value: unknown, segment: PathSegment): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof segment === 'number') return Array.isArray(value) ? value[segment] : undefined;
  if (Array.isArray(value) || !Object.hasOwn(value, segment)) return undefined;
  return (value as Record<string, unknown>)[segment];
}

/**
 * Walks from a JSON value along a path, as SQLite's JSON paths do.
 *
 * @param value Where to start.
 * @param path The segments.
 * @returns The value found, or `undefined`.
 */
export function walk(value: unknown, path: readonly PathSegment[]): unknown {
  let current = value;
  for (const segment of path) current = step(current, segment);
  return current;
}

import type { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';

/** The books of a ring beside what is really there. */
export interface Books {
  readonly key: string;
  readonly position: number;
  readonly stored: number;
  readonly lost: number;
  readonly cleared: number;
  readonly rows: number;
  readonly distinct: number;
  readonly missing: number;
}

/** Checks that a database is whole, and that its books say what is in it. @returns The books of all rings, by key. */
export function expectSound(database: DatabaseSync): Books[] {
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const all = database
    .prepare(
      `SELECT r.key, r.position, r.stored, r.lost, r.cleared,
         count(e.id) FILTER (WHERE e.count IS NULL) AS rows,
         count(DISTINCT e.seq) FILTER (WHERE e.count IS NULL) AS "distinct",
         coalesce(sum(e.count), 0) AS missing
       FROM rings AS r LEFT JOIN entries AS e ON e.ring = r.id GROUP BY r.id ORDER BY r.key`,
    )
    .all() as unknown as Books[];
  for (const ring of all) {
    expect(ring.position).toBe(ring.stored + ring.lost + ring.cleared);
    expect(ring.rows).toBe(ring.stored);
    expect(ring.distinct).toBe(ring.stored);
  }
  return all;
}

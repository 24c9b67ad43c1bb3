import { lstatSync } from 'node:fs';
import { parseRingFileName, ringFileName } from './file-name.ts';
import { type DoomedRing, removeRings } from './removed-rings.ts';
import type { SecureDirectory } from './secure-directory.ts';
import { listNames } from './secure-file.ts';

const MAX_FILES = 100_000;

/** What a sweep asks about rings, by their bare file names in the directory. What throws counts as no, or as nothing. */
export interface RingJudge {
  /** Whether the writer of a main ring is done with it. */
  isEnded(name: string): boolean;
  /** How many records were appended to a ring. */
  appended(name: string): number;
}

/**
 * Forgets rings of threads that ended while their process lives on, all but the newest, so that a program that starts
 * worker after worker does not fill the memory. A buffer of a thread goes as a whole: ring, keep ring, definitions; how many
 * records it had stays booked. Never throws.
 *
 * @param keep How many buffers of ended threads stay. Default: 16.
 * @returns The main rings that this call removed, and no other thread's at the same time, by their bare file names.
 */
export function sweepThreadRings(directory: SecureDirectory, judge: RingJudge, keep = 16): string[] {
  try {
    const rings = listNames(directory, MAX_FILES).flatMap((name) => {
      const parsed = parseRingFileName(name);
      return parsed?.role === 'ring' ? [{ ...parsed, name }] : [];
    });
    // Fewer than may stay: no need to look into them.
    if (rings.length <= keep) return [];
    const ended = rings
      .filter(({ name }) => quietly(() => judge.isEnded(name), false))
      .map((ring) => ({ ...ring, time: modified(directory, ring.name) }))
      .sort((a, b) => b.time - a.time || b.thread - a.thread);
    const doomed = ended.slice(keep).map(({ buffer, thread }) => booked(buffer, thread, judge));
    if (doomed.length === 0) return [];
    return removeRings(directory, doomed).map(({ buffer, thread }) => ringFileName(buffer, thread, 'ring'));
  } catch {
    return [];
  }
}

function booked(buffer: string, thread: number, judge: RingJudge): DoomedRing {
  const appended = (['ring', 'keep'] as const).map((role) =>
    quietly(() => judge.appended(ringFileName(buffer, thread, role)), undefined),
  );
  const known = appended.filter((count) => count !== undefined);
  return { buffer, thread, rings: known.length, records: known.reduce((sum, count) => sum + count, 0) };
}

function quietly<T, U>(ask: () => T, otherwise: U): T | U {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

function modified(directory: SecureDirectory, name: string): number {
  return lstatSync(directory.resolve(name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

import { lstatSync, unlinkSync } from 'node:fs';
import { parseRingFileName, ringFileName } from './file-name.ts';
import type { SecureDirectory } from './secure-directory.ts';
import { listNames } from './secure-file.ts';

const MAX_FILES = 100_000;

/**
 * Forgets rings of threads that ended while their process lives on, all but the newest, so that a program that starts
 * worker after worker does not fill the memory. A buffer of a thread goes as a whole: ring, keep ring, definitions.
 * Never throws.
 *
 * @param isEnded Tells of a main ring, by its bare file name in the directory, whether its writer is done with it.
 * What it throws counts as no.
 * @param keep How many buffers of ended threads stay. Default: 16.
 * @returns The main rings that this call removed, and no other thread's at the same time, by their bare file names.
 */
export function sweepThreadRings(
  directory: SecureDirectory,
  isEnded: (name: string) => boolean,
  keep = 16,
): string[] {
  try {
    const rings = listNames(directory, MAX_FILES)
      .map((name) => ({ name, parsed: parseRingFileName(name) }))
      .filter(({ parsed }) => parsed?.role === 'ring');
    // Fewer than may stay: no need to look into them.
    if (rings.length <= keep) return [];
    const ended = rings
      .filter(({ name }) => isEndedQuietly(isEnded, name))
      .map((ring) => ({ ...ring, time: modified(directory, ring.name) }))
      .sort((a, b) => b.time - a.time || (b.parsed?.thread ?? 0) - (a.parsed?.thread ?? 0));
    return ended
      .slice(keep)
      .filter(({ parsed }) => parsed !== undefined && forget(directory, parsed.buffer, parsed.thread))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function isEndedQuietly(isEnded: (name: string) => boolean, name: string): boolean {
  try {
    return isEnded(name);
  } catch {
    return false;
  }
}

function modified(directory: SecureDirectory, name: string): number {
  return lstatSync(directory.resolve(name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Whether it was this call that removed the main ring. */
function forget(directory: SecureDirectory, buffer: string, thread: number): boolean {
  // The main ring last: while it is there, a sweep that was cut short is taken up again.
  removeFile(directory, ringFileName(buffer, thread, 'keep'));
  removeFile(directory, ringFileName(buffer, thread, 'defs'));
  return removeFile(directory, ringFileName(buffer, thread, 'ring'));
}

function removeFile(directory: SecureDirectory, name: string): boolean {
  try {
    unlinkSync(directory.resolve(name));
    return true;
  } catch {
    // It never was, or another thread sweeps too.
    return false;
  }
}

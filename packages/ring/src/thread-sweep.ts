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
 * @returns How many buffers were forgotten.
 */
export function sweepThreadRings(
  directory: SecureDirectory,
  isEnded: (name: string) => boolean,
  keep = 16,
): number {
  try {
    const rings = listNames(directory, MAX_FILES)
      .map((name) => ({ name, parsed: parseRingFileName(name) }))
      .filter(({ parsed }) => parsed?.role === 'ring');
    // Fewer than may stay: no need to look into them.
    if (rings.length <= keep) return 0;
    const ended = rings
      .filter(({ name }) => isEndedQuietly(isEnded, name))
      .map((ring) => ({ ...ring, time: modified(directory, ring.name) }))
      .sort((a, b) => b.time - a.time || (b.parsed?.thread ?? 0) - (a.parsed?.thread ?? 0));
    const old = ended.slice(keep);
    for (const { parsed } of old) {
      if (parsed !== undefined) forget(directory, parsed.buffer, parsed.thread);
    }
    return old.length;
  } catch {
    return 0;
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

function forget(directory: SecureDirectory, buffer: string, thread: number): void {
  // The main ring last: while it is there, a sweep that was cut short is taken up again.
  for (const role of ['keep', 'defs', 'ring'] as const) {
    try {
      unlinkSync(directory.resolve(ringFileName(buffer, thread, role)));
    } catch {
      // It never was, or another thread sweeps too.
    }
  }
}

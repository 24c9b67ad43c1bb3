import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type koffi from 'koffi';

/** `7f00-7f80 rw-s 00000000 00:1b 42 /dev/shm/…/mybuf.3.ring (deleted)` */
const MAPPING = /^([\da-f]+)-([\da-f]+) rw-s .*\/([^/]+) \(deleted\)$/;

/**
 * Gives back the mappings that threads left behind which ended without closing their buffers: a thread that was
 * terminated runs nothing at its end, and its memory would stay with the process. Linux only; elsewhere it stays.
 *
 * @param key Name of this process's directory, which no other process has.
 * @param files Bare names of files that this thread has just removed, of threads that are gone from the system. Anything
 *   else could still be written, and nobody else may be told to unmap the same.
 */
export function unmapRemoved(key: string, files: ReadonlySet<string>): void {
  if (process.platform !== 'linux' || files.size === 0) return;
  try {
    const left = readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .filter((line) => line.includes(`/${key}/`))
      .map((line) => MAPPING.exec(line))
      .filter((match) => match !== null && files.has(match[3] ?? ''));
    if (left.length === 0) return;
    const native = createRequire(import.meta.url)('koffi') as typeof koffi;
    const munmap = native.load(null).func('int munmap(uintptr_t, size_t)') as (
      at: bigint,
      n: bigint,
    ) => number;
    for (const match of left) {
      const [from, to] = [BigInt(`0x${match?.[1]}`), BigInt(`0x${match?.[2]}`)];
      munmap(from, to - from);
    }
  } catch {
    // Without /proc or koffi the memory stays until the process ends.
  }
}

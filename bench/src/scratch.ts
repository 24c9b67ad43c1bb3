import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rootPath } from '@tracebuf/ring';

/** In memory where the system has such a place, as trace buffers are by default. */
const MEMORY = '/dev/shm';

/**
 * Makes a directory for everything that the benchmarks write, and puts the trace buffers of this process and of its
 * children there.
 *
 * @returns Removes it again.
 */
export function makeScratch(): () => void {
  const directory = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'tracebuf-bench-'));
  process.env.TRACEBUF_DIR = join(directory, 'rings');
  return () => rmSync(directory, { recursive: true, force: true });
}

/** Path of a file in the directory that {@link makeScratch} made, here or in the process that started this one. */
export function scratchFile(name: string): string {
  return join(dirname(rootPath()), name);
}

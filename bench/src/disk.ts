import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotMeasure } from './comparison.ts';

/** File systems that are memory. */
const MEMORY = new Set(['tmpfs', 'ramfs', 'devtmpfs']);

/** A directory on a disk, for as long as something is measured there. */
export interface DiskDirectory {
  readonly path: string;
  /** Name of its file system, such as `ext4`. */
  readonly fileSystem: string;
  remove(): void;
}

/**
 * Makes a directory on a disk: among the temporary files, else beside the benchmarks.
 *
 * @throws CannotMeasure where both are in memory, or where that can't be told.
 */
export function makeDiskDirectory(): DiskDirectory {
  for (const place of [tmpdir(), fileURLToPath(new URL('..', import.meta.url))]) {
    const fileSystem = fileSystemOf(place);
    if (fileSystem === undefined || MEMORY.has(fileSystem)) continue;
    const path = mkdtempSync(join(place, 'tracebuf-bench-'));
    return { path, fileSystem, remove: () => rmSync(path, { recursive: true, force: true }) };
  }
  throw new CannotMeasure(
    'There is no directory on a disk whose file system can be told; set TMPDIR to one.',
  );
}

/** The file system that is mounted nearest above a path; the last one where several are mounted in one place. */
function fileSystemOf(path: string): string | undefined {
  const real = `${realpathSync(path)}${sep}`;
  let nearest = { place: '', type: undefined as string | undefined };
  for (const line of mounts()) {
    const [, at = '', type] = line.split(' ');
    // Spaces and the like are octal there.
    const place = at.replace(/\\(\d{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    const isAbove = real.startsWith(place.endsWith(sep) ? place : `${place}${sep}`);
    if (isAbove && place.length >= nearest.place.length) nearest = { place, type };
  }
  return nearest.type;
}

function mounts(): string[] {
  try {
    return readFileSync('/proc/self/mounts', 'utf8').split('\n');
  } catch {
    return [];
  }
}

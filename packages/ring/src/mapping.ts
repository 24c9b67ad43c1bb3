import { createRequire } from 'node:module';
import type koffi from 'koffi';
import { mapPosix } from './mapping-posix.ts';
import { mapWindows } from './mapping-windows.ts';

/** A file's bytes as memory that this process and every reader of the file share. */
export interface Mapping {
  /** The whole file. Touching it after {@link Mapping.unmap} would crash the process, so owners drop it first. */
  readonly memory: ArrayBuffer;
  /** Gives the address range back; the file keeps its contents. */
  readonly unmap: () => void;
}

/**
 * Maps a file for reading and writing.
 *
 * @param fd The file, open for reading and writing; it may be closed afterwards.
 * @param path Its path; Windows opens it anew, since Node's descriptors are none of the system's there.
 * @param length Bytes to map; the file must be that long already.
 * @throws Error where the platform can't map memory into a JavaScript program (Electron, a missing native library)
 *   or the system refuses. Callers then use positional writes (R12).
 */
export function mapFile(fd: number, path: string, length: number): Mapping {
  if (process.versions.electron !== undefined) {
    throw new Error('Electron does not allow memory outside of its own heap');
  }
  // Loaded on first use: a program that only reads rings never pays for it.
  const native = createRequire(import.meta.url)('koffi') as typeof koffi;
  return process.platform === 'win32' ? mapWindows(native, path, length) : mapPosix(native, fd, length);
}

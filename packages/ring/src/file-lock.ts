import { closeSync, constants, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type koffi from 'koffi';
import { errorCode, StorageError } from './errors.ts';
import type { SecureDirectory } from './secure-directory.ts';
import { secureCreate, secureOpen } from './secure-file.ts';

/** A lock that its process holds; the system gives it up when the process ends, whatever ends it. */
export interface FileLock {
  /** Gives it up. */
  release(): void;
}

const LOCK_EX = 2;
const LOCK_NB = 4;
/** libuv on Windows: opens for nobody else. */
const UV_FS_O_EXLOCK = 0x1000_0000;

let flock: ((fd: number, operation: number) => number) | undefined;

/**
 * Tries to lock a file, without waiting. The file is made where it is missing and never removed: a lock on a removed
 * file would keep nobody out.
 *
 * @param name A bare name.
 * @returns `undefined` where somebody else holds it.
 * @throws StorageError where the file can't be made, or the system can't lock: without the native library there is no
 *   way to (POSIX); InsecureDirectoryError.
 */
export function tryLock(directory: SecureDirectory, name: string): FileLock | undefined {
  const fd = process.platform === 'win32' ? openExclusively(directory, name) : openAndLock(directory, name);
  return fd === undefined ? undefined : { release: () => closeSync(fd) };
}

function openAndLock(directory: SecureDirectory, name: string): number | undefined {
  const fd = openOrCreate(directory, name);
  try {
    flock ??= (createRequire(import.meta.url)('koffi') as typeof koffi)
      .load(null)
      .func('int flock(int, int)') as (fd: number, operation: number) => number;
  } catch (cause) {
    closeSync(fd);
    throw new StorageError('lock the file', `${directory.path}/${name}`, cause);
  }
  // Of this open file, not of the process: two threads keep each other out as two processes do.
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return fd;
  closeSync(fd);
  return undefined;
}

function openExclusively(directory: SecureDirectory, name: string): number | undefined {
  closeSync(openOrCreate(directory, name));
  try {
    return openSync(directory.resolve(name), constants.O_RDWR | UV_FS_O_EXLOCK);
  } catch (error) {
    if (errorCode(error) === 'EBUSY') return undefined;
    throw new StorageError('lock the file', `${directory.path}/${name}`, error);
  }
}

function openOrCreate(directory: SecureDirectory, name: string): number {
  try {
    return secureCreate(directory, name);
  } catch (error) {
    if (!(error instanceof StorageError) || error.systemCode !== 'EEXIST') throw error;
    return secureOpen(directory, name, 'r+');
  }
}

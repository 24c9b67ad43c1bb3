import { StorageError } from '@tracebuf/ring';
import { type FileLock, type SecureDirectory, tryLock } from '@tracebuf/ring/files';
import { LogBusyError } from '../errors.ts';

/** How long somebody else may take with a file that is written in a millisecond. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 2;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Does something that no other process may do at the same time. Blocks while another one does it: for commands, not for
 * programs that log. Where the system has no locks for us (no native library), it is done all the same: the last of two
 * writers at once then wins.
 *
 * @param name What is locked, a bare file name.
 * @throws LogBusyError where somebody else holds the lock for five seconds.
 */
export function withLogLock<T>(directory: SecureDirectory, name: string, use: () => T): T {
  const lock = waitForLock(directory, `${name}.lock`);
  try {
    return use();
  } finally {
    lock?.release();
  }
}

function waitForLock(directory: SecureDirectory, name: string): FileLock | undefined {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    let lock: FileLock | undefined;
    try {
      lock = tryLock(directory, name);
    } catch (error) {
      if (error instanceof StorageError && error.systemCode === undefined) return undefined;
      throw error;
    }
    if (lock !== undefined) return lock;
    if (performance.now() > deadline) throw new LogBusyError(`${directory.path}/${name}`, PATIENCE_MS);
    Atomics.wait(sleeper, 0, 0, PAUSE_MS);
  }
}

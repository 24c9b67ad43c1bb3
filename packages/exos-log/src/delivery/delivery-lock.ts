import { type FileLock, tryLock } from '@tracebuf/ring/files';
import { inLogPart } from '../system-log/log-directory.ts';

/** Held by who delivers to the syslog servers. */
const DELIVERY = 'delivery.lock';
/** Held by `trace-cli forward` as long as it runs: workers then step back. */
const FORWARD = 'forward.lock';

/**
 * The locks by which exactly one delivers to the syslog servers of a user on a host. The system gives them up when their
 * holder dies, whatever ends it.
 */
export const deliveryLock = {
  /** Becomes the one who delivers. @returns `undefined` where another one is. @throws As `tryLock` does. */
  tryDeliver: (): FileLock | undefined => lock(DELIVERY),

  /** Becomes the one before whom workers step back. @returns `undefined` where another one is. @throws As `tryLock`. */
  tryForward: (): FileLock | undefined => lock(FORWARD),

  /** Whether somebody runs before whom workers step back. @throws As `tryLock` does. */
  isForwarded: (): boolean => {
    const free = lock(FORWARD);
    free?.release();
    return free === undefined;
  },

  /** Becomes the one thread that shows a process's incidents. @param name Bare name of a file. @throws As `tryLock`. */
  tryOwn: (name: string): FileLock | undefined => lock(name),
};

function lock(name: string): FileLock | undefined {
  return inLogPart('delivery', true, (directory) => tryLock(directory, name));
}

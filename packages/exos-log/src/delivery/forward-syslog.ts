import type { FileLock } from '@tracebuf/ring/files';
import { LogForwardedError } from '../errors.ts';
import { ConfigurationWatch } from './configuration-watch.ts';
import { readDeliverer, removeDeliverer, saveDeliverer } from './delivery-directory.ts';
import { deliveryLock } from './delivery-lock.ts';
import type { DeliveryState } from './delivery-state.ts';
import { pause, SyslogDeliverer } from './syslog-deliverer.ts';

/** What {@link forwardSyslog} may be told. */
export interface ForwardOptions {
  /** Ends it, in order: what is on its way is brought out first, for a second at most. */
  readonly signal: AbortSignal;
  /** Told how the deliveries stand, about every second. */
  readonly onProgress?: (states: readonly DeliveryState[]) => void;
}

/**
 * Workers hold the lock of who forwards for a moment, to see whether somebody does; who delivers needs a few seconds to step
 * back. So long they are waited for, in milliseconds.
 */
const PATIENCE_MS = { forward: 3000, deliver: 30_000 } as const;
const TRY_MS = 50;
const PROGRESS_MS = 1000;

/**
 * Delivers the incidents of all processes of this user, live and dead, to all enabled syslog targets, instead of the
 * worker threads of the programs, which step back. What changes in the configuration meanwhile is obeyed.
 *
 * @throws LogForwardedError where another process forwards already; StorageError, InsecureDirectoryError, also where the system
 *   has no locks for us.
 */
export async function forwardSyslog({ signal, onProgress }: ForwardOptions): Promise<void> {
  const forward = await waitFor(deliveryLock.tryForward, PATIENCE_MS.forward, signal);
  try {
    // Whoever delivers sees that we are here within a second, and then brings out what is on its way.
    const delivery = await waitFor(deliveryLock.tryDeliver, PATIENCE_MS.deliver, signal);
    if (delivery === undefined) return;
    try {
      saveDeliverer('forward');
      const deliverer = new SyslogDeliverer(new ConfigurationWatch());
      const ended = deliverer.run(signal);
      while (!signal.aborted) {
        await pause(PROGRESS_MS, signal);
        onProgress?.(deliverer.states());
      }
      await ended;
      removeDeliverer();
    } finally {
      delivery.release();
    }
  } finally {
    forward?.release();
  }
}

async function waitFor(
  tryLock: () => FileLock | undefined,
  milliseconds: number,
  signal: AbortSignal,
): Promise<FileLock | undefined> {
  const deadline = performance.now() + milliseconds;
  while (!signal.aborted) {
    const lock = tryLock();
    if (lock !== undefined) return lock;
    if (performance.now() > deadline) throw alreadyForwarded();
    await pause(TRY_MS, signal);
  }
  return undefined;
}

function alreadyForwarded(): LogForwardedError {
  const deliverer = readDeliverer();
  return new LogForwardedError(deliverer === undefined ? undefined : `${deliverer.name}.${deliverer.pid}`);
}

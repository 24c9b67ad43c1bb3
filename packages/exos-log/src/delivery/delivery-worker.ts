/** What the worker thread runs that delivers: see `delivery-thread.ts`. */
import { workerData } from 'node:worker_threads';
import { type FileLock, processKey } from '@tracebuf/ring/files';
import { ConfigurationWatch } from './configuration-watch.ts';
import { ConsoleDeliverer } from './console-deliverer.ts';
import { processLockName, removeDeliverer, saveDeliverer } from './delivery-directory.ts';
import { deliveryLock } from './delivery-lock.ts';
import { Mail } from './delivery-mail.ts';
import { pause, SyslogDeliverer } from './syslog-deliverer.ts';

/** How often the locks are tried, in milliseconds. */
const TRY_MS = 1000;
/** Other workers hold the lock of who forwards for a moment too: only one that is held so many times is forwarded. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 20;

const mail = new Mail(workerData as SharedArrayBuffer);
const watch = new ConfigurationWatch();
const consoles = new ConsoleDeliverer(watch);
const syslogs = new SyslogDeliverer(watch);

mail.start();
await work();

/** As soon as no other thread of this process does so: shows, delivers, and answers. */
async function work(): Promise<never> {
  let isOwner = false;
  void answer(() => isOwner);
  for (;;) {
    isOwner = tryQuietly(() => deliveryLock.tryOwn(processLockName(processKey()))) !== undefined;
    if (isOwner) break;
    // Another thread of this process does it all, or there are no locks here: then `trace-cli forward` delivers.
    await pause(TRY_MS, new AbortController().signal);
  }
  void consoles.run(new AbortController().signal);
  for (;;) {
    const lock = (await wantsToDeliver()) ? tryQuietly(() => deliveryLock.tryDeliver()) : undefined;
    if (lock !== undefined) await deliver(lock);
    await pause(TRY_MS, new AbortController().signal);
  }
}

async function wantsToDeliver(): Promise<boolean> {
  watch.look();
  const hasServers = watch.configuration.targets.some(
    ({ enabled, syslog }) => enabled && syslog !== undefined,
  );
  for (let looks = 1; hasServers; looks++) {
    const isForwarded = tryQuietly(() => deliveryLock.isForwarded());
    if (isForwarded === false) return true;
    if (isForwarded === undefined || looks === LOOKS) return false;
    await pause(LOOK_AGAIN_MS, new AbortController().signal);
  }
  return false;
}

/** Delivers until `trace-cli forward` wants to, or there is nobody to deliver to. */
async function deliver(lock: FileLock): Promise<void> {
  const controller = new AbortController();
  tryQuietly(() => saveDeliverer('worker'));
  const ended = syslogs.run(controller.signal);
  while (await wantsToDeliver()) await pause(TRY_MS, controller.signal);
  controller.abort();
  await ended;
  tryQuietly(() => removeDeliverer());
  lock.release();
}

/** Answers requests to bring out what there is. @param isOwner Whether that is for this thread to do. */
async function answer(isOwner: () => boolean): Promise<void> {
  for (;;) {
    const request = await mail.nextRequest();
    if (isOwner()) await consoles.drain();
    mail.answer(request);
    if (isOwner()) void syslogs.drain(processKey());
  }
}

function tryQuietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // No directory, or no locks: tried again later.
    return undefined;
  }
}

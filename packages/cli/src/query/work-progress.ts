import type { Work } from '@tracebuf/sqlite';
import type { Output } from '../output.ts';

/** Work that is done sooner is not spoken of, in milliseconds. */
const QUIET_MS = 500;
const UPDATE_MS = 200;

/**
 * Does work, and shows on a terminal how far it has come.
 *
 * @param what What is going on, such as `counting`.
 */
export async function withProgress<T>(what: string, work: Work<T>, err: Output): Promise<T> {
  let shownAt = performance.now() + QUIET_MS - UPDATE_MS;
  let isShown = false;
  for (;;) {
    const step = work.next();
    if (step.done === true) {
      if (isShown) await err.write('\r\x1b[K');
      return step.value;
    }
    if (!err.terminal || performance.now() - shownAt < UPDATE_MS) continue;
    shownAt = performance.now();
    isShown = true;
    await err.write(`\r\x1b[K${what}: ${Math.floor(step.value.part * 100)} %`);
  }
}

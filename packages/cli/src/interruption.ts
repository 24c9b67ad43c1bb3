import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode } from './exit-code.ts';

const SIGTERM_CODE = 143;

/**
 * Does work that has to tidy up when Ctrl-C ends it. A second Ctrl-C ends it as it is.
 *
 * @param work Ends soon after its signal is aborted.
 * @returns What the work returned, or the exit code for the signal that came.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const controller = new AbortController();
  let code: number | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    code = signal === 'SIGINT' ? ExitCode.INTERRUPTED : SIGTERM_CODE;
    controller.abort();
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const result = await work(controller.signal);
    return (code as ExitCode | undefined) ?? result;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Waits, shorter where the signal is aborted; also 0 ms let signals in. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    // Interrupted: the caller looks at the signal.
  }
}

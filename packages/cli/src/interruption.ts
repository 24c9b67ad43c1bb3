import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode } from './exit-code.ts';

/** What shells add to the number of a signal. */
const SIGNALLED = 128;

/**
 * Does work that has to tidy up when Ctrl-C ends it. A second Ctrl-C ends it as it is.
 *
 * @param work Ends soon after its signal is aborted.
 * @param alsoOn Signals that end it so besides SIGINT and SIGTERM.
 * @returns What the work returned, or the exit code for the signal that came.
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<ExitCode>,
  alsoOn: readonly NodeJS.Signals[] = [],
): Promise<ExitCode> {
  const controller = new AbortController();
  let code: number | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    code = SIGNALLED + constants.signals[signal];
    controller.abort();
  };
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', ...alsoOn];
  for (const signal of signals) process.once(signal, interrupt);
  try {
    const result = await work(controller.signal);
    return (code as ExitCode | undefined) ?? result;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/**
 * The exit code of a service, which runs until it is told to stop: that it was told is no failure, neither to a person nor to what
 * supervises it.
 *
 * @param code Of {@link interruptible}.
 */
export function stoppedAsMeant(code: ExitCode): ExitCode {
  return code === ExitCode.INTERRUPTED || code === ExitCode.TERMINATED ? ExitCode.DONE : code;
}

/** Waits, shorter where the signal is aborted; also 0 ms let signals in. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    // Interrupted: the caller looks at the signal.
  }
}

import { isMainThread } from 'node:worker_threads';
import { writeExitFile, writerOfProcessFile } from './process-file.ts';
import type { SecureDirectory } from './secure-directory.ts';

const MAX_UNCAUGHT = 500;

/**
 * How long after an uncaught exception that a handler took an exit with an error is still put down to it: a handler
 * that logs and then exits, at once or after closing a server.
 */
const BLAME_MS = 10_000;

/** Directories of this process, by the path of the root that they are in. */
const watched = new Map<string, SecureDirectory>();

/**
 * Sees to it that `exit.json` tells how this process ended, in each directory that it has. Calling it again for a root
 * only changes the directory there.
 *
 * No signal handlers: they would change what signals do. A process that a signal ends has no `exit.json`, and so
 * counts as died. In a worker thread the end of the thread is written down only where the main thread does not
 * watch: a logger's worker that ends in order is then the best sign there is that its program did.
 */
export function recordExit(rootPath: string, directory: SecureDirectory): void {
  const first = watched.size === 0;
  watched.set(rootPath, directory);
  if (!first) return;
  if (isMainThread) watchMainThread();
  else process.on('exit', () => writeToEach(writeThreadEnd));
}

function watchMainThread(): void {
  let uncaught: string | undefined;
  let uncaughtAt = 0;
  let handled = false;
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    uncaught = describe(error);
    uncaughtAt = Date.now();
    handled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
  });
  process.on('exit', (exitCode) => {
    const time = Date.now();
    // A handler may have dealt with the exception, and the program went on.
    const blamed = !handled || (exitCode !== 0 && time - uncaughtAt < BLAME_MS);
    writeToEach((directory) =>
      writeExitFile(directory, { exitCode, time, uncaught: blamed ? uncaught : undefined }),
    );
  });
}

function writeThreadEnd(directory: SecureDirectory): void {
  if (writerOfProcessFile(directory) === 0) return;
  writeExitFile(directory, { time: Date.now() });
}

function writeToEach(write: (directory: SecureDirectory) => void): void {
  for (const directory of watched.values()) {
    try {
      write(directory);
    } catch {
      // The disk is full or the directory is gone: the process ends as it would without us.
    }
  }
}

/** Name and message of whatever was thrown, without trusting it. */
function describe(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text.slice(0, MAX_UNCAUGHT);
  } catch {
    return 'an error that cannot be shown';
  }
}

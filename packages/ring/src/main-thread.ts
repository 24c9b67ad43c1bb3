import { resolve } from 'node:path';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** What the main thread tells the threads that it starts: they see another script, and perhaps another environment. */
export interface MainThread {
  /** Path of the main script; absent for `-e`, standard input and the REPL. */
  readonly script: string | undefined;
  /** `TRACEBUF_PROCESS`. */
  readonly processName: string | undefined;
  /** `TRACEBUF_DIR`, as the main thread understands it. */
  readonly directory: string | undefined;
  /** `TRACEBUF_DUMP_DIR`, likewise. */
  readonly dumpDirectory: string | undefined;
  /** Whether `TRACEBUF_ALLOW_NETWORK_DIR` is 1. */
  readonly allowsNetwork: boolean;
  /** When the process started, in milliseconds since 1970. */
  readonly startedAt: number;
}

const KEY = '@tracebuf/ring';

/**
 * What the main thread has told, in a worker thread; `undefined` in the main thread, and in a worker of a program
 * whose main thread does not load this package, or loaded it after it had started the worker.
 */
export function inheritedFromMain(): MainThread | undefined {
  if (isMainThread) return undefined;
  // Typed by us alone: nobody else knows the key, and the data never leaves the process.
  return getEnvironmentData(KEY) as unknown as MainThread | undefined;
}

/** Whether this program was given on the command line (`-e`, `-p`) or on standard input, and has no script. */
export function hasNoScript(execArgv: readonly string[]): boolean {
  return execArgv.some((arg) => /^(?:--eval|--print)(?:=|$)|^-(?:e|p|pe|ep)$/.test(arg));
}

/** Path of the script that the main thread runs, told in the main thread. */
function mainScript(): string | undefined {
  const script = process.argv[1];
  return script === undefined || script === '' || script === '-' || hasNoScript(process.execArgv)
    ? undefined
    : script;
}

/** What a worker would be told now. Cheap: it is gathered whenever the package is loaded. */
export function describeMainThread(): MainThread {
  return {
    script: mainScript(),
    processName: process.env.TRACEBUF_PROCESS,
    directory: absolute(process.env.TRACEBUF_DIR),
    dumpDirectory: absolute(process.env.TRACEBUF_DUMP_DIR),
    allowsNetwork: process.env.TRACEBUF_ALLOW_NETWORK_DIR === '1',
    startedAt: performance.timeOrigin,
  };
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : resolve(path);
}

// While loading, so that workers started before the first buffer is made know it too.
if (isMainThread) tellWorkers();

/** Tells the threads that are started from now on; a program may set its environment after it loaded this package. */
export function tellWorkers(): void {
  setEnvironmentData(KEY, describeMainThread() as unknown as string);
}

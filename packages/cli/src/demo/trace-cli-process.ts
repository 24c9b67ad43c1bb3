import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { DemoError } from './demo-error.ts';

/** Starts this very program once more. */
export function startTraceCli(args: readonly string[], options: SpawnOptions): ChildProcess {
  const [, script] = process.argv;
  if (script === undefined) throw new DemoError('The demo has to be started as "trace-cli demo".');
  return spawn(process.execPath, [...process.execArgv, script, ...args], options);
}

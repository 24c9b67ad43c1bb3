import { uptime } from 'node:os';
import { errorCode } from './errors.ts';
import { readBootId, readPidNamespace, readProcessStat } from './identity.ts';
import { networkFileSystem } from './network-file-system.ts';
import type { ExitInfo, ProcessInfo } from './process-file.ts';

/**
 * How a process is.
 *
 * - `alive`: it runs.
 * - `ended`: it ended by itself, with whatever exit code.
 * - `died`: something ended it: a signal, a crash, an exception that nobody caught, the machine.
 * - `unknown`: it cannot be seen from here, as in another container, so nothing is proven.
 */
export type ProcessState = 'alive' | 'ended' | 'died' | 'unknown';

/** From where processes are looked at; the same for all of one listing. */
export interface Observer {
  /** `process.platform`. */
  readonly platform: string;
  /** Boot of this machine. */
  readonly bootId: string | undefined;
  /** Pid namespace of this process. */
  readonly pidNamespace: number | undefined;
  /** Whether `/proc` shows the pids of that namespace. */
  readonly procIsOwn: boolean;
  /** Whether other machines can write to the directory: another boot may then be another machine. */
  readonly sharedByMachines: boolean;
}

/** Looks at where this process stands. */
export function observe(directory: string): Observer {
  const linux = process.platform === 'linux';
  return {
    platform: process.platform,
    bootId: readBootId(),
    pidNamespace: readPidNamespace(),
    procIsOwn: linux && readProcessStat('self')?.pid === process.pid,
    sharedByMachines: linux && isOnNetwork(directory),
  };
}

function isOnNetwork(path: string): boolean {
  try {
    return networkFileSystem(path) !== undefined;
  } catch {
    return true;
  }
}

/** Tells how a process is, from what it wrote down and from what the system shows. */
export function processState(
  info: ProcessInfo,
  exit: ExitInfo | undefined,
  observer: Observer,
): ProcessState {
  const running = isRunning(info, observer);
  if (running === undefined) return 'unknown';
  if (running) return 'alive';
  if (exit === undefined || exit.uncaught !== undefined) return 'died';
  // The end of a worker is the best sign there is, but not where the main thread, which watches too, saw none.
  return exit.thread === 0 || info.thread !== 0 ? 'ended' : 'died';
}

/** Whether a process runs; `undefined` where that cannot be proven. */
function isRunning(info: ProcessInfo, observer: Observer): boolean | undefined {
  if (info.platform !== observer.platform) return undefined;
  return observer.platform === 'linux' ? isRunningLinux(info, observer) : isRunningElsewhere(info);
}

function isRunningLinux(info: ProcessInfo, observer: Observer): boolean | undefined {
  if (info.bootId === undefined || observer.bootId === undefined) return undefined;
  if (info.bootId !== observer.bootId) return observer.sharedByMachines ? undefined : false;
  if (info.pidNamespace === undefined || info.pidNamespace !== observer.pidNamespace || !observer.procIsOwn) {
    return undefined;
  }
  const stat = readProcessStat(info.pid);
  if (stat === undefined) {
    // Hidden (hidepid) or gone: the signal tells.
    return hasProcess(info.pid) ? undefined : false;
  }
  return stat.start === info.start && stat.state !== 'Z' && stat.state !== 'X';
}

/** Without start times of other processes, only a boot after the process's start proves that its pid is reused. */
function isRunningElsewhere(info: ProcessInfo): boolean {
  const bootedAt = Date.now() - uptime() * 1000;
  if (info.startedAt < bootedAt - 60_000) return false;
  return hasProcess(info.pid);
}

/** Whether there is a process with that pid, or something that cannot be told from one. */
export function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's.
    return errorCode(error) !== 'ESRCH';
  }
}

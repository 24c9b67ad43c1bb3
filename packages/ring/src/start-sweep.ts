import { openRoot, type Root } from './directory.ts';
import { TracebufError } from './errors.ts';
import { pidOfKey } from './identity.ts';
import { hasProcess } from './liveness.ts';
import { measure } from './process-entry.ts';
import { prune, resolveRetention } from './retention.ts';
import { openSecureSubdirectory } from './secure-directory.ts';
import { listNames } from './secure-file.ts';

/** After the start of the program, which is busy enough. */
const DELAY_MS = 1000;

/** A program that ends before sweeps only where this many directories are too many: not each time. */
const SLACK = 8;

const MAX_PROCESSES = 100_000;

/** Paths of the roots that are to be swept. */
const scheduled = new Set<string>();

/**
 * Sweeps once, soon: when the program has started, or else when it ends. It keeps no program running and never
 * throws, and it loads what reads `process.json` only where there is probably something to remove.
 */
export function scheduleSweep(rootPath: string): void {
  if (scheduled.has(rootPath)) return;
  scheduled.add(rootPath);
  const atExit = (): void => {
    clearTimeout(timer);
    sweep(rootPath, SLACK);
  };
  const timer = setTimeout(() => {
    scheduled.delete(rootPath);
    process.off('exit', atExit);
    sweep(rootPath, 0);
  }, DELAY_MS);
  timer.unref();
  process.on('exit', atExit);
}

/**
 * Removes at once what retention no longer keeps. Never throws.
 *
 * @param rootPath Where; default: the usual root.
 * @returns Whether that was anything.
 */
export function makeRoom(rootPath?: string): boolean {
  try {
    const root = openRoot(rootPath === undefined ? {} : { path: rootPath });
    if (root === undefined) return false;
    try {
      return prune(root, { keepFirstCrash: true }).removed.length > 0;
    } finally {
      root.close();
    }
  } catch {
    return false;
  }
}

function sweep(rootPath: string, slack: number): void {
  try {
    const root = openRoot({ path: rootPath });
    if (root === undefined) return;
    try {
      if (isSweepDue(root, slack)) prune(root, { keepFirstCrash: true });
    } finally {
      root.close();
    }
  } catch (error) {
    // Wrong limits are worth a word; whatever else fails will fail again where somebody asked for it.
    if (error instanceof TracebufError && error.code === 'ERR_TRACEBUF_INVALID_OPTION') {
      process.emitWarning(error.message, { type: 'TracebufWarning', code: error.code });
    }
  }
}

/** Whether there are probably too many dead processes, or too large ones, told without reading what they wrote. */
function isSweepDue(root: Root, slack: number): boolean {
  const limits = resolveRetention();
  const dead = listNames(root, MAX_PROCESSES).filter((name) => {
    const pid = pidOfKey(name);
    return pid !== undefined && !hasProcess(pid);
  });
  if (dead.length > limits.keepProcesses + slack) return true;
  let bytes = 0;
  for (const key of dead) {
    const directory = openSecureSubdirectory(root, key);
    if (directory === undefined) continue;
    try {
      bytes += measure(directory).bytes;
    } finally {
      directory.close();
    }
    if (bytes > limits.keepBytes) return true;
  }
  return false;
}

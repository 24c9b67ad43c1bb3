import { parseBytes } from './byte-count.ts';
import { type CrashMarks, readCrashMarks, writeCrashMarks } from './crash-marks.ts';
import type { Root } from './directory.ts';
import { InvalidOptionError } from './errors.ts';
import type { ProcessEntry } from './process-entry.ts';
import { listProcesses, type ProcessProblem } from './registry.ts';
import { removeDebris, removeProcess } from './remove-process.ts';

/** How much of dead processes is kept. */
export interface Retention {
  /** Most dead processes, the newest ones. Default: `TRACEBUF_KEEP_PROCESSES`, else 16. */
  readonly keepProcesses?: number;
  /** Most bytes that they may take. Default: `TRACEBUF_KEEP_BYTES`, such as `64M`, else 256 MiB. */
  readonly keepBytes?: number;
}

/** How {@link prune} prunes. */
export interface PruneOptions extends Retention {
  /**
   * Also keep, for each process name, the first process that died uncleanly since the last call without this option.
   * A sweep at the start of a process keeps them; `trace-cli prune` gives them up, and counts anew from now.
   * Default: false.
   */
  readonly keepFirstCrash?: boolean;
  /** Only tell what would be removed, and change nothing. Default: false. */
  readonly dryRun?: boolean;
}

/** What {@link prune} did, or would do. */
export interface PruneResult {
  /** Processes whose directories were removed. */
  readonly removed: ProcessEntry[];
  /** Dead processes that are kept. */
  readonly kept: ProcessEntry[];
  /** Bytes that were freed. */
  readonly freedBytes: number;
  /** Directories that were passed over. */
  readonly problems: ProcessProblem[];
}

const KEEP_PROCESSES = 16;
const KEEP_BYTES = 256 * 1024 * 1024;

/** Most names whose first crash is kept, so that a program that has a new name at each start can't fill the memory. */
const MAX_CRASH_MARKS = 256;

/**
 * What is kept of dead processes: options, else the environment, else 16 processes and 256 MiB.
 *
 * @throws InvalidOptionError for what is not a whole number from 0; the environment may also give bytes with a unit.
 */
export function resolveRetention(options: Retention = {}): Required<Retention> {
  return {
    keepProcesses:
      wholeNumber('keepProcesses', options.keepProcesses) ??
      fromEnvironment(
        'TRACEBUF_KEEP_PROCESSES',
        wholeNumberIn,
        'give a whole number, 0 or more, or unset it',
      ) ??
      KEEP_PROCESSES,
    keepBytes:
      wholeNumber('keepBytes', options.keepBytes) ??
      fromEnvironment('TRACEBUF_KEEP_BYTES', parseBytes, 'give bytes, or a size such as 64M, or unset it') ??
      KEEP_BYTES,
  };
}

function wholeNumber(option: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw new InvalidOptionError(option, value, 'give a whole number, 0 or more');
}

function wholeNumberIn(text: string): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function fromEnvironment(
  variable: string,
  read: (text: string) => number | undefined,
  remedy: string,
): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === '') return undefined;
  const value = read(text);
  if (value !== undefined) return value;
  throw new InvalidOptionError(variable, text, remedy);
}

/**
 * Removes what is too much of dead processes. Those alive are never touched, nor those of which nothing is known.
 * Several callers may prune at the same time.
 *
 * @throws InvalidOptionError for bad limits; InsecureDirectoryError, StorageError where the root cannot be read.
 */
export function prune(root: Root, options: PruneOptions = {}): PruneResult {
  const limits = resolveRetention(options);
  const { dryRun = false } = options;
  const { processes, problems } = listProcesses(root);
  const dead = processes.filter(isDead);
  const marks = readCrashMarks(root);
  const first =
    options.keepFirstCrash === true
      ? firstCrashes(processes, marks, limits.keepBytes)
      : new Map<string, string>();

  const kept: ProcessEntry[] = [];
  const removed: ProcessEntry[] = [];
  let freedBytes = 0;
  for (const { entry, keep } of choose(dead, new Set(first.values()), limits)) {
    if (!keep && (dryRun || removeQuietly(root, entry, problems))) {
      removed.push(entry);
      freedBytes += entry.bytes;
    } else {
      kept.push(entry);
    }
  }
  const result = { removed, kept, freedBytes, problems };
  if (dryRun) return result;
  const gone = new Set(removed.map(({ key }) => key));
  const present = processes.filter(
    ({ key, state }) => state !== 'alive' && state !== 'ended' && !gone.has(key),
  );
  const keys = new Set(present.map(({ key }) => key));
  const released =
    options.keepFirstCrash === true ? marks.released.filter((key) => keys.has(key)) : [...keys];
  writeCrashMarks(root, { first, released }, marks);
  removeDebris(root);
  return result;
}

function isDead({ state }: ProcessEntry): boolean {
  return state === 'ended' || state === 'died';
}

/** The first that died of each name, as remembered, else the oldest one that no prune has released. */
function firstCrashes(
  processes: readonly ProcessEntry[],
  marks: CrashMarks,
  keepBytes: number,
): Map<string, string> {
  const candidates = new Map<string, ProcessEntry>();
  for (const entry of processes) {
    // One that cannot be seen from here keeps the mark that others gave it.
    if (entry.state === 'died' || entry.state === 'unknown') candidates.set(entry.key, entry);
  }
  const first = new Map<string, string>();
  for (const [name, key] of marks.first) {
    if (candidates.get(key)?.name === name) first.set(name, key);
  }
  const released = new Set(marks.released);
  for (const { name, key, state } of [...candidates.values()].reverse()) {
    if (state === 'died' && !first.has(name) && !released.has(key)) first.set(name, key);
  }
  // Newest first, until they take as much again as all the others may.
  let bytes = 0;
  let count = 0;
  for (const { name, key, bytes: size } of candidates.values()) {
    if (first.get(name) !== key) continue;
    bytes += size;
    count++;
    if (count > 1 && (bytes > keepBytes || count > MAX_CRASH_MARKS)) first.delete(name);
  }
  return first;
}

/** Goes through dead processes, newest first, and says which are to stay; those in `first` do not count. */
function choose(
  dead: readonly ProcessEntry[],
  first: ReadonlySet<string>,
  limits: Required<Retention>,
): { entry: ProcessEntry; keep: boolean }[] {
  let count = 0;
  let bytes = 0;
  return dead.map((entry) => {
    if (first.has(entry.key)) return { entry, keep: true };
    count++;
    bytes += entry.bytes;
    return { entry, keep: count <= limits.keepProcesses && bytes <= limits.keepBytes };
  });
}

function removeQuietly(root: Root, entry: ProcessEntry, problems: ProcessProblem[]): boolean {
  try {
    return removeProcess(root, entry);
  } catch (error) {
    problems.push({ path: entry.directory, error: error as Error });
    return false;
  }
}

import { openRoot, type Root } from './directory.ts';
import { AmbiguousProcessError, UnknownProcessError } from './errors.ts';
import { pidOfKey } from './identity.ts';
import { observe } from './liveness.ts';
import { nearest } from './nearest.ts';
import { type ProcessEntry, readProcessEntry } from './process-entry.ts';
import { isMissing } from './process-file.ts';
import { fitProcessName } from './process-name.ts';
import { listNames } from './secure-file.ts';

/** Most directories that one listing reads. */
const MAX_PROCESSES = 100_000;

/** A directory that could not be read as that of a process, and why. */
export interface ProcessProblem {
  /** The directory. */
  readonly path: string;
  /** What is wrong with it. */
  readonly error: Error;
}

/** What {@link listProcesses} found. */
export interface ProcessList {
  /** Processes, newest first. */
  readonly processes: ProcessEntry[];
  /** Directories that were passed over. */
  readonly problems: ProcessProblem[];
}

/**
 * Lists the processes that have, or had, trace buffers, newest first.
 *
 * @param root Where to look; default: the one of {@link openRoot}.
 * @throws InsecureDirectoryError, StorageError where the root itself cannot be read.
 */
export function listProcesses(root?: Root): ProcessList {
  if (root !== undefined) return listIn(root);
  const own = openRoot();
  if (own === undefined) return { processes: [], problems: [] };
  try {
    return listIn(own);
  } finally {
    own.close();
  }
}

function listIn(root: Root): ProcessList {
  const processes: ProcessEntry[] = [];
  const problems: ProcessProblem[] = [];
  const observer = observe(root.path);
  for (const name of listNames(root, MAX_PROCESSES)) {
    if (pidOfKey(name) === undefined) continue;
    try {
      const entry = readProcessEntry(root, name, observer);
      if (entry !== undefined) processes.push(entry);
    } catch (error) {
      // Gone while it was read: retention came by.
      if (!isMissing(error)) problems.push({ path: `${root.path}/${name}`, error: error as Error });
    }
  }
  processes.sort(newestFirst);
  return { processes, problems };
}

/** Order of processes: newest first, and the same each time where several started at once. */
function newestFirst(a: ProcessEntry, b: ProcessEntry): number {
  return b.startedAt - a.startedAt || b.info.start - a.info.start || b.pid - a.pid;
}

/**
 * Finds processes as the command line names them, newest first: `all`, a pid, `name.pid`, a name (in any case, all
 * processes of that name), or the start of exactly one name.
 *
 * @param root See {@link listProcesses}.
 * @throws UnknownProcessError naming what is near; AmbiguousProcessError where an abbreviation fits several names.
 */
export function findProcesses(selector: string, root?: Root): ProcessEntry[] {
  return selectProcesses(selector, listProcesses(root).processes);
}

/** {@link findProcesses} in a list that is there already. */
export function selectProcesses(selector: string, processes: readonly ProcessEntry[]): ProcessEntry[] {
  const wanted = selector.trim();
  if (wanted.toLowerCase() === 'all') return [...processes];

  const exact = byName(processes, (name) => name === wanted);
  if (exact.length > 0) return exact;
  if (/^\d+$/.test(wanted)) {
    const found = processes.filter(({ pid }) => pid === Number(wanted));
    if (found.length > 0) return found;
  }
  const dotted = /^(.+)\.(\d+)$/.exec(wanted);
  if (dotted !== null) {
    const ofPid = processes.filter(({ pid }) => pid === Number(dotted[2]));
    const found = byWord(dotted[1] ?? '', ofPid, wanted);
    if (found.length > 0) return found;
  }
  const found = byWord(wanted, processes, wanted);
  if (found.length > 0) return found;
  const names = [...new Set(processes.map(({ name }) => name))];
  throw new UnknownProcessError(selector, nearest(wanted, names), names);
}

/** By name in any case, as a package is called (`@acme/web` is `acme-web`), or by the start of one name. */
function byWord(word: string, processes: readonly ProcessEntry[], selector: string): ProcessEntry[] {
  if (word === '') return [];
  const lower = word.toLowerCase();
  const same = byName(processes, (name) => name.toLowerCase() === lower);
  if (same.length > 0) return same;
  const fit = fitProcessName(word).toLowerCase();
  const fitting = byName(processes, (name) => name.toLowerCase() === fit);
  if (fitting.length > 0) return fitting;

  const longer = byName(processes, (name) => name.toLowerCase().startsWith(lower));
  const names = [...new Set(longer.map(({ name }) => name))];
  if (names.length > 1) throw new AmbiguousProcessError(selector, names.sort());
  return longer;
}

function byName(processes: readonly ProcessEntry[], fits: (name: string) => boolean): ProcessEntry[] {
  return processes.filter(({ name }) => fits(name));
}

import {
  listProcesses,
  openRoot,
  type ProcessEntry,
  type ProcessProblem,
  selectProcesses,
  UnknownTraceBufferError,
} from '@tracebuf/ring';
import { UsageError } from './errors.ts';
import { refuseDatabase } from './named-source.ts';

/** What `<proc> <buf>|all` means now. */
export interface Target {
  /** Processes, newest first. */
  readonly processes: readonly ProcessEntry[];
  /** Names of buffers; `undefined` means all, those made later too. */
  readonly buffers: readonly string[] | undefined;
}

/** Which buffers a reader of a target reads. */
export function readerOptions({ buffers }: Pick<Target, 'buffers'>): {
  readonly buffers?: readonly string[];
} {
  return buffers === undefined ? {} : { buffers };
}

/** `all`, in any case. */
export function isAll(word: string): boolean {
  return word.toLowerCase() === 'all';
}

/**
 * Finds processes and trace buffers. A buffer answers to its name in any case, and to the start of one name.
 *
 * @param proc `<proc>` of the command line.
 * @param buf `<buf>|all` of the command line.
 * @throws UnknownProcessError, AmbiguousProcessError, UnknownTraceBufferError, UsageError for an ambiguous buffer.
 */
export function findTarget(proc: string, buf: string): Target {
  const processes = findProcessEntries(proc);
  if (isAll(buf)) return { processes, buffers: undefined };
  const names = new Map(processes.map((process) => [process, bufferNames(process)]));
  const known = [...new Set([...names.values()].flat())];
  const buffers = matchBuffers(buf, known);
  return {
    processes: processes.filter((process) => names.get(process)?.some((name) => buffers.includes(name))),
    buffers,
  };
}

/**
 * Processes that a selector names, newest first.
 *
 * @throws UnknownProcessError, AmbiguousProcessError, UsageError for a database.
 */
export function findProcessEntries(proc: string): ProcessEntry[] {
  refuseDatabase(proc);
  return selectProcesses(proc, allProcesses().processes);
}

/** All processes, newest first, and the directories that could not be read. */
export function allProcesses(): { processes: ProcessEntry[]; problems: ProcessProblem[] } {
  // The root stays open until the program ends: entries find their files through it.
  return listProcesses(openRoot());
}

/** Names of the trace buffers of a process, sorted. */
export function bufferNames(process: ProcessEntry): string[] {
  return [...new Set(process.ringFiles().map(({ buffer }) => buffer))].sort();
}

/**
 * Names of trace buffers that a word means: that one in any case, or the only one that begins so.
 *
 * @throws UnknownTraceBufferError, UsageError where several begin so.
 */
export function matchBuffers(word: string, known: readonly string[]): string[] {
  if (known.includes(word)) return [word];
  const wanted = word.toLowerCase();
  const same = known.filter((name) => name.toLowerCase() === wanted);
  const matching =
    same.length > 0 || wanted === '' ? same : known.filter((name) => name.toLowerCase().startsWith(wanted));
  if (matching.length === 0) throw new UnknownTraceBufferError(word, [...known].sort());
  if (matching.length > 1) {
    const candidates = matching.map((name) => JSON.stringify(name)).join(' or ');
    throw new UsageError(`Ambiguous trace buffer: ${JSON.stringify(word)} could be ${candidates}`);
  }
  return matching;
}

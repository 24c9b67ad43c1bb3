import { listProcesses, type ProcessEntry, TraceReader, type TraceRecord } from '@tracebuf/ring';
import type { LogResult, QueriedLog } from './log-query.ts';

/**
 * Reads what the winston transports of one buffer have written: in this process, in all of its threads, and in the
 * processes that belong to it (workers of `cluster` and other children, the parent, and siblings).
 *
 * @throws InsecureDirectoryError, StorageError
 */
export class LogReader {
  readonly #reader: TraceReader;

  /** @param buffer Name of the trace buffer. */
  constructor(buffer: string) {
    // Loaded here, so that whoever only writes does not need it.
    this.#reader = new TraceReader(family(listProcesses().processes), { buffers: [buffer] });
  }

  /** The logs since the last call, oldest first. */
  *logs(): Generator<QueriedLog, void> {
    for (const record of this.#reader.records()) {
      if (record.kind !== 'winston') continue;
      yield { log: logOf(record), level: record.level, time: record.time / 1000 };
    }
  }

  /** Closes all files. */
  close(): void {
    this.#reader.close();
  }
}

/** The info that a record was made from. */
function logOf({ level, message, fields }: TraceRecord): LogResult {
  return { level, message, ...fields };
}

/**
 * This process, and those that a process and its children make together with it. A parent counts only if it has trace
 * buffers too: two programs that one shell has started do not belong together.
 *
 * @param pid Process id of this process.
 */
export function family(processes: readonly ProcessEntry[], pid: number = process.pid): ProcessEntry[] {
  // Newest first: an older one of the same pid is dead.
  const own = processes.find((entry) => entry.pid === pid);
  if (own === undefined) return [];
  const root = parentOf(own, processes) ?? own;
  const members = processes.filter((entry) => entry === root || parentOf(entry, processes) === root);
  return members.includes(own) ? members : [own, ...members];
}

/** A pid is used again in time: the parent is the newest one that is older than its child. */
function parentOf(entry: ProcessEntry, processes: readonly ProcessEntry[]): ProcessEntry | undefined {
  return processes.find(({ pid, startedAt }) => pid === entry.info.parentPid && startedAt <= entry.startedAt);
}

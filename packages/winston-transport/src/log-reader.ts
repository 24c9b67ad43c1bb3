import cluster from 'node:cluster';
import { listProcesses, type ProcessEntry, TraceReader, type TraceRecord } from '@tracebuf/ring';
import type { LogResult, QueriedLog } from './log-query.ts';

/**
 * Reads what the winston transports of one buffer have written: in this process, in all of its threads, and in the
 * processes that belong to it: see {@link family}.
 *
 * @throws InsecureDirectoryError, StorageError
 */
export class LogReader {
  readonly #reader: TraceReader;

  /** @param buffer Name of the trace buffer. */
  constructor(buffer: string) {
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
 * This process and its children, and theirs; of a worker of a `cluster`, the whole cluster.
 *
 * @param pid Process id of this process.
 * @param isWorker Whether its parent is the primary of its cluster.
 */
export function family(
  processes: readonly ProcessEntry[],
  pid: number = process.pid,
  isWorker: boolean = cluster.isWorker,
): ProcessEntry[] {
  // Newest first: an older one of the same pid is dead.
  const own = processes.find((entry) => entry.pid === pid);
  if (own === undefined) return [];
  const root = (isWorker ? parentOf(own, processes) : undefined) ?? own;
  const members = new Set([root, own]);
  // Oldest first: a parent comes before its children.
  for (const entry of processes.toReversed()) {
    const parent = parentOf(entry, processes);
    if (parent !== undefined && members.has(parent)) members.add(entry);
  }
  return [...members];
}

/** A pid is used again in time: the parent is the newest one that is older than its child. */
function parentOf(entry: ProcessEntry, processes: readonly ProcessEntry[]): ProcessEntry | undefined {
  return processes.find(({ pid, startedAt }) => pid === entry.info.parentPid && startedAt <= entry.startedAt);
}

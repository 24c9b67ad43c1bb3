import { type BufferStatus, bufferStatus } from './buffer-status.ts';
import { mergeByTime } from './merge.ts';
import type { ProcessEntry } from './process-entry.ts';
import { isMissing } from './process-file.ts';
import type { TraceRecord } from './record.ts';
import { RingSource } from './ring-source.ts';

/** What to read. */
export interface TraceReaderOptions {
  /** Names of buffers; default: all. */
  readonly buffers?: readonly string[];
}

/** A file that could not be read, and why. */
export interface ReadProblem {
  readonly path: string;
  readonly error: Error;
}

/**
 * Reads the trace buffers of some processes, live or dead, merged by time.
 *
 * {@link records} gives what there is; {@link poll} what has come since, from rings that came since too.
 */
export class TraceReader {
  /** Files that could not be read; reading goes on with the others (R6). */
  readonly problems: ReadProblem[] = [];

  readonly #processes: readonly ProcessEntry[];
  readonly #buffers: ReadonlySet<string> | undefined;
  readonly #rings = new Map<string, RingSource>();

  /** @param processes From `listProcesses` or `findProcesses`. Their rings are opened now, and later ones as they come. */
  constructor(processes: readonly ProcessEntry[], options: TraceReaderOptions = {}) {
    this.#processes = processes;
    this.#buffers = options.buffers === undefined ? undefined : new Set(options.buffers);
    this.#open();
  }

  /** The buffers, with their books; one entry for each buffer of each process. */
  buffers(): BufferStatus[] {
    this.#open();
    return bufferStatus([...this.#rings.values()]);
  }

  /** All records since the last call of this or {@link poll}, oldest first; decoded as they are taken. */
  *records(): Generator<TraceRecord, void> {
    this.#open();
    // All rings are copied before the first record is taken: what is slow is the caller, not the copying.
    yield* mergeByTime([...this.#rings.values()].map((ring) => ring.records()));
  }

  /** {@link records} as an array. */
  poll(): TraceRecord[] {
    return [...this.records()];
  }

  /** Closes all files. */
  close(): void {
    for (const { reader } of this.#rings.values()) reader.close();
    this.#rings.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Opens rings that have come since. */
  #open(): void {
    for (const process of this.#processes) {
      for (const file of process.ringFiles()) {
        if (this.#rings.has(file.path) || (this.#buffers !== undefined && !this.#buffers.has(file.buffer)))
          continue;
        try {
          this.#rings.set(file.path, new RingSource(process, file));
        } catch (error) {
          // A file that is gone again is no problem: its thread ended, or retention came by.
          if (isMissing(error)) continue;
          if (!this.problems.some(({ path }) => path === file.path)) {
            this.problems.push({ path: file.path, error: error as Error });
          }
        }
      }
    }
  }
}

import { lstatSync } from 'node:fs';
import { type BufferStatus, bufferStatus } from './buffer-status.ts';
import { UnfinishedRingError } from './errors.ts';
import { mergeByTime } from './merge.ts';
import type { ProcessEntry, RingFile } from './process-entry.ts';
import { isMissing } from './process-file.ts';
import type { TraceRecord } from './record.ts';
import { RingSource } from './ring-source.ts';

/** What to read. */
export interface TraceReaderOptions {
  /** Names of buffers; default: all. */
  readonly buffers?: readonly string[];
}

/** A file that could not be read, or not all of it, and why. */
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
  /** Files that could not be read, or only in part because they are damaged; reading goes on with the others (R6). */
  readonly problems: ReadProblem[] = [];

  readonly #processes: readonly ProcessEntry[];
  readonly #buffers: ReadonlySet<string> | undefined;
  /** Open rings by {@link keyOf}. */
  readonly #rings = new Map<string, RingSource>();
  /** Keys of rings whose file is gone, or replaced by another: they are read to their end, then closed. */
  readonly #gone = new Set<string>();
  #hasRead = false;

  /** @param processes From `listProcesses` or `findProcesses`. Their rings are opened now, and later ones as they come. */
  constructor(processes: readonly ProcessEntry[], options: TraceReaderOptions = {}) {
    this.#processes = processes;
    this.#buffers = options.buffers === undefined ? undefined : new Set(options.buffers);
    this.#open();
  }

  /** The buffers, with their books; one entry for each buffer of each process. */
  buffers(): BufferStatus[] {
    this.#open();
    const rings = [...this.#rings].filter(([key]) => !this.#gone.has(key)).map(([, ring]) => ring);
    return bufferStatus(rings, (buffer) => this.#buffers?.has(buffer) ?? true);
  }

  /** All records since the last call of this or {@link poll}, oldest first; decoded as they are taken. */
  *records(): Generator<TraceRecord, void> {
    this.#open();
    this.#hasRead = true;
    const gone = [...this.#gone];
    // All rings are copied before the first record is taken: what is slow is the caller, not the copying.
    const sequences = [...this.#rings.values()].flatMap((ring) => {
      try {
        return [ring.records()];
      } catch (error) {
        this.#report(ring.file, error);
        return [];
      }
    });
    try {
      for (const record of mergeByTime(sequences)) yield record;
    } finally {
      for (const key of gone) this.#forget(key);
    }
  }

  /** {@link records} as an array. */
  poll(): TraceRecord[] {
    return [...this.records()];
  }

  /** Closes all files. */
  close(): void {
    for (const { reader } of this.#rings.values()) reader.close();
    this.#rings.clear();
    this.#gone.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Opens rings that have come since, and notes which are gone. */
  #open(): void {
    const present = new Set<string>();
    for (const process of this.#processes) {
      for (const file of process.ringFiles()) {
        if (this.#buffers !== undefined && !this.#buffers.has(file.buffer)) continue;
        try {
          const key = keyOf(file);
          present.add(key);
          if (this.#rings.has(key)) continue;
          const ring = new RingSource(process, file, (error) => this.#report(file, error));
          // A ring that came while this reader was there: all that it lost, this reader lost.
          if (this.#hasRead) ring.reader.accountFromStart();
          this.#rings.set(key, ring);
          this.#settle(file);
        } catch (error) {
          // The next look will find it finished.
          if (error instanceof UnfinishedRingError && process.state === 'alive') continue;
          this.#report(file, error);
        }
      }
    }
    for (const key of this.#rings.keys()) if (!present.has(key)) this.#gone.add(key);
  }

  #forget(key: string): void {
    this.#rings.get(key)?.reader.close();
    this.#rings.delete(key);
    this.#gone.delete(key);
  }

  #report({ path }: RingFile, error: unknown): void {
    // A file that is gone again is no problem: its thread ended, or retention came by.
    if (isMissing(error) || this.problems.some((problem) => problem.path === path)) return;
    this.problems.push({ path, error: error as Error });
  }

  /** A file that was still being made when it was seen first is no problem any more. */
  #settle({ path }: RingFile): void {
    const index = this.problems.findIndex((problem) => problem.path === path);
    if (index >= 0) this.problems.splice(index, 1);
  }
}

/** Tells a ring from one that its thread made later in the same place, with another size. */
function keyOf({ path }: RingFile): string {
  const { dev, ino } = lstatSync(path);
  return `${dev}:${ino}:${path}`;
}

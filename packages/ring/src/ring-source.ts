import { closeSync, fstatSync } from 'node:fs';
import { decodeRecord, type RecordOrigin } from './decode.ts';
import { type Definitions, levelLabels, readDefinitions } from './definitions.ts';
import { CorruptRingError } from './errors.ts';
import { Level } from './level.ts';
import type { RecordSequence } from './merge.ts';
import type { ProcessEntry, RingFile } from './process-entry.ts';
import type { TraceRecord } from './record.ts';
import { RingReader } from './ring-reader.ts';
import type { Snapshot } from './snapshot.ts';

/** Told what could not be read; reading goes on with the rest (R6). */
export type ReportProblem = (error: unknown) => void;

/** One ring of a process, opened, with what it takes to decode its records. */
export class RingSource {
  readonly process: ProcessEntry;
  readonly file: RingFile;
  readonly reader: RingReader;
  readonly #report: ReportProblem;
  #origin: RecordOrigin;
  #hasDefinitions = false;
  /** Bytes of definitions that were read; the file only grows. */
  #definitionBytes = -1;

  /** @throws Typed errors for what is insecure, damaged or unreadable. */
  constructor(process: ProcessEntry, file: RingFile, report: ReportProblem) {
    this.process = process;
    this.file = file;
    this.#report = report;
    const fd = file.open('r');
    try {
      this.reader = new RingReader(fd, file.path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#origin = this.#originWith(new Map());
  }

  /**
   * Copies what has come since the last call, at once, and decodes it as it is taken. Losses stand where they
   * happened, as records of kind `lost`, and likewise what was cleared unread; damage is reported besides.
   */
  records(): RecordSequence {
    const { reader } = this;
    const snapshot = reader.read();
    const decoded = this.#decode(snapshot);
    return {
      [Symbol.iterator]: () => decoded,
      get fraction() {
        return reader.fractionOf(snapshot.time);
      },
    };
  }

  *#decode(snapshot: Snapshot): Generator<TraceRecord, void> {
    const { reader } = this;
    let damagedBefore = 0;
    try {
      while (snapshot.next()) {
        const seq = reader.seq(snapshot.seqLow);
        const missing = reader.account(seq);
        if (!this.#hasDefinitions) this.#readDefinitions();
        const record = decodeRecord(reader, snapshot, this.#origin);
        if (missing > 0) yield* this.#missing(record, missing, snapshot.damagedBytes > damagedBefore);
        damagedBefore = snapshot.damagedBytes;
        yield record;
      }
    } catch (error) {
      this.#report(error);
    }
    if (reader.cursors.head < 0) {
      this.#report(new CorruptRingError(this.file.path, 'its positions make no sense'));
    } else if (snapshot.damagedBytes > 0) {
      const detail = `${snapshot.damagedBytes} bytes of its data are no sound record, the others were read`;
      this.#report(new CorruptRingError(this.file.path, detail));
    }
    // What a definition says may have been written since: look again before the next batch.
    this.#hasDefinitions = false;
  }

  /** What stands for the records before one that this reader did not get to see. */
  *#missing(next: TraceRecord, count: number, damaged: boolean): Generator<TraceRecord, void> {
    const { lostBefore, cleared } = this.reader.unseen;
    const lostBehind = count - lostBefore - cleared;
    const seq = next.seq - count;
    if (lostBefore > 0) yield standIn(next, 'lost', seq, lostBefore, this.#reason(damaged));
    if (cleared > 0) yield standIn(next, 'cleared', seq + lostBefore, cleared, 'cleared');
    if (lostBehind > 0) yield standIn(next, 'lost', next.seq - lostBehind, lostBehind, this.#reason(damaged));
  }

  #reason(damaged: boolean): string {
    if (damaged) return 'damaged';
    const { descriptor, cursors } = this.reader;
    if (descriptor.policy === 'discard') return 'refused by the full buffer';
    // Which of the two can't be told of each: the books have the sum.
    return cursors.discarded > 0
      ? 'not stored, because writing to the file failed, or overwritten before they could be read'
      : 'overwritten before they could be read';
  }

  #readDefinitions(): void {
    this.#hasDefinitions = true;
    try {
      const fd = this.file.openDefinitions();
      if (fd === undefined) return;
      try {
        const { size } = fstatSync(fd);
        // The same definitions stay the same object, so that decoders can keep what they made of them.
        if (size === this.#definitionBytes) return;
        this.#origin = this.#originWith(readDefinitions(fd));
        this.#definitionBytes = size;
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      // Records can be read without.
      this.#report(error);
    }
  }

  #originWith(definitions: Definitions): RecordOrigin {
    const { name, pid } = this.process;
    const { buffer, thread } = this.file;
    return { process: name, pid, thread, buffer, definitions, labels: levelLabels(definitions) };
  }
}

/** A record that stands for others, just before the first one that a reader got to see. */
function standIn(
  next: TraceRecord,
  kind: 'lost' | 'cleared',
  seq: number,
  count: number,
  what: string,
): TraceRecord {
  const { time, process, pid, thread, buffer } = next;
  const level = kind === 'lost' ? 'warn' : 'info';
  return {
    time,
    process,
    pid,
    thread,
    buffer,
    seq,
    level,
    severity: Level[level],
    kind,
    message: `${count} ${count === 1 ? 'record was' : 'records were'} ${what}`,
    count,
  };
}

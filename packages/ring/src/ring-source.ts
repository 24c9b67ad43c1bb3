import { closeSync } from 'node:fs';
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
   * happened, as records of kind `lost`; damage is reported besides.
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
        const lost = reader.account(seq);
        if (!this.#hasDefinitions) this.#readDefinitions();
        const record = decodeRecord(reader, snapshot, this.#origin);
        if (lost > 0) yield lostRecord(record, lost, this.#reason(snapshot.damagedBytes > damagedBefore));
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

  #reason(damaged: boolean): string {
    if (damaged) return 'damaged';
    return this.reader.descriptor.policy === 'discard'
      ? 'refused or cleared before they could be read'
      : 'overwritten before they could be read';
  }

  #readDefinitions(): void {
    this.#hasDefinitions = true;
    try {
      const fd = this.file.openDefinitions();
      if (fd === undefined) return;
      try {
        this.#origin = this.#originWith(readDefinitions(fd));
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

/** What stands for records that a reader did not get to see, just before the first one that it did. */
function lostRecord(next: TraceRecord, count: number, reason: string): TraceRecord {
  const { time, process, pid, thread, buffer, seq } = next;
  return {
    time,
    process,
    pid,
    thread,
    buffer,
    seq: seq - count,
    level: 'warn',
    severity: Level.warn,
    kind: 'lost',
    message: `${count} ${count === 1 ? 'record was' : 'records were'} ${reason}`,
    count,
  };
}

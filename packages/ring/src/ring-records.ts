import { decodeRecord, type RecordOrigin } from './decode.ts';
import { CorruptRingError } from './errors.ts';
import { Level } from './level.ts';
import type { RecordSequence } from './merge.ts';
import type { TraceRecord } from './record.ts';
import type { RingReader } from './ring-reader.ts';
import type { Snapshot } from './snapshot.ts';

/** Told what could not be read; reading goes on with the rest (R6). */
export type ReportProblem = (error: unknown) => void;

/**
 * The records that one look at a ring has copied, decoded as they are taken. Losses stand where they happened, as records
 * of kind `lost`, and likewise what was cleared unread.
 *
 * No generator: it is the innermost loop of every reader, and a call costs less than resuming one.
 */
export class RingRecords implements RecordSequence, Iterator<TraceRecord, undefined> {
  readonly #reader: RingReader;
  readonly #snapshot: Snapshot;
  readonly #path: string;
  readonly #readOrigin: () => RecordOrigin;
  readonly #report: ReportProblem;
  #origin: RecordOrigin | undefined;
  #damagedBefore = 0;
  /** The record taken last, behind what stands for those missing before it. */
  #waiting: TraceRecord[] = [];
  #isOver = false;

  /**
   * @param snapshot What the reader has copied.
   * @param path Of the ring, for error texts.
   * @param readOrigin Called with the first record: definitions are written before what refers to them.
   * @param report Told of damage, at the end.
   */
  constructor(
    reader: RingReader,
    snapshot: Snapshot,
    path: string,
    readOrigin: () => RecordOrigin,
    report: ReportProblem,
  ) {
    this.#reader = reader;
    this.#snapshot = snapshot;
    this.#path = path;
    this.#readOrigin = readOrigin;
    this.#report = report;
  }

  [Symbol.iterator](): this {
    return this;
  }

  get fraction(): number {
    return this.#reader.fractionOf(this.#snapshot.time);
  }

  next(): IteratorResult<TraceRecord, undefined> {
    const value = this.#waiting.length > 0 ? this.#waiting.shift() : this.#take();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  #take(): TraceRecord | undefined {
    if (this.#isOver) return undefined;
    const snapshot = this.#snapshot;
    const reader = this.#reader;
    try {
      if (snapshot.next()) {
        const missing = reader.account(reader.seq(snapshot.seqLow));
        this.#origin ??= this.#readOrigin();
        const record = decodeRecord(reader, snapshot, this.#origin);
        if (missing > 0) return this.#behindMissing(record, missing);
        this.#damagedBefore = snapshot.damagedBytes;
        return record;
      }
    } catch (error) {
      this.#report(error);
    }
    this.#end();
    return undefined;
  }

  #end(): void {
    this.#isOver = true;
    const { damagedBytes } = this.#snapshot;
    if (this.#reader.cursors.head < 0) {
      this.#report(new CorruptRingError(this.#path, 'its positions make no sense'));
    } else if (damagedBytes > 0) {
      const detail = `${damagedBytes} bytes of its data are no sound record, the others were read`;
      this.#report(new CorruptRingError(this.#path, detail));
    }
  }

  /** What stands for the records before one that this reader did not get to see; the record itself comes behind. */
  #behindMissing(next: TraceRecord, count: number): TraceRecord | undefined {
    const { damagedBytes } = this.#snapshot;
    const reason = this.#reason(damagedBytes > this.#damagedBefore);
    this.#damagedBefore = damagedBytes;
    const { lostBefore, cleared } = this.#reader.unseen;
    const lostBehind = count - lostBefore - cleared;
    const seq = next.seq - count;
    if (lostBefore > 0) this.#waiting.push(standIn(next, 'lost', seq, lostBefore, reason));
    if (cleared > 0) this.#waiting.push(standIn(next, 'cleared', seq + lostBefore, cleared, 'cleared'));
    if (lostBehind > 0) this.#waiting.push(standIn(next, 'lost', next.seq - lostBehind, lostBehind, reason));
    this.#waiting.push(next);
    return this.#waiting.shift();
  }

  #reason(damaged: boolean): string {
    if (damaged) return 'damaged';
    const { descriptor, cursors } = this.#reader;
    if (descriptor.policy === 'discard') return 'refused by the full buffer';
    // Which of the two can't be told of each: the books have the sum.
    return cursors.discarded > 0
      ? 'not stored, because writing to the file failed, or overwritten before they could be read'
      : 'overwritten before they could be read';
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

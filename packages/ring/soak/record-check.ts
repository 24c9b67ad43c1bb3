import type { TraceRecord } from '../src/index.ts';
import { readHashedText } from './hashed-text.ts';
import type { Fault, Tally } from './tally.ts';

/**
 * Checks what one reader of one process is given, over all of its calls: each record is whole and is the one that its
 * number says, each ring is in order, and each gap is announced by records of kind `cleared` and `lost` with exactly
 * its count.
 */
export class RecordCheck {
  readonly #tally: Tally;
  readonly #report: Fault;
  /** Last number by ring. */
  readonly #last = new Map<string, number>();
  /** Announcements whose gap has not come yet. */
  #announcements: TraceRecord[] = [];

  constructor(tally: Tally, report: Fault) {
    this.#tally = tally;
    this.#report = report;
  }

  /** Takes the next records. */
  check(records: Iterable<TraceRecord>): void {
    for (const record of records) {
      if (record.count !== undefined) this.#announcements.push(record);
      else this.#checkRecord(record);
    }
  }

  /** Says that there is nothing to come: a loss without a gap is a fault. */
  end(): void {
    for (const { thread, seq, count, kind } of this.#announcements) {
      this.#report(
        'disordered',
        `thread ${thread}: ${count} records from ${seq} were announced as ${kind} and were not`,
      );
    }
    this.#announcements = [];
  }

  #checkRecord({ thread, seq, severity, message }: TraceRecord): void {
    this.#tally.readLive++;
    const text = readHashedText(message);
    if (text === undefined || text.number !== seq || (text.role === 'k') !== severity >= 50) {
      this.#report('torn', `thread ${thread}: record ${seq} is torn: ${JSON.stringify(message)}`);
      return;
    }
    const ring = `${thread}${text.role}`;
    const last = this.#last.get(ring);
    this.#last.set(ring, seq);
    const announced = this.#announced(thread, seq, last);
    // The first record of a ring tells where this reader came in.
    if (last !== undefined && seq - last - 1 !== announced) {
      this.#report(
        'disordered',
        `ring ${ring}: record ${seq} follows ${last}, and ${announced} were announced as missing`,
      );
    }
  }

  /** Takes what was announced between a record of a ring and the one before: one announcement behind the other. */
  #announced(thread: number, seq: number, last: number | undefined): number {
    const chain = this.#chainTo(seq, last, thread);
    return chain.reduce((sum, one) => sum + this.#take(one), 0);
  }

  /** Announcements that end at a record, with no gap between them, back to the record before if that is known. */
  #chainTo(end: number, last: number | undefined, thread: number): TraceRecord[] {
    if (end - 1 === last) return [];
    for (const one of this.#announcements) {
      if (one.thread !== thread || one.seq + (one.count ?? 0) !== end || one.seq <= (last ?? 0)) continue;
      const before = this.#chainTo(one.seq, last, thread);
      const first = before[0] ?? one;
      if (last === undefined || first.seq === last + 1) return [...before, one];
    }
    return [];
  }

  #take(announcement: TraceRecord): number {
    this.#announcements.splice(this.#announcements.indexOf(announcement), 1);
    const { kind, count = 0 } = announcement;
    if (kind === 'lost') this.#tally.overtaken += count;
    return count;
  }
}

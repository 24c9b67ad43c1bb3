import type { TraceRecord } from '../src/index.ts';
import { readHashedText } from './hashed-text.ts';
import type { Fault, Tally } from './tally.ts';

/**
 * Checks what one reader of one process is given, over all of its calls: each record is whole and is the one that its
 * number says, each ring is in order, and each gap is announced by a record of kind `lost` with exactly its count.
 */
export class RecordCheck {
  readonly #tally: Tally;
  readonly #report: Fault;
  /** Last number by ring. */
  readonly #last = new Map<string, number>();
  /** Announced losses whose gap has not come yet. */
  #lost: TraceRecord[] = [];

  constructor(tally: Tally, report: Fault) {
    this.#tally = tally;
    this.#report = report;
  }

  /** Takes the next records. */
  check(records: Iterable<TraceRecord>): void {
    for (const record of records) {
      if (record.kind === 'lost') this.#lost.push(record);
      else this.#checkRecord(record);
    }
  }

  /** Says that there is nothing to come: a loss without a gap is a fault. */
  end(): void {
    for (const { thread, seq, count } of this.#lost) {
      this.#report(
        'disordered',
        `thread ${thread}: ${count} records from ${seq} were announced as lost and were not`,
      );
    }
    this.#lost = [];
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
    this.#tally.overtaken += announced;
    // The first record of a ring tells where this reader came in.
    if (last !== undefined && seq - last - 1 !== announced) {
      this.#report(
        'disordered',
        `ring ${ring}: record ${seq} follows ${last}, and ${announced} were announced as lost`,
      );
    }
  }

  /** Takes the announced loss that ends just before a record of a ring, and starts behind the one before. */
  #announced(thread: number, seq: number, last: number | undefined): number {
    const index = this.#lost.findIndex(
      (lost) =>
        lost.thread === thread &&
        lost.seq + (lost.count ?? 0) === seq &&
        (last === undefined || lost.seq === last + 1),
    );
    return index < 0 ? 0 : (this.#lost.splice(index, 1)[0]?.count ?? 0);
  }
}

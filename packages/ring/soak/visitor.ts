import { controlBuffers, TraceReader } from '../src/index.ts';
import type { ProcessEntry } from '../src/process-entry.ts';
import { RecordCheck } from './record-check.ts';
import type { Fault, Tally } from './tally.ts';

/** Reads and clears a process's buffers as other programs would, at random, and checks all that it is given. */
export class Visitor {
  readonly #process: ProcessEntry;
  readonly #buffers: readonly string[];
  readonly #tally: Tally;
  readonly #report: Fault;
  readonly #followed: RecordCheck;
  #follower: TraceReader | undefined;

  constructor(process: ProcessEntry, buffer: string, tally: Tally, report: Fault) {
    this.#process = process;
    this.#buffers = [buffer];
    this.#tally = tally;
    this.#report = report;
    this.#followed = new RecordCheck(tally, report);
  }

  /** Follows, takes a snapshot, or clears. */
  look(): void {
    this.#tally.visits++;
    const chance = Math.random();
    if (chance < 0.5) {
      this.#follower ??= this.#reader();
      this.#followed.check(this.#follower.records());
    } else if (chance < 0.9) {
      const snapshot = this.#reader();
      const check = new RecordCheck(this.#tally, this.#report);
      check.check(snapshot.records());
      check.end();
      snapshot.close();
    } else if (this.#process.ringFiles().some(({ buffer }) => this.#buffers.includes(buffer))) {
      controlBuffers(this.#process, this.#buffers, { clear: true });
      this.#tally.clears++;
    }
  }

  /** Follows to the end that a dead writer has left. */
  leave(): void {
    if (this.#follower === undefined) return;
    this.#followed.check(this.#follower.records());
    this.#followed.end();
    this.close();
  }

  close(): void {
    this.#follower?.close();
    this.#follower = undefined;
  }

  #reader(): TraceReader {
    return new TraceReader([this.#process], { buffers: this.#buffers });
  }
}

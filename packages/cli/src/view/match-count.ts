import type { RecordSource, Selection, Work } from '@tracebuf/sqlite';

/** How many records are selected, counted while there is nothing else to do. */
export class MatchCount {
  readonly #source: RecordSource;
  #work: Work<number>;
  #found = 0;
  #isDone = false;

  constructor(source: RecordSource, selection: Selection) {
    this.#source = source;
    this.#work = source.count(selection);
  }

  /** Whether all are counted. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** `1,234 records`; with a `+` until all are counted. */
  get text(): string {
    const number = this.#found.toLocaleString('en-US');
    return `${number}${this.#isDone ? '' : '+'} ${this.#found === 1 ? 'record' : 'records'}`;
  }

  /** Begins again, as others are selected or have come. */
  restart(selection: Selection): void {
    this.#work.return(0);
    this.#work = this.#source.count(selection);
    this.#isDone = false;
    this.#found = 0;
  }

  /** Counts on, for some hundredths of a second. */
  step(): void {
    const step = this.#work.next();
    this.#isDone = step.done === true;
    this.#found = step.done === true ? step.value : step.value.found;
  }
}

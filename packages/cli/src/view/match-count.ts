import type { RecordSource, Selection, Work } from '@tracebuf/sqlite';

/** What took no more steps is counted anew whenever something comes. */
const QUICK_STEPS = 4;

/** How many records are selected, counted while there is nothing else to do. */
export class MatchCount {
  readonly #source: RecordSource;
  #work: Work<number>;
  #found = 0;
  #isDone = false;
  #isOutdated = false;
  #steps = 0;

  constructor(source: RecordSource, selection: Selection) {
    this.#source = source;
    this.#work = source.count(selection);
  }

  /** Whether there is nothing to count now. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** `1,234 records`; with a `+` where there are more that are not counted. */
  get text(): string {
    const number = this.#found.toLocaleString('en-US');
    return `${number}${this.#isDone && !this.#isOutdated ? '' : '+'} ${this.#found === 1 ? 'record' : 'records'}`;
  }

  /** Begins again, as others are selected or have come. */
  restart(selection: Selection): void {
    this.#work.return(0);
    this.#work = this.#source.count(selection);
    this.#isDone = false;
    this.#isOutdated = false;
    this.#steps = 0;
    this.#found = 0;
  }

  /** Takes note that others have come: they are counted where that is soon done. */
  outdate(selection: Selection): void {
    if (this.#isDone && this.#steps <= QUICK_STEPS) this.restart(selection);
    else this.#isOutdated = true;
  }

  /** Counts on, for some hundredths of a second. */
  step(): void {
    const step = this.#work.next();
    this.#steps++;
    this.#isDone = step.done === true;
    this.#found = step.done === true ? step.value : step.value.found;
  }
}

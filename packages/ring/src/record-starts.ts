import { HEADER_SIZE } from './layout.ts';

/**
 * Where records start in the data of a ring: for each of some equal steps the first one that starts at the step's beginning
 * or behind it. So a writer knows how far to evict without reading the records in between, which have left the processor's
 * caches since they were written.
 */
export class RecordStarts {
  /** Where the next step begins that no record has reached yet in this round. */
  next: number;
  readonly #step: number;
  readonly #end: number;
  /** By step; never before its beginning. {@link #end} where no record starts in it or behind it. */
  readonly #starts: Int32Array;
  #index = 1;

  /**
   * @param end Where the data end.
   * @param steps How many steps there are.
   */
  constructor(end: number, steps: number) {
    this.#end = end;
    this.#step = Math.ceil((end - HEADER_SIZE) / steps);
    this.#starts = new Int32Array(steps).fill(end);
    this.#starts[0] = HEADER_SIZE;
    this.next = HEADER_SIZE + this.#step;
  }

  /**
   * Tells where the record starts that will follow; to be called where that is {@link next} or behind it.
   *
   * @param at The end of the data for a new round.
   */
  reach(at: number): void {
    const starts = this.#starts;
    while (this.next <= at && this.#index < starts.length) {
      starts[this.#index++] = at;
      this.next += this.#step;
    }
    if (at === this.#end) {
      this.#index = 1;
      this.next = HEADER_SIZE + this.#step;
    } else if (this.#index === starts.length) this.next = this.#end;
  }

  /**
   * The first start that is known at an offset or behind it, or the end of the data. It is one of this round or of the
   * last: behind the newest record it means nothing.
   */
  behind(at: number): number {
    return this.#starts[Math.ceil((at - HEADER_SIZE) / this.#step)] ?? this.#end;
  }
}

/** One side of a comparison, as it runs in a process of its own. */
export interface Contender {
  /**
   * One batch, timed as a whole. What it starts it also finishes: buffered output is written out before it returns.
   *
   * @param operations How often to do what is measured.
   */
  run(operations: number): void | Promise<void>;
  /** Between two batches, not timed: puts back what a batch used up. */
  rest?(): void;
}

/** Length of a batch in milliseconds of processor time: short, so that both sides see the same machine; long against reading the clock. */
export const BATCH_MS = 8;

/** How long a contender runs before it is measured, in milliseconds of processor time: long enough for its code to be optimized. */
export const WARM_UP_MS = 800;

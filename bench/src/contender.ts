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

/** What one batch took. */
export interface Batch {
  /** Nanoseconds of time for each operation. */
  readonly wall: number;
  /** Nanoseconds of processor time for each operation, on all threads of the process. */
  readonly cpu: number;
}

/** Length of a batch in milliseconds: short, so that both sides see the same machine; long against reading the clock. */
export const BATCH_MS = 8;

/** How long a contender runs before it is measured, in milliseconds: long enough for its code to be optimized. */
export const WARM_UP_MS = 800;

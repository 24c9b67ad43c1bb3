/** The bytes of one file, as its writer works on them. */
export interface RingStorage {
  /** Header and data; on mapped memory a store here is at once in the file. */
  readonly memory: ArrayBuffer;
  /**
   * Positional mode only (R12): copies a range of {@link memory} to the file. Never throws.
   *
   * @returns Whether all of it is there. After a write that failed, the others do nothing, until one that is tried
   *   now and then has brought cursors and counters of the ring up to date.
   */
  write?(start: number, length: number): boolean;
  /** Positional mode only: copies the control words of the file to {@link memory}. Never throws. */
  readControl?(): void;
  /** Positional mode only: if writes fail, tries again now; for what comes last. Never throws. */
  retry?(): void;
  /** Gives the memory back. */
  close(): void;
}

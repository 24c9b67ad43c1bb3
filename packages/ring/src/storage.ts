/** The bytes of one ring file, as its writer works on them. */
export interface RingStorage {
  /** Header and data; on mapped memory a store here is at once in the file. */
  readonly memory: ArrayBuffer;
  /**
   * Positional mode only (R12): copies a range of {@link memory} to the file. Never throws; after a failed write
   * the ring writes no more and counts on.
   */
  readonly write?: (start: number, length: number) => void;
  /** Positional mode only: copies the control words of the file to {@link memory}. */
  readonly readControl?: () => void;
  /** Gives the memory back. */
  close(): void;
}

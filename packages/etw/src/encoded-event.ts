/**
 * An event in the three parts that go to a sink. The buffers may be longer than the parts, and are used again for the
 * next event: who keeps them copies them.
 */
export interface EncodedEvent {
  /** EVENT_DESCRIPTOR, 16 bytes. */
  readonly descriptor: Buffer;
  /** Event metadata. */
  readonly metadata: Buffer;
  /** Bytes of {@link metadata} that count. */
  readonly metadataSize: number;
  /** Event data. */
  readonly data: Buffer;
  /** {@link data}, four bytes at a time. */
  readonly dataWords: Int32Array;
  /** Bytes of {@link data} that count. */
  readonly dataSize: number;
}

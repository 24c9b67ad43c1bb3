/**
 * One record as every reader, filter and printer of Tracebuf sees it, whatever wrote it.
 *
 * Decoders fill it from the bytes of a ring; {@link TraceRecord.kind} says which decoder did.
 * Keys that do not apply to a record are absent, never `null`.
 */
export interface TraceRecord {
  /** Wall-clock time in whole microseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  /** Name of the process, as `trace-cli ps` shows it. */
  readonly process: string;
  /** Process id of the writer. */
  readonly pid: number;
  /** Thread of the writer: 0 is the main thread, else Node's `worker_threads.threadId`. */
  readonly thread: number;
  /** Name of the trace buffer. */
  readonly buffer: string;
  /** Number of the record in its ring, counted from 1. */
  readonly seq: number;
  /** Name of the level, such as `info`; a level without a name is its number as text. */
  readonly level: string;
  /** The level as a number on pino's scale (see {@link Level}), 0 to 65535; what comparisons use. */
  readonly severity: number;
  /** What the record is: `log`, `pino`, `winston`, `lost`, `cleared`, …, or `kind-<n>` where no decoder is known. */
  readonly kind: string;
  /** The text a person reads first. */
  readonly message: string;
  /** Structured data, by name. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Trace id of the active span, 32 lower-case hexadecimal digits. */
  readonly traceId?: string;
  /** Span id of the active span, 16 lower-case hexadecimal digits. */
  readonly spanId?: string;
  /** Records of kind `lost` and `cleared` only: how many records this reader did not get to see here. */
  readonly count?: number;
  /**
   * What many records of its buffer have in common, as their definitions tell it: the resource of a span, the component of an
   * incident. The same object for all of them, JSON throughout. It is not shown, and no part of the record as JSON.
   */
  readonly shared?: Readonly<Record<string, unknown>>;
}

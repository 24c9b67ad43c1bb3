/**
 * Layouts of the payloads of spans and log records. Numbers are in the byte order of the ring and not aligned; a time is two
 * u32, seconds since 1970 and nanoseconds. In front of all of it are the 24 bytes of the trace context (`RecordFlag.CONTEXT`),
 * which a log record outside any span does not have.
 */

/**
 * A span that starts, and one that has ended; the second says all that is known of the span, so that it can be read without
 * the first.
 *
 * ```
 *   0        4       8       16         24     25      26     27       28
 *   ┌────────┬───────┬───────┬──────────┬──────┬───────┬──────┬────────┐
 *   │resource│ scope │ start │  parent  │ kind │ flags │ bits │ status │
 *   └────────┴───────┴───────┴──────────┴──────┴───────┴──────┴────────┘
 *     u32      u32     time    8 bytes    u8     u8      u8     u8
 *
 *   a start goes on: name, trace state, attributes, links
 *
 *   an end goes on:
 *   28     36           40       44      48
 *   ┌──────┬────────────┬────────┬───────┐
 *   │ end  │ attributes │ events │ links │  name, trace state, status message, attributes, links, events
 *   └──────┴────────────┴────────┴───────┘
 *     time   u32 each: how many the SDK has dropped
 * ```
 *
 * `resource` and `scope` are ids of definitions beside the ring, 0 for none. `parent` is a span id, zeros for none. An end that
 * consists of the first 8 bytes alone says that its whole is in the ring for errors of the same buffer.
 */
export const SpanField = {
  RESOURCE: 0,
  SCOPE: 4,
  START: 8,
  PARENT: 16,
  /** `SpanKind` of the API. */
  KIND: 24,
  /** Trace flags of W3C. */
  FLAGS: 25,
  /** Of {@link SpanBit}. */
  BITS: 26,
  /** `SpanStatusCode` of the API. */
  STATUS: 27,
  START_TEXTS: 28,
  END: 28,
  DROPPED_ATTRIBUTES: 36,
  DROPPED_EVENTS: 40,
  DROPPED_LINKS: 44,
  END_TEXTS: 48,
} as const;

/** Bits of {@link SpanField.BITS}. */
export const SpanBit = {
  /** The parent is in another process. */
  REMOTE_PARENT: 1,
  /** A start that is stored anew: the span is open for so long that its first record would be overwritten. */
  STILL_OPEN: 2,
} as const;

/** Bytes of an end whose whole is in the ring for errors. */
export const END_MARK_SIZE = 8;

/**
 * A log record.
 *
 * ```
 *   0        4       8      16         24         26      27     28        32
 *   ┌────────┬───────┬──────┬──────────┬──────────┬───────┬──────┬─────────┐
 *   │resource│ scope │ time │ observed │ severity │ flags │ zero │ dropped │  severity text, event name, body, attributes
 *   └────────┴───────┴──────┴──────────┴──────────┴───────┴──────┴─────────┘
 *     u32      u32     time   time       u16        u8             u32
 * ```
 */
export const LogField = {
  RESOURCE: 0,
  SCOPE: 4,
  TIME: 8,
  OBSERVED: 16,
  /** `SeverityNumber`, 0 where it has none. */
  SEVERITY: 24,
  /** Trace flags of W3C. */
  FLAGS: 26,
  DROPPED_ATTRIBUTES: 28,
  TEXTS: 32,
} as const;

/**
 * First byte of a value. A text is its length (one byte, or 255 and a u32), then UTF-8; attributes are a u16 count, then a name
 * and a value each, of which the name is the u32 id of a definition, or 0 and a text; links and events are a u16 count, then each its fields.
 */
export const ValueTag = {
  /** Nothing, or what could not be encoded. */
  NULL: 0,
  TRUE: 1,
  FALSE: 2,
  /** i32. */
  INTEGER: 3,
  /** f64. */
  NUMBER: 4,
  TEXT: 5,
  /** u16 count, then values. */
  ARRAY: 6,
  /** Like attributes. */
  MAP: 7,
  /** u32 length, then bytes. */
  BYTES: 8,
} as const;

/** Length of a text that is followed by a u32 with its length. */
export const LONG_TEXT = 255;

/** Values nested more deeply are not stored. */
export const MAX_VALUE_DEPTH = 16;

/** Bytes of a trace context in front of a payload. */
export const CONTEXT_SIZE = 24;

/** Types of definitions beside the ring. */
export const RESOURCE_DEFINITION = 'otel-resource';
/** See {@link RESOURCE_DEFINITION}; the value is the name of an attribute. */
export const KEY_DEFINITION = 'otel-key';
/** See {@link RESOURCE_DEFINITION}. */
export const SCOPE_DEFINITION = 'otel-scope';

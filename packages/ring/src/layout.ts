/**
 * Layout of a ring file, version 1.0; FORMAT.md is the same for people who write a reader elsewhere.
 *
 * ```
 *   0 ┌──────────────────────────────┐
 *     │ descriptor: written once     │  what the file is, who writes it
 * 512 ├──────────────────────────────┤
 *     │ head, appended               │  written at every append
 * 576 ├──────────────────────────────┤
 *     │ oldest                       │  written when records are evicted
 * 640 ├──────────────────────────────┤
 *     │ rare counters, state         │
 * 1024├──────────────────────────────┤
 *     │ control words                │  written by others, obeyed by the writer
 * 4096├──────────────────────────────┤
 *     │ data: `capacity` bytes       │  records, one behind the other, wrapping at the end
 *     └──────────────────────────────┘
 * ```
 *
 * Numbers are in the byte order of the machine that wrote them, which {@link Header.BYTE_ORDER} tells.
 * Positions (head, oldest, clear mark) are two u32, low half first: they count bytes since the ring was made and
 * never wrap in practice; `position % capacity` is the offset in the data. When the low half wraps, the high half
 * is stored before it, so a reader may see a position 2^32 too high for an instant (`settlePositions`).
 * Counters are f64 holding an integer: one store, exact up to 2^53, and no BigInt on the append path.
 */

/** First eight bytes of every ring file: `TRACEBUF` in ASCII. */
export const MAGIC = 'TRACEBUF';

/** What {@link Header.BYTE_ORDER} reads as when reader and writer agree. */
export const BYTE_ORDER_MARK = 0x01020304;

/** Format version that this package writes. A reader refuses another major version. */
export const FORMAT_MAJOR = 1;

/** Minor version that this package writes; it grows when fields are added that old readers may ignore. */
export const FORMAT_MINOR = 0;

/** Bytes before the data. */
export const HEADER_SIZE = 4096;

/** Smallest and largest data area of one ring, in bytes. */
export const MIN_CAPACITY = 1024;

/** See {@link MIN_CAPACITY}. The bound keeps every offset and size within a signed 32-bit integer. */
export const MAX_CAPACITY = 0x4000_0000;

/** Longest payload of a record, in bytes; a ring of less than twice that allows half of its data. */
export const MAX_PAYLOAD = 0x100_0000;

/** Records start at multiples of this many bytes. */
export const ALIGNMENT = 8;

/** Byte offsets in the header. */
export const Header = {
  /** u8[8] {@link MAGIC}, written last: a file without it is still being made. */
  MAGIC: 0,
  /** u32 {@link BYTE_ORDER_MARK}. */
  BYTE_ORDER: 8,
  /** u16. */
  MAJOR: 12,
  /** u16. */
  MINOR: 14,
  /** u32 bytes before the data. */
  HEADER_SIZE: 16,
  /** u32 of {@link RingFlag}. */
  FLAGS: 20,
  /** u32 bytes of data, a multiple of 8. */
  CAPACITY: 24,
  /** u32 process id of the writer. */
  PID: 28,
  /** u32 thread of the writer, 0 for the main thread. */
  THREAD: 32,
  /** u32 thread id of the operating system, 0 where unknown. */
  OS_THREAD: 36,
  /** f64 monotonic clock, in milliseconds, at the instant that record times count from. */
  MONOTONIC_ORIGIN: 40,
  /** f64 wall clock at the same instant, in milliseconds since 1970. */
  WALL_ORIGIN: 48,
  /** u16 bytes of UTF-8, then up to 126 of them. */
  BUFFER_NAME: 64,
  /** u16 bytes of UTF-8, then up to 126 of them. */
  PROCESS_NAME: 192,

  /** u32 low, u32 high: position behind the last record. */
  HEAD: 512,
  /** f64 sequence number of the last record appended or discarded. */
  APPENDED: 520,
  /** u32 low, u32 high: position of the oldest record. */
  OLDEST: 576,

  /** f64 records that were cleared. */
  CLEARED: 640,
  /** f64 records refused by a full ring in discard mode, or that could not be written in positional mode. */
  DISCARDED: 648,
  /** f64 records stored with their payload cut short. */
  CUT: 656,
  /** f64 values that could not be encoded and were replaced. */
  REPLACED: 664,
  /** u32 of {@link RingState}. */
  STATE: 672,
  /** f64 sequence number of the last record that was cleared; 0: none. */
  CLEARED_TO: 680,

  /** u32, any new value tells the writer to read the words below again. */
  CONTROL_GENERATION: 1024,
  /** u32, 0 = off. */
  CONTROL_ENABLED: 1028,
  /** u32, records below this level are not stored. */
  CONTROL_MIN_LEVEL: 1032,
  /** u32, opaque to the ring: generation of a policy kept elsewhere. */
  CONTROL_POLICY: 1036,
  /** u32 low, u32 high: mask of wanted keywords, for record kinds that have them. */
  CONTROL_KEYWORDS: 1040,
  /** u32 low, u32 high: what lies before this position counts as cleared. */
  CONTROL_CLEAR_MARK: 1048,
} as const;

/** Longest name in the header, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 126;

/** Bits of {@link Header.FLAGS}. */
export const RingFlag = {
  /** A full ring refuses new records instead of evicting old ones. */
  DISCARD: 1,
  /** Written by positional writes: records carry a checksum, and head is a lower bound (FORMAT.md, *Positional mode*). */
  POSITIONAL: 2,
  /** The smaller ring of a buffer, for records at or above its keep level. */
  KEEP: 4,
} as const;

/** Values of {@link Header.STATE}. */
export const RingState = {
  /** The writer may append. */
  OPEN: 1,
  /** The writer closed the ring, or its thread ended. */
  CLOSED: 2,
} as const;

/**
 * Byte offsets in a record.
 *
 * ```
 *   0       4       8              16      20      24
 *   ┌───────┬───────┬───────────────┬───────┬───────┬──────────────┬─────────┐
 *   │ size  │ seq   │ time          │ type  │ check │ payload      │ padding │
 *   └───────┴───────┴───────────────┴───────┴───────┴──────────────┴─────────┘
 *     u32     u32     f64             u32     u32     size bytes     to 8
 * ```
 *
 * The type word holds three things: kind in bits 0–7, flags in bits 8–15, level in bits 16–31.
 */
export const RecordField = {
  /** u32 bytes of payload. */
  SIZE: 0,
  /** u32 low half of the sequence number. */
  SEQ: 4,
  /** f64 milliseconds since the origins in the header. */
  TIME: 8,
  /** u32 kind | flags << 8 | level << 16, see {@link RecordKind} and {@link RecordFlag}. */
  TYPE: 16,
  /** u32 {@link headerCheck} of the fields above and the record's position. */
  CHECK: 20,
} as const;

/**
 * Positional mode only: the last four bytes of a record are a u32 CRC-32 of its payload, because a write that is cut
 * short may leave new bytes and old ones in one record.
 */
export const TRAILER_SIZE = 4;

/** Bytes of a record before its payload. */
export const RECORD_HEADER_SIZE = 24;

/** Bits of {@link RecordField.FLAGS}. */
export const RecordFlag = {
  /** The payload was cut to fit. */
  CUT: 1,
  /** The payload starts with a trace context: 16 bytes trace id, 8 bytes span id. */
  CONTEXT: 2,
  /** Something in the payload could not be encoded and was replaced. */
  REPLACED: 4,
} as const;

/** Bytes of the trace context in front of a payload with {@link RecordFlag.CONTEXT}. */
export const CONTEXT_SIZE = 24;

/** Record kinds. A package that brings a kind brings its encoder and its decoder. */
export const RecordKind = {
  /** Filler up to the end of the data; not a record. */
  PADDING: 0,
  /** UTF-8 text, the message. */
  LOG: 1,
  /** One line of JSON as pino made it, without its newline. */
  PINO: 2,
  /** One line of JSON: a winston `info`. */
  WINSTON: 3,
  /** Definition id of a condition, then its parameters as texts: an incident of the system log. */
  INCIDENT: 4,
  /** An event of ETW TraceLogging: descriptor, metadata and data. */
  ETW: 5,
  /** A span of OpenTelemetry that starts: ids, times and counts, then texts and values. */
  SPAN_START: 6,
  /** A span of OpenTelemetry that has ended. */
  SPAN_END: 7,
  /** A log record of OpenTelemetry. */
  OTEL_LOG: 8,
  /** A call of a traced function: ids and depth, then arguments. */
  CALL: 9,
  /** A traced function has returned: ids, depth and duration, then the value. */
  RETURN: 10,
  /** A traced function has thrown: as for a return, then the exception. */
  EXCEPTION: 11,
  /** A mark that a traced program has set: where, a name, then data. */
  MARK: 12,
} as const;

const ROUNDED_UP = RECORD_HEADER_SIZE + ALIGNMENT - 1;
const WHOLE_STEPS = -ALIGNMENT;

/** A record's place in the data: header, payload, and padding to {@link ALIGNMENT}. */
export function recordSize(payloadBytes: number): number {
  return (payloadBytes + ROUNDED_UP) & WHOLE_STEPS;
}

/**
 * Check word of a record header: it makes a stale or damaged header unlikely (1 in 2^32) to be taken for a sound one,
 * and lets a reader find the next record behind damage. All arguments are 32-bit words as stored.
 *
 * Each word times an odd constant of its own, summed, so that a processor works on all of them at once and no change
 * of a single word goes unseen; then one mixing step. The constants are those of xxHash32 and MurmurHash3.
 *
 * @param positionLow Low half of the record's position.
 * @param time0 First four bytes of the time field.
 * @param time1 The other four.
 */
export function headerCheck(
  positionLow: number,
  size: number,
  seq: number,
  time0: number,
  time1: number,
  type: number,
): number {
  const sum =
    (Math.imul(positionLow, 0x9e3779b1) +
      Math.imul(size, 0x85ebca77) +
      Math.imul(seq, 0xc2b2ae3d) +
      Math.imul(time0, 0x27d4eb2f) +
      Math.imul(time1, 0x165667b1) +
      Math.imul(type, 0xcc9e2d51) +
      CHECK_SEED) |
    0;
  const mixed = Math.imul(sum ^ (sum >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

/** Keeps a header of zeros from having a check word of zero. */
const CHECK_SEED = 0x54524143;

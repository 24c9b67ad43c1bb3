import type { Buffer } from 'node:buffer';
import { CUT_MARK } from './cut-mark.ts';
import type { Definitions } from './definitions.ts';
import { CONTEXT_SIZE, RecordFlag, RecordKind } from './layout.ts';
import { levelName } from './level.ts';
import type { TraceRecord } from './record.ts';
import type { RingReader } from './ring-reader.ts';
import type { Snapshot } from './snapshot.ts';

/** What a decoder is given: one payload, valid only during the call. */
export interface RecordPayload {
  readonly bytes: Buffer;
  /** Offset of the payload's first byte, behind the trace context if there is one. */
  readonly start: number;
  /** Offset behind its last byte. */
  readonly end: number;
  /** Bits of `RecordFlag`. */
  readonly flags: number;
  /** Level of the record's header. */
  readonly severity: number;
  /** Definitions of the buffer that the record belongs to. */
  readonly definitions: Definitions;
  /** Byte order of the ring. */
  readonly littleEndian: boolean;
}

/** What a decoder makes of a payload; what it leaves out comes from the record's header. */
export interface DecodedPayload {
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Name of the level, where the payload knows better. */
  readonly level?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  /** See {@link TraceRecord.shared}. */
  readonly shared?: Readonly<Record<string, unknown>>;
}

/** Turns the payloads of one record kind into what people read. Untrusted bytes go in: it must not throw. */
export interface RecordDecoder {
  /** One of `RecordKind`. */
  readonly kind: number;
  /** `kind` of the decoded records. */
  readonly name: string;
  decode(payload: RecordPayload): DecodedPayload;
}

const logDecoder: RecordDecoder = {
  kind: RecordKind.LOG,
  name: 'log',
  decode: ({ bytes, start, end, flags }) => ({ message: textOf(bytes, start, end, flags) }),
};

/** By kind. */
const known: (RecordDecoder | undefined)[] = [];

/** Makes a decoder known to all readers of this thread; a package that brings a record kind calls it. */
export function registerDecoder(decoder: RecordDecoder): void {
  known[decoder.kind] = decoder;
}

registerDecoder(logDecoder);

/** Text of a payload, with {@link CUT_MARK} where it was cut. */
export function textOf(bytes: Buffer, start: number, end: number, flags: number): string {
  // What toString('utf8') calls in the end, without its checks; @types/node leaves it out.
  return marked((bytes as SliceableBuffer).utf8Slice(start, end), flags);
}

function marked(text: string, flags: number): string {
  return (flags & RecordFlag.CUT) !== 0 ? text + CUT_MARK : text;
}

interface SliceableBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
}

/** What all records of one ring have in common. */
export interface RecordOrigin {
  readonly process: string;
  readonly pid: number;
  readonly thread: number;
  readonly buffer: string;
  readonly definitions: Definitions;
  readonly labels: ReadonlyMap<number, string>;
}

/** Decodes the current record of a snapshot. */
export function decodeRecord(reader: RingReader, snapshot: Snapshot, origin: RecordOrigin): TraceRecord {
  const { bytes, end, flags, kind, level } = snapshot;
  const hasContext = (flags & RecordFlag.CONTEXT) !== 0 && end - snapshot.start >= CONTEXT_SIZE;
  const start = hasContext ? snapshot.start + CONTEXT_SIZE : snapshot.start;
  const decoder = known[kind];
  const record: Mutable<TraceRecord> = {
    time: reader.wallTime(snapshot.time),
    process: origin.process,
    pid: origin.pid,
    thread: origin.thread,
    buffer: origin.buffer,
    seq: reader.seq(snapshot.seqLow),
    level: levelName(level, origin.labels),
    severity: level,
    kind: decoder?.name ?? `kind-${kind}`,
    message: '',
  };
  if (hasContext) {
    record.traceId = bytes.toString('hex', snapshot.start, snapshot.start + 16);
    record.spanId = bytes.toString('hex', snapshot.start + 16, start);
  }
  if (decoder === logDecoder) {
    // What is read most needs nothing put together for its decoder, and nothing taken apart.
    record.message = marked(snapshot.text(start, end), flags);
  } else {
    const { definitions } = origin;
    const { littleEndian } = reader.descriptor;
    const payload = { bytes, start, end, flags, severity: level, definitions, littleEndian };
    adopt(record, decodePayload(decoder, payload));
  }
  return record;
}

/** What the payload knows stands before what the header says. */
function adopt(record: Mutable<TraceRecord>, decoded: DecodedPayload): void {
  record.message = decoded.message;
  if (decoded.level !== undefined) record.level = decoded.level;
  if (decoded.fields !== undefined) record.fields = decoded.fields;
  if (decoded.traceId !== undefined) record.traceId = decoded.traceId;
  if (decoded.spanId !== undefined) record.spanId = decoded.spanId;
  if (decoded.shared !== undefined) record.shared = decoded.shared;
}

/** A decoder must not throw; one that does costs its own records only. */
function decodePayload(decoder: RecordDecoder | undefined, payload: RecordPayload): DecodedPayload {
  try {
    if (decoder !== undefined) return decoder.decode(payload);
  } catch {
    // Shown like a record of an unknown kind.
  }
  return { message: `${payload.end - payload.start} bytes` };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

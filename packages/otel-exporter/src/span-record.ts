import {
  CUT_MARK,
  type DecodedPayload,
  type RecordDecoder,
  RecordFlag,
  RecordKind,
  type RecordPayload,
  type TraceRecord,
} from '@tracebuf/ring';
import { PayloadDecoder } from './payload-decoder.ts';
import { CONTEXT_SIZE, END_MARK_SIZE, SpanBit, SpanField } from './payload-layout.ts';
import { fieldsOfSpan, milliseconds, spanFromFields } from './span-fields.ts';
import { resourceOf, scopeOf, sharedOf } from './stored-definitions.ts';
import type { StoredEvent, StoredLink, StoredSpan } from './stored-span.ts';
import { type HrTime, type SpanContextLike, StatusCode } from './types.ts';

const NANOSECONDS = 1_000_000_000;

/** Spans by the fields of their records, which the decoder makes anew for each record. */
const spans = new WeakMap<object, StoredSpan>();

/** What a record says as a span, whether it was decoded here or comes from a database; `undefined` where it is none. */
export function spanOf(record: TraceRecord): StoredSpan | undefined {
  const { fields, kind } = record;
  if (fields === undefined) return undefined;
  const known = spans.get(fields);
  if (known !== undefined) return known;
  const ended = kind === spanEndDecoder.name;
  if (!ended && kind !== spanStartDecoder.name) return undefined;
  const span = spanFromFields(record, ended);
  if (span !== undefined) spans.set(fields, span);
  return span;
}

/** Whether a record only says that a span has ended with an error: its end is, or was, in the ring for errors. */
export function isEndMark(record: TraceRecord): boolean {
  return record.kind === spanEndDecoder.name && record.fields === undefined;
}

/** Decodes spans that start. `fields` are `span`, its name, and what was known of it then. */
export const spanStartDecoder: RecordDecoder = {
  kind: RecordKind.SPAN_START,
  name: 'span-start',
  decode: (payload) => decodeSpan(payload, false),
};

/** Decodes spans that have ended. `fields` are `span`, its name, `duration` in milliseconds, and all that is known of it. */
export const spanEndDecoder: RecordDecoder = {
  kind: RecordKind.SPAN_END,
  name: 'span-end',
  decode: (payload) => decodeSpan(payload, true),
};

function decodeSpan(payload: RecordPayload, ended: boolean): DecodedPayload {
  const { flags, start, end } = payload;
  if (ended && end - start <= END_MARK_SIZE) return { message: 'span ended with an error' };
  const span = readSpan(payload, ended);
  const isAgain = !ended && ((payload.bytes[start + SpanField.BITS] ?? 0) & SpanBit.STILL_OPEN) !== 0;
  const fields = fieldsOfSpan(span);
  spans.set(fields, span);
  const shared = sharedOf(span.resource, span.instrumentationScope);
  const cut = (flags & RecordFlag.CUT) !== 0 ? CUT_MARK : '';
  const message = (isAgain ? `${span.name} is still open` : messageOf(span)) + cut;
  return shared === undefined ? { message, fields } : { message, fields, shared };
}

function readSpan(payload: RecordPayload, ended: boolean): StoredSpan {
  const { definitions } = payload;
  const decoder = new PayloadDecoder(payload);
  const resource = resourceOf(definitions, decoder.u32());
  const instrumentationScope = scopeOf(definitions, decoder.u32());
  const startTime = decoder.time();
  const parentSpanId = decoder.id(8);
  const kind = decoder.u8();
  const traceFlags = decoder.u8();
  const isRemote = (decoder.u8() & SpanBit.REMOTE_PARENT) !== 0;
  const code = decoder.u8();
  const endTime = ended ? decoder.time() : startTime;
  const dropped = ended ? [decoder.u32(), decoder.u32(), decoder.u32()] : [];
  const name = decoder.text();
  const traceState = decoder.text();
  const message = ended ? decoder.text() : '';
  const attributes = decoder.attributes();
  const links = readLinks(decoder);
  const events = ended ? readEvents(decoder) : [];
  const { traceId, spanId } = idsBefore(payload);
  const context = contextOf(traceId, spanId, traceFlags, traceState);
  return {
    name,
    kind,
    spanContext: () => context,
    ...(parentSpanId === undefined
      ? {}
      : { parentSpanContext: { traceId, spanId: parentSpanId, traceFlags, isRemote } }),
    startTime,
    endTime,
    duration: difference(startTime, endTime),
    ended,
    status: message === '' ? { code } : { code, message },
    attributes,
    links,
    events,
    resource,
    instrumentationScope,
    droppedAttributesCount: dropped[0] ?? 0,
    droppedEventsCount: dropped[1] ?? 0,
    droppedLinksCount: dropped[2] ?? 0,
  };
}

function readLinks(decoder: PayloadDecoder): StoredLink[] {
  const links: StoredLink[] = [];
  for (let count = decoder.u16(); count > 0; count--) {
    const traceId = decoder.id(16) ?? '';
    const spanId = decoder.id(8) ?? '';
    const traceFlags = decoder.u8();
    const isRemote = (decoder.u8() & SpanBit.REMOTE_PARENT) !== 0;
    const droppedAttributesCount = decoder.u32();
    const context = { ...contextOf(traceId, spanId, traceFlags, decoder.text()), isRemote };
    const attributes = decoder.attributes();
    if (decoder.ended) break;
    links.push({ context, attributes, droppedAttributesCount });
  }
  return links;
}

function readEvents(decoder: PayloadDecoder): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (let count = decoder.u16(); count > 0; count--) {
    const time = decoder.time();
    const droppedAttributesCount = decoder.u32();
    const name = decoder.text();
    // The last event of a payload that was cut is worth showing as far as it goes: it may be the exception.
    if (decoder.ended && name.length <= CUT_MARK.length) break;
    events.push({ time, name, attributes: decoder.attributes(), droppedAttributesCount });
    if (decoder.ended) break;
  }
  return events;
}

/** The ids of the trace context in front of a payload; empty where there is none. */
export function idsBefore({ bytes, start, flags }: RecordPayload): { traceId: string; spanId: string } {
  if ((flags & RecordFlag.CONTEXT) === 0 || start < CONTEXT_SIZE) return { traceId: '', spanId: '' };
  const middle = start - 8;
  return {
    traceId: bytes.toString('hex', start - CONTEXT_SIZE, middle),
    spanId: bytes.toString('hex', middle, start),
  };
}

function contextOf(traceId: string, spanId: string, traceFlags: number, traceState: string): SpanContextLike {
  const context = { traceId, spanId, traceFlags };
  return traceState === '' ? context : { ...context, traceState: { serialize: () => traceState } };
}

function difference([seconds, nanoseconds]: HrTime, end: HrTime): HrTime {
  const whole = end[0] - seconds;
  const rest = end[1] - nanoseconds;
  if (whole < 0 || (whole === 0 && rest < 0)) return [0, 0];
  return rest < 0 ? [whole - 1, rest + NANOSECONDS] : [whole, rest];
}

function messageOf({ name, ended, status, duration }: StoredSpan): string {
  if (!ended) return `${name} started`;
  const time = `${Number(milliseconds(duration).toPrecision(4))} ms`;
  if (status.code !== StatusCode.ERROR) return `${name} ended after ${time}`;
  return `${name} failed after ${time}${status.message === undefined ? '' : `: ${status.message}`}`;
}

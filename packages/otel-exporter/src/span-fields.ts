import type { TraceRecord } from '@tracebuf/ring';
import { hrTimeOf, rfc3339 } from './rfc3339.ts';
import { attributesOf, isObject, originOf } from './stored-definitions.ts';
import type { StoredEvent, StoredLink, StoredSpan } from './stored-span.ts';
import { type HrTime, type SpanContextLike, StatusCode } from './types.ts';

/** Names of `SpanKind`, by number. */
const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;

const NANOSECONDS = 1_000_000_000;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;
/** What nearly all spans that are stored are: they have no field for it. */
const SAMPLED = 1;

/** `internal`, `server`, `client`, `producer`, `consumer`, or the number of a kind that came later. */
export function spanKindName(kind: number): string {
  return KINDS[kind] ?? String(kind);
}

/** A duration in milliseconds. */
export function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + nanoseconds / NANOSECONDS_PER_MILLISECOND;
}

/**
 * What is known of a span, as the fields of its record: all but its ids, and what it shares with others, its resource and scope.
 * {@link spanFromFields} makes the span of it again. Counts of what was dropped are there where they are not 0, `traceFlags`
 * where they are not 1.
 */
export function fieldsOfSpan(span: StoredSpan): Record<string, unknown> {
  const { status, attributes, links, events, instrumentationScope: scope, parentSpanContext: parent } = span;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const fields: Record<string, unknown> = { span: span.name, spanKind: spanKindName(span.kind) };
  if (parent !== undefined) fields.parentSpanId = parent.spanId;
  if (parent?.isRemote === true) fields.remoteParent = true;
  fields.startTime = rfc3339(span.startTime);
  if (span.ended) fields.duration = milliseconds(span.duration);
  if (status.code !== StatusCode.UNSET) fields.status = status.code === StatusCode.ERROR ? 'error' : 'ok';
  if (status.message !== undefined) fields.statusMessage = status.message;
  if (hasEntries(attributes)) fields.attributes = attributes;
  if (events.length > 0) fields.events = events.map(fieldsOfEvent);
  if (links.length > 0) fields.links = links.map(fieldsOfLink);
  if (scope.name !== '') fields.scope = scope.name;
  Object.assign(fields, fieldsOfContext(span.spanContext()));
  if (droppedAttributesCount > 0) fields.droppedAttributesCount = droppedAttributesCount;
  if (droppedEventsCount > 0) fields.droppedEventsCount = droppedEventsCount;
  if (droppedLinksCount > 0) fields.droppedLinksCount = droppedLinksCount;
  return fields;
}

/**
 * The span that the fields of a record tell of, such as one from a database. Untrusted: what is not of its type is left out.
 *
 * @param ended Whether the record says that it has ended.
 */
export function spanFromFields(record: TraceRecord, ended: boolean): StoredSpan | undefined {
  const { fields, shared } = record;
  if (fields === undefined || typeof fields.span !== 'string') return undefined;
  const { resource, scope } = originOf(shared, fields.scope);
  const startTime = hrTimeOf(fields.startTime) ?? microsecondsOf(record.time);
  const duration = ended ? durationOf(fields.duration) : ([0, 0] as HrTime);
  const context = contextFromFields(record.traceId, record.spanId, fields);
  const parentSpanId = idOf(fields.parentSpanId, 16);
  const { traceId, traceFlags } = context;
  return {
    name: fields.span,
    kind: kindOf(fields.spanKind),
    spanContext: () => context,
    ...(parentSpanId === ''
      ? {}
      : {
          parentSpanContext: {
            traceId,
            spanId: parentSpanId,
            traceFlags,
            isRemote: fields.remoteParent === true,
          },
        }),
    startTime,
    endTime: sum(startTime, duration),
    duration,
    ended,
    status: {
      code: statusOf(fields.status),
      ...(typeof fields.statusMessage === 'string' ? { message: fields.statusMessage } : {}),
    },
    attributes: attributesOf(fields.attributes),
    links: objectsOf(fields.links).map(linkOf),
    events: objectsOf(fields.events).map((event) => eventOf(event, startTime)),
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: countOf(fields.droppedAttributesCount),
    droppedEventsCount: countOf(fields.droppedEventsCount),
    droppedLinksCount: countOf(fields.droppedLinksCount),
  };
}

function fieldsOfEvent({ time, name, attributes, droppedAttributesCount }: StoredEvent): object {
  return {
    name,
    time: rfc3339(time),
    attributes,
    ...(droppedAttributesCount > 0 ? { droppedAttributesCount } : {}),
  };
}

function eventOf(event: Readonly<Record<string, unknown>>, start: HrTime): StoredEvent {
  return {
    time: hrTimeOf(event.time) ?? start,
    name: typeof event.name === 'string' ? event.name : '',
    attributes: attributesOf(event.attributes),
    droppedAttributesCount: countOf(event.droppedAttributesCount),
  };
}

function fieldsOfLink({ context, attributes, droppedAttributesCount }: StoredLink): object {
  const { traceId, spanId, isRemote } = context;
  return {
    traceId,
    spanId,
    ...(hasEntries(attributes) ? { attributes } : {}),
    ...(isRemote === true ? { isRemote } : {}),
    ...fieldsOfContext(context),
    ...(droppedAttributesCount > 0 ? { droppedAttributesCount } : {}),
  };
}

function linkOf(link: Readonly<Record<string, unknown>>): StoredLink {
  return {
    context: { ...contextFromFields(link.traceId, link.spanId, link), isRemote: link.isRemote === true },
    attributes: attributesOf(link.attributes),
    droppedAttributesCount: countOf(link.droppedAttributesCount),
  };
}

/** What of a context is not its ids, where it is not what it mostly is. */
function fieldsOfContext({ traceFlags, traceState }: SpanContextLike): Record<string, unknown> {
  return {
    ...(traceFlags === SAMPLED ? {} : { traceFlags }),
    ...(traceState === undefined ? {} : { traceState: traceState.serialize() }),
  };
}

function contextFromFields(
  traceId: unknown,
  spanId: unknown,
  { traceFlags, traceState }: Readonly<Record<string, unknown>>,
): SpanContextLike {
  return {
    traceId: idOf(traceId, 32),
    spanId: idOf(spanId, 16),
    traceFlags: traceFlags === undefined ? SAMPLED : countOf(traceFlags) & 0xff,
    ...(typeof traceState === 'string' ? { traceState: { serialize: () => traceState } } : {}),
  };
}

/** Hexadecimal digits; empty where it is no id. */
export function idOf(value: unknown, digits: number): string {
  return typeof value === 'string' && value.length === digits && /^[\da-f]+$/.test(value) ? value : '';
}

/** A whole number from 0; else 0. */
export function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? Math.min(value as number, 0xffff_ffff) : 0;
}

/** A time of a record, in microseconds since 1970. */
export function microsecondsOf(time: number): HrTime {
  const seconds = Math.floor(time / 1_000_000);
  return [seconds, (time - seconds * 1_000_000) * 1000];
}

function kindOf(name: unknown): number {
  const kind = (KINDS as readonly unknown[]).indexOf(name);
  return kind >= 0 ? kind : countOf(Number(name));
}

function statusOf(name: unknown): number {
  if (name === 'error') return StatusCode.ERROR;
  return name === 'ok' ? StatusCode.OK : StatusCode.UNSET;
}

function durationOf(value: unknown): HrTime {
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return [0, 0];
  const seconds = Math.floor(value / 1000);
  return sum([seconds, 0], [0, Math.round((value - seconds * 1000) * NANOSECONDS_PER_MILLISECOND)]);
}

function sum([seconds, nanoseconds]: HrTime, other: HrTime): HrTime {
  const rest = nanoseconds + other[1];
  const whole = seconds + other[0];
  return rest >= NANOSECONDS ? [whole + 1, rest - NANOSECONDS] : [whole, rest];
}

function objectsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function hasEntries(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

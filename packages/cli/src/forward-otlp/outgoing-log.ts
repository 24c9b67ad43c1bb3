import {
  logRecordOf,
  type StoredLogRecord,
  type StoredResource,
  severityOfLevel,
} from '@tracebuf/otel-exporter';
import type { TraceRecord } from '@tracebuf/ring';
import { hrTimeOf } from './hr-time.ts';
import type { FeedItem } from './record-feed.ts';

/** Scopes by name: records of one scope are put together by the object. */
const scopes = new Map<string, { readonly name: string }>();

/**
 * A record as OpenTelemetry's log record. Its attributes are the record's fields, errors by the names of the semantic
 * conventions, and `log.record.uid`: the same whenever it is sent, so that a back end can tell what came twice.
 */
export function outgoingLog(
  item: FeedItem,
  record: TraceRecord,
  resource: (stored?: StoredResource) => StoredResource,
): StoredLogRecord {
  const stored = logRecordOf(record);
  const uid = { 'log.record.uid': `${item.ring}/${record.seq}` };
  if (stored !== undefined) {
    return { ...stored, resource: resource(stored.resource), attributes: { ...stored.attributes, ...uid } };
  }
  const time = hrTimeOf(record.time);
  const { traceId, spanId, fields = {}, thread } = record;
  const attributes = {
    ...withoutIds(fields),
    ...exceptionOf(fields),
    ...(thread === 0 ? {} : { 'thread.id': thread }),
    'tracebuf.kind': record.kind,
    ...uid,
  };
  return {
    hrTime: time,
    hrTimeObserved: time,
    severityNumber: severityOfLevel(record.severity),
    severityText: record.level,
    body: record.message,
    ...(record.kind === 'incident' && typeof fields.condition === 'string'
      ? { eventName: fields.condition }
      : {}),
    ...(traceId === undefined || spanId === undefined
      ? {}
      : { spanContext: { traceId, spanId, traceFlags: 1 } }),
    resource: resource(),
    instrumentationScope: scopeOf(record.buffer),
    attributes,
    droppedAttributesCount: 0,
  };
}

/** A log record that says how many records are missing before another one. */
export function outgoingLoss(item: FeedItem, record: TraceRecord, resource: StoredResource): StoredLogRecord {
  const time = hrTimeOf(record.time);
  const { missed, ring } = item;
  return {
    hrTime: time,
    hrTimeObserved: time,
    severityNumber: severityOfLevel(40),
    severityText: 'warn',
    body: `${missed} ${missed === 1 ? 'record was' : 'records were'} overwritten before they could be sent`,
    resource,
    instrumentationScope: scopeOf(record.buffer),
    attributes: {
      'tracebuf.kind': 'lost',
      'tracebuf.lost': missed,
      'log.record.uid': `${ring}/${record.seq - missed}+${missed}`,
    },
    droppedAttributesCount: 0,
  };
}

function scopeOf(name: string): { readonly name: string } {
  const known = scopes.get(name);
  if (known !== undefined) return known;
  const scope = { name };
  scopes.set(name, scope);
  return scope;
}

/** By these names log lines say the ids of their span, which the log record has itself. */
const ID_KEYS: ReadonlySet<string> = new Set(['trace_id', 'span_id', 'trace_flags', 'traceId', 'spanId']);

function withoutIds(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !ID_KEYS.has(key)));
}

/** What pino has as `err` (or another of its names), winston as `stack`. */
function exceptionOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const error = isError(fields) ? fields : Object.values(fields).find(isError);
  if (error === undefined) return {};
  const { type, name, message, stack } = error as Record<string, unknown>;
  const told = {
    'exception.type': type ?? name,
    'exception.message': message,
    'exception.stacktrace': stack,
  };
  return Object.fromEntries(
    Object.entries(told).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isError(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string';
}

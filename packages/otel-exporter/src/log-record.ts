import {
  CUT_MARK,
  type RecordDecoder,
  RecordFlag,
  RecordKind,
  type RecordPayload,
  type TraceRecord,
} from '@tracebuf/ring';
import { PayloadDecoder } from './payload-decoder.ts';
import { idsBefore } from './span-record.ts';
import { resourceOf, type StoredResource, type StoredScope, scopeOf } from './stored-definitions.ts';
import type { Attributes, HrTime, SpanContextLike } from './types.ts';

/** A log record as it was stored, in the shape of the SDK's `ReadableLogRecord`, so that the serializers of OpenTelemetry take it. */
export interface StoredLogRecord {
  readonly hrTime: HrTime;
  readonly hrTimeObserved: HrTime;
  readonly spanContext?: SpanContextLike;
  readonly severityText?: string;
  readonly severityNumber?: number;
  readonly body?: unknown;
  readonly eventName?: string;
  readonly resource: StoredResource;
  readonly instrumentationScope: StoredScope;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** Log records by the fields of their records, which the decoder makes anew for each record. */
const logRecords = new WeakMap<object, StoredLogRecord>();

/** What a record says as a log record of OpenTelemetry; `undefined` where it is none. */
export function logRecordOf(record: TraceRecord): StoredLogRecord | undefined {
  return record.fields === undefined ? undefined : logRecords.get(record.fields);
}

/**
 * Decodes log records of OpenTelemetry. `message` is the body; `fields` are `attributes`, `eventName`, `severityText`, `scope`
 * and, where it is no text, `body`.
 */
export const otelLogDecoder: RecordDecoder = {
  kind: RecordKind.OTEL_LOG,
  name: 'otel-log',
  decode(payload) {
    const record = readLogRecord(payload);
    const fields = fieldsOf(record);
    logRecords.set(fields, record);
    const cut = (payload.flags & RecordFlag.CUT) !== 0 ? CUT_MARK : '';
    return { message: messageOf(record) + cut, fields };
  },
};

function readLogRecord(payload: RecordPayload): StoredLogRecord {
  const { definitions } = payload;
  const decoder = new PayloadDecoder(payload);
  const resource = resourceOf(definitions, decoder.u32());
  const instrumentationScope = scopeOf(definitions, decoder.u32());
  const hrTime = decoder.time();
  const hrTimeObserved = decoder.time();
  const severityNumber = decoder.u16();
  const traceFlags = decoder.u8();
  decoder.u8();
  const droppedAttributesCount = decoder.u32();
  const severityText = decoder.text();
  const eventName = decoder.text();
  const body = decoder.value();
  const attributes = decoder.attributes();
  const { traceId, spanId } = idsBefore(payload);
  return {
    hrTime,
    hrTimeObserved,
    ...(traceId === '' ? {} : { spanContext: { traceId, spanId, traceFlags } }),
    ...(severityText === '' ? {} : { severityText }),
    ...(severityNumber === 0 ? {} : { severityNumber }),
    ...(body === null ? {} : { body }),
    ...(eventName === '' ? {} : { eventName }),
    resource,
    instrumentationScope,
    attributes,
    droppedAttributesCount,
  };
}

function messageOf({ body, eventName }: StoredLogRecord): string {
  if (typeof body === 'string') return body;
  return body === undefined ? (eventName ?? '') : (JSON.stringify(body) ?? '');
}

function fieldsOf(record: StoredLogRecord): Record<string, unknown> {
  const { attributes, eventName, severityText, body, instrumentationScope: scope } = record;
  const fields: Record<string, unknown> = {};
  if (Object.keys(attributes).length > 0) fields.attributes = attributes;
  if (eventName !== undefined) fields.eventName = eventName;
  if (severityText !== undefined) fields.severityText = severityText;
  if (body !== undefined && typeof body !== 'string') fields.body = body;
  if (scope.name !== '') fields.scope = scope.name;
  return fields;
}

import {
  CUT_MARK,
  type RecordDecoder,
  RecordFlag,
  RecordKind,
  type RecordPayload,
  type TraceRecord,
} from '@tracebuf/ring';
import { fieldsOfLogRecord, logRecordFromFields } from './log-fields.ts';
import { PayloadDecoder } from './payload-decoder.ts';
import { idsBefore } from './span-record.ts';
import { resourceOf, scopeOf, sharedOf } from './stored-definitions.ts';
import type { StoredLogRecord } from './stored-log-record.ts';

/** Log records by the fields of their records, which the decoder makes anew for each record. */
const logRecords = new WeakMap<object, StoredLogRecord>();

/** What a record says as a log record of OpenTelemetry, decoded here or from a database; `undefined` where it is none. */
export function logRecordOf(record: TraceRecord): StoredLogRecord | undefined {
  const { fields, kind } = record;
  if (kind !== otelLogDecoder.name) return undefined;
  const known = fields === undefined ? undefined : logRecords.get(fields);
  return known ?? logRecordFromFields(record);
}

/**
 * Decodes log records of OpenTelemetry. `message` is the body; `fields` are `attributes`, `eventName`, `severityText`, `scope`,
 * `timestamp` and, where it is no text, `body`.
 */
export const otelLogDecoder: RecordDecoder = {
  kind: RecordKind.OTEL_LOG,
  name: 'otel-log',
  decode(payload) {
    const record = readLogRecord(payload);
    const fields = fieldsOfLogRecord(record);
    logRecords.set(fields, record);
    const shared = sharedOf(record.resource, record.instrumentationScope);
    const cut = (payload.flags & RecordFlag.CUT) !== 0 ? CUT_MARK : '';
    const message = messageOf(record) + cut;
    return shared === undefined ? { message, fields } : { message, fields, shared };
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

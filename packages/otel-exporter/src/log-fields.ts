import type { TraceRecord } from '@tracebuf/ring';
import { levelOfSeverity, severityOfLevel } from './otel-level.ts';
import { hrTimeOf, rfc3339 } from './rfc3339.ts';
import { countOf, idOf, microsecondsOf } from './span-fields.ts';
import { attributesOf, originOf } from './stored-definitions.ts';
import type { StoredLogRecord } from './stored-log-record.ts';

const SAMPLED = 1;

/**
 * What is known of a log record, as the fields of its record: all but its ids, a body that is text, and what it shares with others,
 * its resource and scope. {@link logRecordFromFields} makes it again. What can be told of the record itself is left out: a
 * `severityNumber` that is the first of its level, `traceFlags` that are 1.
 */
export function fieldsOfLogRecord(record: StoredLogRecord): Record<string, unknown> {
  const { attributes, eventName, severityText, severityNumber, body, spanContext } = record;
  const { hrTime, hrTimeObserved, droppedAttributesCount, instrumentationScope: scope } = record;
  const fields: Record<string, unknown> = {};
  if (Object.keys(attributes).length > 0) fields.attributes = attributes;
  if (eventName !== undefined) fields.eventName = eventName;
  if (severityText !== undefined) fields.severityText = severityText;
  if (severityNumber !== severityOfLevel(levelOfSeverity(severityNumber)))
    fields.severityNumber = severityNumber ?? 0;
  if (body !== undefined && typeof body !== 'string') fields.body = body;
  if (scope.name !== '') fields.scope = scope.name;
  fields.timestamp = rfc3339(hrTime);
  if (hrTimeObserved[0] !== hrTime[0] || hrTimeObserved[1] !== hrTime[1])
    fields.observedTimestamp = rfc3339(hrTimeObserved);
  if (spanContext !== undefined && spanContext.traceFlags !== SAMPLED)
    fields.traceFlags = spanContext.traceFlags;
  if (droppedAttributesCount > 0) fields.droppedAttributesCount = droppedAttributesCount;
  return fields;
}

/** The log record that a record tells of, such as one from a database. Untrusted: what is not of its type is left out. */
export function logRecordFromFields(record: TraceRecord): StoredLogRecord {
  const { fields = {}, shared, message, severity } = record;
  const { resource, scope } = originOf(shared, fields.scope);
  const hrTime = hrTimeOf(fields.timestamp) ?? microsecondsOf(record.time);
  const traceId = idOf(record.traceId, 32);
  const spanId = idOf(record.spanId, 16);
  const severityNumber =
    fields.severityNumber === undefined ? severityOfLevel(severity) : countOf(fields.severityNumber);
  const traceFlags = fields.traceFlags === undefined ? SAMPLED : countOf(fields.traceFlags) & 0xff;
  const body = fields.body ?? (message === '' || message === fields.eventName ? undefined : message);
  return {
    hrTime,
    hrTimeObserved: hrTimeOf(fields.observedTimestamp) ?? hrTime,
    ...(traceId === '' ? {} : { spanContext: { traceId, spanId, traceFlags } }),
    ...(typeof fields.severityText === 'string' ? { severityText: fields.severityText } : {}),
    ...(severityNumber === 0 ? {} : { severityNumber }),
    ...(body === undefined ? {} : { body }),
    ...(typeof fields.eventName === 'string' ? { eventName: fields.eventName } : {}),
    resource,
    instrumentationScope: scope,
    attributes: attributesOf(fields.attributes),
    droppedAttributesCount: countOf(fields.droppedAttributesCount),
  };
}

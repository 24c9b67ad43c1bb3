import type { StoredResource, StoredScope } from './stored-definitions.ts';
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

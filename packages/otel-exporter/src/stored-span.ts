import type { StoredResource, StoredScope } from './stored-definitions.ts';
import type { Attributes, HrTime, SpanContextLike } from './types.ts';

/** A link of a stored span. */
export interface StoredLink {
  readonly context: SpanContextLike;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** An event of a stored span. */
export interface StoredEvent {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/**
 * A span as a record tells it, in the shape of the SDK's `ReadableSpan`, so that the serializers of OpenTelemetry take it. Of a
 * span that has only started, `ended` is false and the end is the start.
 */
export interface StoredSpan {
  readonly name: string;
  readonly kind: number;
  readonly spanContext: () => SpanContextLike;
  readonly parentSpanContext?: SpanContextLike;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Attributes;
  readonly links: readonly StoredLink[];
  readonly events: readonly StoredEvent[];
  readonly resource: StoredResource;
  readonly instrumentationScope: StoredScope;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

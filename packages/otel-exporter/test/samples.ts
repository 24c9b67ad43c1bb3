import type { LogRecordLike, ResourceLike, ScopeLike, SpanLike } from '../src/index.ts';

const resource: ResourceLike = { attributes: { 'service.name': 'shop' } };
const instrumentationScope: ScopeLike = { name: 'checkout', version: '1.2.3' };
const spanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
};

/** A span as SDK 2 and later have them, with something in every part. */
export function sampleSpan(): SpanLike {
  return {
    name: 'GET /cart',
    kind: 1,
    spanContext: () => ({ ...spanContext, traceState: { serialize: () => 'vendor=x' } }),
    parentSpanContext: { ...spanContext, spanId: '00f067aa0ba902b7', isRemote: true },
    startTime: [1_700_000_000, 1],
    endTime: [1_700_000_001, 2],
    status: { code: 0 },
    attributes: { 'http.request.method': 'GET', ratio: 0.5, tags: ['a', 'b'] },
    links: [{ context: spanContext, attributes: { reason: 'retry' }, droppedAttributesCount: 3 }],
    events: [{ time: [1_700_000_000, 5], name: 'miss', attributes: { key: 'x' }, droppedAttributesCount: 1 }],
    resource,
    instrumentationScope,
    droppedAttributesCount: 4,
    droppedEventsCount: 5,
    droppedLinksCount: 6,
  };
}

/** A log record with something in every part. */
export function sampleLogRecord(): LogRecordLike {
  return {
    hrTime: [1_700_000_000, 1],
    hrTimeObserved: [1_700_000_000, 2],
    spanContext,
    severityText: 'WARN',
    severityNumber: 14,
    body: 'low on memory',
    eventName: 'memory.low',
    resource,
    instrumentationScope,
    attributes: { free: 12.5, unit: 'MiB', parts: { old: 1, young: [2, null, 'x'] } },
    droppedAttributesCount: 2,
  };
}

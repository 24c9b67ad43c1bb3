/** Decoders of what this package stores; importing it registers them. It needs no part of OpenTelemetry. */
import { registerDecoder } from '@tracebuf/ring';
import { otelLogDecoder } from './log-record.ts';
import { spanEndDecoder, spanStartDecoder } from './span-record.ts';

export { logRecordOf, otelLogDecoder } from './log-record.ts';
export { severityOfLevel } from './otel-level.ts';
export { milliseconds, spanKindName } from './span-fields.ts';
export {
  isEndMark,
  spanEndDecoder,
  spanOf,
  spanStartDecoder,
} from './span-record.ts';
export type { StoredResource, StoredScope } from './stored-definitions.ts';
export type { StoredLogRecord } from './stored-log-record.ts';
export type { StoredEvent, StoredLink, StoredSpan } from './stored-span.ts';
export { type Attributes, type HrTime, type SpanContextLike, StatusCode } from './types.ts';

for (const decoder of [spanStartDecoder, spanEndDecoder, otelLogDecoder]) registerDecoder(decoder);

import type { DefinitionBook } from './definition-book.ts';
import type { PayloadEncoder } from './payload-encoder.ts';
import type { LogRecordLike } from './types.ts';

/** Encodes a log record, as `LogField` lays it out. */
export function encodeLogRecord(encoder: PayloadEncoder, book: DefinitionBook, record: LogRecordLike): void {
  const { spanContext } = record;
  encoder.begin();
  if (spanContext !== undefined) encoder.context(spanContext.traceId, spanContext.spanId);
  encoder.u32(book.resource(record.resource));
  encoder.u32(book.scope(record.instrumentationScope));
  encoder.time(record.hrTime);
  encoder.time(record.hrTimeObserved);
  encoder.u16(record.severityNumber ?? 0);
  encoder.u8(spanContext?.traceFlags ?? 0);
  encoder.u8(0);
  encoder.u32(record.droppedAttributesCount);
  encoder.text(record.severityText);
  encoder.text(record.eventName);
  encoder.value(record.body);
  encoder.attributes(record.attributes);
}

/** OpenTelemetry: span and log record processors and exporters that write to trace buffers, and to ETW. */
export type { OtelBufferOptions } from './buffer-options.ts';
export * from './decoder.ts';
export type { EtwExporterOptions } from './etw-exporter.ts';
export { EtwLogRecordExporter } from './etw-log-record-exporter.ts';
export { EtwSpanExporter } from './etw-span-exporter.ts';
export type { ResultCallback } from './export-batch.ts';
export { TraceBufferLogRecordExporter } from './log-record-exporter.ts';
export { TraceBufferLogRecordProcessor } from './log-record-processor.ts';
export { TraceBufferSpanExporter } from './span-exporter.ts';
export { TraceBufferSpanProcessor } from './span-processor.ts';
export type {
  EventLike,
  ExportResult,
  LinkLike,
  LogRecordLike,
  ResourceLike,
  ScopeLike,
  SpanLike,
} from './types.ts';

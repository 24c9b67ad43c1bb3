/** A winston transport that writes to trace buffers, and its decoder. */
export { winstonDecoder } from './decoder.ts';
export type { LogQuery, LogResult } from './log-query.ts';
export type { LogStream, LogStreamOptions } from './log-stream.ts';
export {
  type ContextFields,
  type TraceContextOptions,
  traceContext,
  traceContextMeta,
} from './trace-context.ts';
export { type QueryCallback, TraceBufferTransport } from './transport.ts';
export type { Format, TraceBufferTransportOptions } from './transport-options.ts';

/** A pino destination and a pino transport that write to trace buffers, and the decoder of what they wrote. */
export { pinoDecoder } from './decoder.ts';
export { TraceBufferDestination, traceBuffer } from './destination.ts';
export type {
  SpanIds,
  TraceBufferDestinationOptions,
  TraceBufferTransportOptions,
} from './destination-options.ts';
export type { LoggerKeys } from './logger-shape.ts';
export { workerTransport as default } from './worker-transport.ts';

/** Records the calls of functions in trace buffers. */
export type { FunctionDefinition, FunctionKind } from './call-function.ts';
export { CallTracer, type TraceOptions } from './call-tracer.ts';
export { callDecoder, exceptionDecoder, markDecoder, returnDecoder } from './decoder.ts';
export type { CallTracerOptions } from './tracer-options.ts';

import { context, createContextKey } from '@opentelemetry/api';

/** What the SDK calls it: instrumentations make no spans where it is set. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Runs what may do I/O without its being traced: who instruments `node:fs` would trace the recorder. */
export function suppressTracing<T>(work: () => T): T {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), work);
}

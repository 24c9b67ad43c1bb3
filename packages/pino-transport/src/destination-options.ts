import { InvalidOptionError, type TraceBufferOptions } from '@tracebuf/ring';
import type { LoggerKeys } from './logger-shape.ts';

/** Ids of a span, as OpenTelemetry's `span.spanContext()` gives them. */
export interface SpanIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** Options of {@link traceBuffer}: those of a trace buffer, and what it can't learn from pino itself. */
export interface TraceBufferDestinationOptions extends TraceBufferOptions, LoggerKeys {
  /** Name of the trace buffer, 1 to 64 bytes. Default `'pino'`. */
  readonly name?: string;
  /** Bytes of the trace buffer, at least 4096. Default 1 MiB. */
  readonly size?: number;
  /**
   * Gives the ids of the span that is active, when a line is logged: they are stored with the record. What it throws
   * is ignored. Default: those of OpenTelemetry's active span. A line's own `trace_id` and `span_id` come before.
   */
  readonly context?: () => SpanIds | undefined;
}

/** Options of the worker transport: they are sent to another thread, so there is no function among them. */
export type TraceBufferTransportOptions = Omit<TraceBufferDestinationOptions, 'context'>;

/** Options, split by who is told. */
export interface SplitOptions {
  readonly name: string;
  readonly size: number;
  readonly buffer: TraceBufferOptions;
  readonly keys: LoggerKeys;
  readonly context: (() => SpanIds | undefined) | undefined;
}

const DEFAULT_NAME = 'pino';
const DEFAULT_SIZE = 1024 * 1024;

/**
 * Checks the options that concern pino and hands on the others, which the trace buffer checks.
 *
 * @throws InvalidOptionError
 */
export function splitOptions(options: TraceBufferDestinationOptions = {}): SplitOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, 'give an object or leave it out');
  }
  const {
    name = DEFAULT_NAME,
    size = DEFAULT_SIZE,
    context,
    messageKey,
    errorKey,
    nestedKey,
    ...buffer
  } = options;
  if (context !== undefined && typeof context !== 'function') {
    throw new InvalidOptionError('context', context, 'give a function that returns { traceId, spanId }');
  }
  const keys = Object.entries({ messageKey, errorKey, nestedKey }).filter(([, key]) => key !== undefined);
  for (const [option, key] of keys) {
    if (typeof key !== 'string' || key === '') {
      throw new InvalidOptionError(option, key, 'give the name of a key, as in the options of pino');
    }
  }
  return { name, size, buffer, keys: Object.fromEntries(keys), context };
}

import { InvalidOptionError, type TraceBufferOptions } from '@tracebuf/ring';

/** Options of the processors and exporters that write to trace buffers: those of the buffer. */
export interface OtelBufferOptions extends TraceBufferOptions {
  /**
   * Name of the trace buffer, 1 to 64 bytes. Default `'spans'` for spans and `'otel-logs'` for log records. Those of the same
   * name share a buffer.
   */
  readonly name?: string;
  /** Bytes of the trace buffer, at least 4096. Default 4 MiB for spans, 1 MiB for log records. */
  readonly size?: number;
}

/** Options, split by who is told. */
export interface SplitOptions {
  readonly name: string;
  readonly size: number;
  readonly buffer: TraceBufferOptions;
}

/** Name and size of a buffer for which the options give none. */
export interface BufferDefaults {
  readonly name: string;
  readonly size: number;
}

/**
 * Fills in the defaults; the trace buffer checks the rest.
 *
 * @throws InvalidOptionError
 */
export function splitOptions(options: OtelBufferOptions | undefined, defaults: BufferDefaults): SplitOptions {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw new InvalidOptionError('options', options, 'give an object or leave it out');
  }
  const { name = defaults.name, size = defaults.size, ...buffer } = options ?? {};
  return { name, size, buffer };
}

/** Where spans go by default. A span takes about 500 bytes: 4 MiB hold some thousand. */
export const SPAN_BUFFER: BufferDefaults = { name: 'spans', size: 4 * 1024 * 1024 };

/** Where log records go by default. */
export const LOG_BUFFER: BufferDefaults = { name: 'otel-logs', size: 1024 * 1024 };

import { Level, RecordKind, type TraceBuffer } from '@tracebuf/ring';
import { type OtelBufferOptions, SPAN_BUFFER, splitOptions } from './buffer-options.ts';
import { encodeSpanEnd } from './encode-span.ts';
import { exportBatch, monotonicTime, type ResultCallback } from './export-batch.ts';
import { OtelBuffer } from './otel-buffer.ts';
import { type SpanLike, StatusCode } from './types.ts';

/**
 * A span exporter of OpenTelemetry that writes to a trace buffer, for programs that can add an exporter but no processor: it is
 * given spans that have ended and were sampled, some time later. `TraceBufferSpanProcessor` sees them start as well.
 */
export class TraceBufferSpanExporter {
  readonly #spans: OtelBuffer;

  /**
   * @throws InvalidOptionError for an option that can't be used, StorageError where the space can't be had,
   *   InsecureDirectoryError.
   */
  constructor(options?: OtelBufferOptions) {
    this.#spans = new OtelBuffer(splitOptions(options, SPAN_BUFFER));
  }

  /** The buffer that the spans go to. */
  get buffer(): TraceBuffer {
    return this.#spans.buffer;
  }

  /** Spans that could not be stored, because something in them threw. */
  get dropped(): number {
    return this.#spans.dropped;
  }

  /** Stores spans, and calls back within the call. Never throws. */
  export(spans: readonly SpanLike[], resultCallback: ResultCallback): void {
    exportBatch(this.#spans, spans, (span) => this.#store(span), resultCallback);
  }

  /** Does nothing: what was exported is stored. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends it; what the buffer holds stays readable. Later exports fail. */
  shutdown(): Promise<void> {
    this.#spans.close();
    return Promise.resolve();
  }

  #store(span: SpanLike): void {
    const { encoder, book, buffer } = this.#spans;
    const level = span.status.code === StatusCode.ERROR ? Level.error : Level.info;
    if (!buffer.wants(level)) return;
    encodeSpanEnd(encoder, book, span, false);
    this.#spans.append(RecordKind.SPAN_END, level, monotonicTime(span.endTime));
  }
}

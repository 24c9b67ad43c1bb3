import { RecordKind, type TraceBuffer } from '@tracebuf/ring';
import { LOG_BUFFER, type OtelBufferOptions, splitOptions } from './buffer-options.ts';
import { encodeLogRecord } from './encode-log-record.ts';
import { exportBatch, monotonicTime, type ResultCallback } from './export-batch.ts';
import { OtelBuffer } from './otel-buffer.ts';
import { levelOfSeverity } from './otel-level.ts';
import type { LogRecordLike } from './types.ts';

/**
 * A log record exporter of OpenTelemetry that writes to a trace buffer, for programs that can add an exporter but no processor.
 * `TraceBufferLogRecordProcessor` stores records at once.
 */
export class TraceBufferLogRecordExporter {
  readonly #logs: OtelBuffer;

  /**
   * @throws InvalidOptionError for an option that can't be used, StorageError where the space can't be had,
   *   InsecureDirectoryError.
   */
  constructor(options?: OtelBufferOptions) {
    this.#logs = new OtelBuffer(splitOptions(options, LOG_BUFFER));
  }

  /** The buffer that the records go to. */
  get buffer(): TraceBuffer {
    return this.#logs.buffer;
  }

  /** Records that could not be stored, because something in them threw. */
  get dropped(): number {
    return this.#logs.dropped;
  }

  /** Stores records, and calls back within the call. Never throws. */
  export(logs: readonly LogRecordLike[], resultCallback: ResultCallback): void {
    exportBatch(this.#logs, logs, (record) => this.#store(record), resultCallback);
  }

  /** Does nothing: what was exported is stored. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends it; what the buffer holds stays readable. Later exports fail. */
  shutdown(): Promise<void> {
    this.#logs.close();
    return Promise.resolve();
  }

  #store(record: LogRecordLike): void {
    const { encoder, book, buffer } = this.#logs;
    const level = levelOfSeverity(record.severityNumber);
    if (!buffer.wants(level)) return;
    encodeLogRecord(encoder, book, record);
    this.#logs.append(RecordKind.OTEL_LOG, level, monotonicTime(record.hrTime));
  }
}

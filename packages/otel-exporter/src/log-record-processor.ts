import { RecordKind, type TraceBuffer } from '@tracebuf/ring';
import { LOG_BUFFER, type OtelBufferOptions, splitOptions } from './buffer-options.ts';
import { encodeLogRecord } from './encode-log-record.ts';
import { OtelBuffer } from './otel-buffer.ts';
import { levelOfSeverity } from './otel-level.ts';
import type { LogRecordLike } from './types.ts';

/**
 * A log record processor of OpenTelemetry that writes each record to a trace buffer within the call that emits it.
 *
 * ```ts
 * new NodeSDK({ logRecordProcessors: [new TraceBufferLogRecordProcessor()] }).start();
 * ```
 *
 * It stands behind the processors that change records. Once made, it never throws, blocks or rejects; there is nothing to
 * flush.
 */
export class TraceBufferLogRecordProcessor {
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

  /** Called by the SDK for each record. */
  onEmit(logRecord: LogRecordLike): void {
    const logs = this.#logs;
    if (logs.isClosed) return;
    try {
      const level = levelOfSeverity(logRecord.severityNumber);
      if (!logs.buffer.wants(level)) return;
      encodeLogRecord(logs.encoder, logs.book, logRecord);
      logs.append(RecordKind.OTEL_LOG, level);
    } catch (error) {
      logs.drop(error);
    }
  }

  /** Does nothing: what was emitted is stored. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends it; what the buffer holds stays readable. Later calls do nothing. */
  shutdown(): Promise<void> {
    this.#logs.close();
    return Promise.resolve();
  }
}

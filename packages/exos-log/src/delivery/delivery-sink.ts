import type { DeliveryLine } from './delivery-line.ts';

/** How a sink fares. */
export interface SinkStatus {
  readonly connection: 'connected' | 'connecting' | 'idle';
  /** Messages that were sent again. */
  readonly resent: number;
  /** What went wrong last. */
  readonly lastError?: string;
  /** When, in milliseconds since 1970. */
  readonly lastErrorAt?: number;
}

/** Where the lines of a target go. It is told when to stop by a signal, and rejects then; nothing else makes it. */
export interface DeliverySink {
  readonly status: SinkStatus;
  /**
   * Shows a line, however long it takes until that can be done.
   *
   * @param sequenceId Number of the line.
   * @returns `undefined` where the next one can follow at once.
   * @throws MessageRefusedError where this line can never be shown.
   */
  send(line: DeliveryLine, sequenceId: number, signal: AbortSignal): Promise<void> | undefined;
  /** To be called when there is nothing to show: sees after what was shown before. */
  tend(signal: AbortSignal): Promise<void> | undefined;
  /** Resolves when the lines are out of this process's hands. */
  flush(signal: AbortSignal): Promise<void>;
  /** Ends it. Never rejects. */
  close(): Promise<void>;
}

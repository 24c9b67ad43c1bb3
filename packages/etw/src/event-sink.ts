import type { EncodedEvent } from './encoded-event.ts';

/** What a provider tells its sinks of itself. */
export interface ProviderIdentity {
  /** Its name, as text. */
  readonly name: string;
  /** Its GUID, 16 bytes in memory order. */
  readonly id: Buffer;
  /** GUID of its group. */
  readonly groupId: Buffer | undefined;
  /** Provider metadata. */
  readonly traits: Buffer;
}

/** An event that was declared once and is written often. */
export interface EventChannel {
  /** Whether anybody wants it now. */
  isEnabled(): boolean;
  /**
   * Writes it as {@link EventSink.write} does, where {@link isEnabled} has just said that it is wanted. Never throws.
   *
   * @param flags Bits of `RecordFlag`: what had to be cut or replaced.
   */
  write(
    event: EncodedEvent,
    activityId: Buffer | null,
    relatedActivityId: Buffer | null,
    flags: number,
  ): number;
}

/** Where the events of one provider go. */
export interface EventSink {
  /** Whether it can be written to. */
  readonly isOpen: boolean;
  /**
   * Whether anybody listens.
   *
   * @param level 0 for any level.
   * @param keyword 0 for any keyword.
   */
  isEnabled(level: number, keyword: bigint): boolean;
  /**
   * Writes an event where it is wanted.
   *
   * @param activityId 16 bytes in memory order, `null` for none.
   * @returns A status of Windows: 0 where it is written or not wanted, 6 where the sink is closed.
   */
  write(event: EncodedEvent, activityId: Buffer | null, relatedActivityId: Buffer | null): number;
  /** Prepares for an event that will be written often: its descriptor and metadata stay the same. */
  declare(event: EncodedEvent): EventChannel;
  /** Ends it; again does nothing. Never throws. */
  close(): void;
}

/**
 * Opens a sink for a provider.
 *
 * @param throwOnError Whether a sink that can't be opened throws; if not, it stays closed.
 */
export type OpenSink = (provider: ProviderIdentity, throwOnError: boolean) => EventSink;

/** Statuses of Windows that mean something here. */
export const Status = {
  SUCCESS: 0,
  INVALID_HANDLE: 6,
  INVALID_PARAMETER: 87,
  ARITHMETIC_OVERFLOW: 534,
} as const;

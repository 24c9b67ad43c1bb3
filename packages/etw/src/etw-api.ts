/**
 * The functions of Windows that write events, as `evntprov.h` has them. All but one return a status, 0 for success.
 * Another object in their place sees exactly what Windows would: for tests, or to send events elsewhere.
 */
export interface EtwApi {
  /**
   * Registers a provider, without a callback: one from a foreign thread would wait for the event loop.
   *
   * @param providerId 16 bytes in memory order.
   * @param handle Receives the handle in its first element.
   */
  eventRegister(providerId: Buffer, handle: BigUint64Array): number;
  /** @param informationClass 2 sets the provider's traits; 1 is not used here. */
  eventSetInformation(handle: bigint, informationClass: number, information: Buffer): number;
  /** @returns 0 where nobody listens, anything else where somebody does. */
  eventProviderEnabled(handle: bigint, level: number, keyword: bigint): number;
  /**
   * Writes an event. The buffers may be longer than what counts, and are used again afterwards.
   *
   * @param activityId 16 bytes, or `null`: that of the thread.
   * @param relatedActivityId 16 bytes, or `null`: none.
   */
  eventWriteTransfer(
    handle: bigint,
    descriptor: Buffer,
    activityId: Buffer | null,
    relatedActivityId: Buffer | null,
    data: readonly [EventDataDescriptor, EventDataDescriptor, EventDataDescriptor],
  ): number;
  eventUnregister(handle: bigint): number;
}

/**
 * EVENT_DATA_DESCRIPTOR: a part of an event. Its names are those of the fields of the structure.
 *
 * ```
 * 0   u64  Ptr       address; of 4 bytes and 4 of zero on 32-bit Windows
 * 8   u32  Size      bytes
 * 12  u32  Reserved  low byte: 0 event data, 1 event metadata, 2 provider metadata
 * ```
 */
export interface EventDataDescriptor {
  Ptr: Buffer;
  Size: number;
  Reserved: number;
}

/** Values of {@link EventDataDescriptor.Reserved}. */
export const DataType = { EVENT_DATA: 0, EVENT_METADATA: 1, PROVIDER_METADATA: 2 } as const;

/** Information class of `eventSetInformation`: the traits of a provider. */
export const EVENT_PROVIDER_SET_TRAITS = 2;

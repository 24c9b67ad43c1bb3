import type { PayloadWriter } from '@tracebuf/ring';
import type { EncodedEvent } from './encoded-event.ts';
import { DESCRIPTOR_SIZE } from './event-descriptor.ts';
import { GUID_SIZE } from './guid.ts';

/**
 * Layout of a record that holds an event. Numbers are little-endian, whatever the ring's byte order.
 *
 * ```
 * 0   u8   bits of {@link EventFlag}
 * 1   u8   zero, three times
 * 4   u32  definition of type `etw-event`; 0 where the event describes itself
 * 8   16   EVENT_DESCRIPTOR                     with SELF_DESCRIBING
 *     16   activity id, in memory order         with ACTIVITY
 *     16   related activity id                  with RELATED_ACTIVITY
 *          event metadata, its size in front    with SELF_DESCRIBING
 *          event data, to the end
 * ```
 */
export const EventField = {
  FLAGS: 0,
  DEFINITION: 4,
  PARTS: 8,
} as const;

/** Bits of {@link EventField.FLAGS}. */
export const EventFlag = {
  ACTIVITY: 1,
  RELATED_ACTIVITY: 2,
  /** Descriptor and metadata are in the record, not in a definition. */
  SELF_DESCRIBING: 4,
} as const;

// Not exported, V8 makes them part of the code; others are looked up at each use.
const { DEFINITION, PARTS } = EventField;
const { ACTIVITY, RELATED_ACTIVITY, SELF_DESCRIBING } = EventFlag;

/** Up to this many bytes a loop is faster than the call into native code. */
const SHORT = 128;

/** Puts an event into a ring. One is enough for a thread: it is set, appended, and set again. */
export class EventPayload implements PayloadWriter {
  payloadSize = 0;
  payloadFlags = 0;
  #event: EncodedEvent | undefined;
  #definition = 0;
  #activityId: Buffer | null = null;
  #relatedActivityId: Buffer | null = null;

  /**
   * Says what {@link writePayload} is to write.
   *
   * @param definition Number of its definition; 0 for an event that describes itself.
   */
  set(
    event: EncodedEvent,
    definition: number,
    activityId: Buffer | null,
    relatedActivityId: Buffer | null,
    flags: number,
  ): void {
    this.#event = event;
    this.#definition = definition;
    this.#activityId = activityId;
    this.#relatedActivityId = relatedActivityId;
    this.payloadFlags = flags;
    this.payloadSize =
      PARTS +
      (definition === 0 ? DESCRIPTOR_SIZE + event.metadataSize : 0) +
      (activityId === null ? 0 : GUID_SIZE) +
      (relatedActivityId === null ? 0 : GUID_SIZE) +
      event.dataSize;
  }

  writePayload(bytes: Buffer, at: number, words?: Int32Array): void {
    const event = this.#event as EncodedEvent;
    const definition = this.#definition;
    const selfDescribing = definition === 0;
    bytes[at] =
      (this.#activityId === null ? 0 : ACTIVITY) |
      (this.#relatedActivityId === null ? 0 : RELATED_ACTIVITY) |
      (selfDescribing ? SELF_DESCRIBING : 0);
    bytes[at + 1] = 0;
    bytes[at + 2] = 0;
    bytes[at + 3] = 0;
    const definitionAt = at + DEFINITION;
    bytes[definitionAt] = definition;
    bytes[definitionAt + 1] = definition >>> 8;
    bytes[definitionAt + 2] = definition >>> 16;
    bytes[definitionAt + 3] = definition >>> 24;
    let end = at + PARTS;
    if (selfDescribing) end = copy(event.descriptor, DESCRIPTOR_SIZE, bytes, end);
    if (this.#activityId !== null) end = copy(this.#activityId, GUID_SIZE, bytes, end);
    if (this.#relatedActivityId !== null) end = copy(this.#relatedActivityId, GUID_SIZE, bytes, end);
    if (selfDescribing) end = copy(event.metadata, event.metadataSize, bytes, end);
    if (words === undefined || (end & 3) !== 0 || event.dataSize > SHORT)
      copy(event.data, event.dataSize, bytes, end);
    else copyWords(event.dataWords, (event.dataSize + 3) >> 2, words, end >> 2);
  }
}

/** @returns Where the copy ends. */
function copy(source: Buffer, size: number, target: Buffer, at: number): number {
  if (size > SHORT) source.copy(target, at, 0, size);
  else for (let index = 0; index < size; index++) target[at + index] = source[index] as number;
  return at + size;
}

function copyWords(source: Int32Array, count: number, target: Int32Array, at: number): void {
  for (let index = 0; index < count; index++) target[at + index] = source[index] as number;
}

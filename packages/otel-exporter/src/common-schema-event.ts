import { EventBuilder, OutType } from '@tracebuf/etw';
import type { Attributes } from './types.ts';

/** `__csver__` of Common Schema 4.0. */
const COMMON_SCHEMA_VERSION = 0x400;

/**
 * Windows takes less than 64 KiB for an event with all its headers; texts are cut so that it stays below.
 */
const MAX_SIZE = 60_000;
/** Most of a single text, in UTF-16 units. */
const MAX_TEXT = 8192;
/** Longest name of a field, in UTF-16 units. */
const MAX_NAME = 128;
/**
 * An event has at most 128 fields. Part A and B, with all that may be in them, take up to 32; what does not find room in
 * Part C goes into one more field of it, as JSON.
 */
const MAX_PART_C = 90;

const CUT_MARK = '…';

/** Writes events of Common Schema 4.0, field by field, within the limits of ETW. Used again for each event. */
export class CommonSchemaEvent {
  readonly builder: EventBuilder = new EventBuilder();

  /** Starts an event. */
  begin(name: string, level: number, keyword: bigint): void {
    this.builder.reset(nameOf(name), level, keyword);
    this.builder.addUint16('__csver__', COMMON_SCHEMA_VERSION, OutType.UNSIGNED);
  }

  /** Opens Part A, B or C, or a part of one. It is to have at least one field. */
  open(name: string): void {
    this.builder.openStruct(name);
  }

  /** Closes what was opened last. */
  close(): void {
    this.builder.closeStruct();
  }

  /** A text: always marked as UTF-8, as decoders take it for text of the machine's code page otherwise. */
  text(name: string, value: string): void {
    this.builder.addStr8(nameOf(name), this.#fitting(value), OutType.UTF8);
  }

  /** A text that is JSON. */
  json(name: string, value: unknown): void {
    this.builder.addStr8(nameOf(name), this.#fitting(jsonOf(value)), OutType.JSON);
  }

  /** An attribute by its type: bool32, int64, float64, text, or JSON. */
  attribute(name: string, value: unknown): void {
    const { builder } = this;
    if (typeof value === 'string') this.text(name, value);
    else if (typeof value === 'boolean') builder.addBool32(nameOf(name), value ? 1 : 0);
    else if (Number.isSafeInteger(value)) builder.addInt64(nameOf(name), value as number);
    else if (typeof value === 'number') builder.addFloat64(nameOf(name), value);
    else if (value instanceof Uint8Array) builder.addBinaryBytes(nameOf(name), value.subarray(0, MAX_TEXT));
    else if (value === null || value === undefined) this.text(name, '');
    else this.json(name, value);
  }

  /** Part C: what has no place elsewhere. Left out where that is nothing. */
  partC(attributes: readonly (readonly [name: string, value: unknown])[]): void {
    if (attributes.length === 0) return;
    this.open('PartC');
    const all = attributes.length <= MAX_PART_C;
    const own = all ? attributes : attributes.slice(0, MAX_PART_C - 1);
    let written = 0;
    for (const [name, value] of own) {
      // Names alone may fill the event.
      if (this.builder.size > MAX_SIZE - MAX_TEXT) break;
      this.attribute(name, value);
      written++;
    }
    if (written < attributes.length)
      this.json('env_properties', Object.fromEntries(attributes.slice(written)));
    this.close();
  }

  #fitting(text: string): string {
    // UTF-8 takes up to three bytes for a unit; what follows in Part B needs room as well.
    const room = Math.max(16, Math.floor((MAX_SIZE - this.builder.size) / 6));
    const limit = Math.min(MAX_TEXT, room);
    return text.length <= limit ? text : `${text.slice(0, limit - 1)}${CUT_MARK}`;
  }
}

/** All attributes of a span or record, and those of its resource that are wanted. */
export function attributesWith(
  own: Attributes,
  resource: Attributes,
  wanted: readonly string[],
): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const key of wanted) if (Object.hasOwn(resource, key)) all.set(key, resource[key]);
  for (const [key, value] of Object.entries(own)) all.set(key, value);
  return all;
}

/** A name ends at its first NUL, and may not be longer than the metadata has room for. */
function nameOf(name: string): string {
  return name.replaceAll('\0', '').slice(0, MAX_NAME);
}

function jsonOf(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ??
      ''
    );
  } catch {
    // A cycle, or a getter that throws.
    return '';
  }
}

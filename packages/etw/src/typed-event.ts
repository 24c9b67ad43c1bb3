import { RecordFlag } from '@tracebuf/ring';
import type { EncodedEvent } from './encoded-event.ts';
import { EtwError, shown } from './errors.ts';
import { EventData } from './event-data.ts';
import { DESCRIPTOR_SIZE, TRACELOGGING_CHANNEL, writeDescriptor } from './event-descriptor.ts';
import { checkEventTag, EventMetadata } from './event-metadata.ts';
import type { EventChannel } from './event-sink.ts';
import { fieldsEncoding } from './field-encodings.ts';
import { FieldType } from './field-type.ts';
import type { Schema, ValuesOf } from './field-types.ts';
import { GUID_SIZE, writeGuid } from './guid.ts';
import { InType, InTypeFlag } from './in-type.ts';
import { checkKnownOptions } from './known-options.ts';
import { MAX_DATA, MAX_FIELDS, MAX_STRUCT_FIELDS } from './limits.ts';

/** What an event is filtered by, and what processors of events go by. */
export interface EventOptions {
  /** 0 to 255: 1 critical, 2 error, 3 warning, 4 info, 5 verbose, the default. 0 passes every filter. */
  readonly level?: number;
  /** 64 bits, each a category that sessions ask for; default 1. 0 passes every filter. */
  readonly keyword?: number | bigint;
  /** 0 to 255; 0 info, the default, 1 start, 2 stop. */
  readonly opcode?: number;
  /** 0 to 65535; default 0: the name tells the event. */
  readonly id?: number;
  /** 0 to 255; default 0. */
  readonly version?: number;
  /** 28 bits; default 0. */
  readonly tag?: number;
  /** 0 to 65535; default 0. */
  readonly task?: number;
  /** 0 to 255; default 11, TraceLogging. */
  readonly channel?: number;
}

const OPTIONS: readonly (keyof EventOptions)[] = [
  'level',
  'keyword',
  'opcode',
  'id',
  'version',
  'tag',
  'task',
  'channel',
];

/** A GUID of an activity, as text or as 16 bytes in memory order. */
export type ActivityId = string | Uint8Array;

/** Values that a {@link TypedEvent} takes; an event without fields takes none. */
type EventArguments<S extends Schema> = [keyof S] extends [never]
  ? [values?: ValuesOf<S>, activityId?: ActivityId, relatedActivityId?: ActivityId]
  : [values: ValuesOf<S>, activityId?: ActivityId, relatedActivityId?: ActivityId];

/**
 * Writes an event where it is wanted. Never throws: a value of another type is replaced, what is too long is cut, and readers
 * see that it was.
 */
export interface TypedEvent<S extends Schema = Schema> {
  (...values: EventArguments<S>): void;
  /** Whether anybody wants the event now: for values that are expensive to get. */
  isEnabled(): boolean;
}

/** What the events of a provider have in common. */
export interface EventOwner {
  /** Bytes of provider metadata, which every event carries. */
  readonly traitsSize: number;
  /** Opens ways into all sinks. */
  declare(event: EncodedEvent): readonly EventChannel[];
  /** Counts an event that could not be encoded. */
  countDropped(): void;
}

/** What Windows is known to take as a whole: headers, provider metadata, event metadata, data. */
const MAX_EVENT = 65_000;

/** Taken by the event that is being encoded; one that is written by a getter of its values takes another. */
let spare: EventData | undefined;

/**
 * Prepares an event: its descriptor and metadata are made now, and an encoder for each field.
 *
 * @throws EtwError `bad_tag`, `bad_out_type`, `name_has_nul`, `range`, `not_a_number`, `metadata_too_long`,
 *   `too_many_fields`, `bad_field_count`, `bad_schema`
 */
export function declareEvent<S extends Schema>(
  owner: EventOwner,
  name: string,
  schema: S,
  options: EventOptions = {},
): TypedEvent<S> {
  checkKnownOptions(options, OPTIONS);
  const fields = fieldsOf(name, schema);
  const event = encodeDeclaration(name, fields, options);
  const encoding = fieldsEncoding(fields.map(([field, type]) => [field, type.encoding]));
  if (encoding.slots - 1 > MAX_FIELDS) {
    throw new EtwError(
      'too_many_fields',
      `The event ${shown(name)} has ${encoding.slots - 1} fields (an array counts as two), and ${MAX_FIELDS} is the most; leave some out.`,
    );
  }
  const end = Math.min(
    MAX_DATA,
    Math.max(encoding.minSize, MAX_EVENT - owner.traitsSize - event.metadataSize),
  );
  const channels = owner.declare(event);
  const activity = Buffer.alloc(GUID_SIZE);
  const related = Buffer.alloc(GUID_SIZE);

  const write = (values: unknown, activityId?: ActivityId, relatedActivityId?: ActivityId): void => {
    const data = spare ?? new EventData();
    spare = undefined;
    data.size = 0;
    try {
      let flags = encoding.encode(data, values as Readonly<Record<string, unknown>>, end);
      const own = idOf(activityId, activity);
      const from = idOf(relatedActivityId, related);
      if ((activityId !== undefined && own === null) || (relatedActivityId !== undefined && from === null)) {
        flags |= RecordFlag.REPLACED;
      }
      event.data = data.bytes;
      event.dataWords = data.words;
      event.dataSize = data.size;
      for (let index = 0; index < channels.length; index++) {
        const channel = channels[index] as EventChannel;
        // With several, one may want it and another not.
        if (channels.length === 1 || channel.isEnabled()) channel.write(event, own, from, flags);
      }
    } catch {
      // A getter of the values threw.
      owner.countDropped();
    }
    spare = data;
  };

  const [only, ...others] = channels;
  if (only !== undefined && others.length === 0) {
    // The usual case, without a loop: a disabled event costs one test.
    const call = (values: unknown, activityId?: ActivityId, relatedActivityId?: ActivityId): void => {
      if (only.isEnabled()) write(values, activityId, relatedActivityId);
    };
    return Object.assign(call, { isEnabled: () => only.isEnabled() }) as TypedEvent<S>;
  }
  const isEnabled = (): boolean => channels.some((channel) => channel.isEnabled());
  const call = (values: unknown, activityId?: ActivityId, relatedActivityId?: ActivityId): void => {
    if (isEnabled()) write(values, activityId, relatedActivityId);
  };
  return Object.assign(call, { isEnabled }) as TypedEvent<S>;
}

type NamedField = readonly [name: string, type: FieldType<unknown>];

function fieldsOf(event: string, schema: Schema): readonly NamedField[] {
  if (typeof schema !== 'object' || schema === null) {
    throw new EtwError(
      'bad_schema',
      `The schema of the event ${shown(event)} is no object; give one such as { path: t.string }.`,
    );
  }
  const fields = Object.entries(schema) as unknown as NamedField[];
  for (const [name, type] of fields) checkType(event, name, type);
  return fields;
}

/** Refuses what can't be encoded: it would make events that nobody can read. */
function checkType(event: string, name: string, type: FieldType<unknown>): void {
  const refuse = (what: string): never => {
    throw new EtwError('bad_schema', `The field ${shown(name)} of the event ${shown(event)} ${what}.`);
  };
  if (!(type instanceof FieldType)) refuse('has no type; give one of t');
  const base = type.inType & InTypeFlag.TYPE_MASK;
  const isArray = (type.inType & InTypeFlag.VARIABLE) !== 0;
  if (isArray && (base === InType.BINARY || base === InType.STRUCT || type.encoding.slots > 2)) {
    refuse(
      'is an array of structs, arrays or binary values, which decoders do not know; use countedBinary, or a struct of arrays',
    );
  }
  if (type.fields === undefined) return;
  const inner = Object.entries(type.fields);
  if (inner.length < 1 || inner.length > MAX_STRUCT_FIELDS) {
    throw new EtwError(
      'bad_field_count',
      `The struct ${shown(name)} of the event ${shown(event)} has ${inner.length} fields; give from 1 to ${MAX_STRUCT_FIELDS}.`,
    );
  }
  for (const [innerName, innerType] of inner) checkType(event, `${name}.${innerName}`, innerType);
}

function encodeDeclaration(
  name: string,
  fields: readonly NamedField[],
  options: EventOptions,
): Mutable<EncodedEvent> {
  const { level = 5, keyword = 1n, opcode = 0, id = 0, version = 0, tag = 0, task = 0 } = options;
  checkEventTag(tag);
  const descriptor = Buffer.alloc(DESCRIPTOR_SIZE);
  writeDescriptor(
    descriptor,
    id,
    version,
    options.channel ?? TRACELOGGING_CHANNEL,
    level,
    opcode,
    task,
    keyword,
  );
  const metadata = new EventMetadata();
  metadata.begin(name, tag);
  addFields(metadata, fields);
  metadata.finish();
  const bytes = Buffer.from(metadata.bytes.subarray(0, metadata.size));
  return {
    descriptor,
    metadata: bytes,
    metadataSize: bytes.length,
    data: bytes,
    dataWords: new Int32Array(0),
    dataSize: 0,
  };
}

function addFields(metadata: EventMetadata, fields: readonly NamedField[]): void {
  for (const [name, type] of fields) {
    const inner = type.fields === undefined ? [] : Object.entries(type.fields);
    metadata.field(name, type.inType, inner.length === 0 ? type.outType : inner.length, type.fieldTag);
    addFields(metadata, inner);
  }
}

/** @returns `null` where it is none, or not one. */
function idOf(id: ActivityId | undefined, into: Buffer): Buffer | null {
  if (id === undefined) return null;
  if (typeof id === 'string') return writeGuid(id, into, 0) ? into : null;
  if (!(id instanceof Uint8Array) || id.length !== GUID_SIZE) return null;
  into.set(id);
  return into;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

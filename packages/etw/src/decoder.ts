/** Decoder of {@link RecordKind.ETW} records; importing it registers it. It needs neither providers nor Windows. */
import {
  type DecodedPayload,
  type Definitions,
  type RecordDecoder,
  RecordFlag,
  RecordKind,
  type RecordPayload,
  registerDecoder,
} from '@tracebuf/ring';
import { decodeEvent } from './decode-event.ts';
import { EVENT_DEFINITION, readEventDefinition } from './event-definition.ts';
import { DESCRIPTOR_SIZE, type EventDescriptor, readDescriptor } from './event-descriptor.ts';
import { EventField, EventFlag } from './event-record.ts';
import { GUID_SIZE, guidText } from './guid.ts';
import { type EventDeclaration, readMetadata } from './read-metadata.ts';
import { shownFields } from './shown-fields.ts';

/**
 * Decodes events. `message` is the event's name; `fields` are its fields, and behind them `opcode`, `keyword`,
 * `activityId` and `relatedActivityId` where it has them. Any bytes may be given: what is wrong is told in the field `fault`.
 */
export const etwDecoder: RecordDecoder = {
  kind: RecordKind.ETW,
  name: 'etw',
  decode: (payload) => decodePayload(payload),
};

registerDecoder(etwDecoder);

/** The parts of a record. */
interface Parts {
  readonly descriptor: Buffer;
  readonly declaration: EventDeclaration;
  readonly activityId: string | undefined;
  readonly relatedActivityId: string | undefined;
  readonly data: Buffer;
}

function decodePayload({ bytes, start, end, flags, definitions }: RecordPayload): DecodedPayload {
  const isCut = (flags & RecordFlag.CUT) !== 0;
  const parts = readParts(bytes.subarray(start, end), definitions);
  if (typeof parts === 'string') return { message: `an event of ${end - start} bytes: ${parts}` };
  const { name, fields, fault } = decodeEvent(parts.declaration, parts.data);
  const shown = shownFields(fields);
  describe(shown, parts);
  const why = fault !== undefined && isCut ? 'it was cut to fit' : fault;
  if (why !== undefined) put(shown, 'fault', why);
  return { message: name, fields: shown };
}

/** @returns Why it can't be decoded, where it can't. */
function readParts(payload: Buffer, definitions: Definitions): Parts | string {
  if (payload.length < EventField.PARTS) return 'it is too short';
  const flags = payload[EventField.FLAGS] as number;
  let at: number = EventField.PARTS;
  const take = (size: number): Buffer => {
    at += size;
    return payload.subarray(at - size, at);
  };
  const selfDescribing = (flags & EventFlag.SELF_DESCRIBING) !== 0;
  let descriptor = selfDescribing ? take(DESCRIPTOR_SIZE) : undefined;
  const activityId = (flags & EventFlag.ACTIVITY) === 0 ? undefined : take(GUID_SIZE);
  const relatedActivityId = (flags & EventFlag.RELATED_ACTIVITY) === 0 ? undefined : take(GUID_SIZE);
  if (at > payload.length) return 'it is too short';
  let declaration: EventDeclaration;
  if (descriptor !== undefined) {
    const metadata = payload.subarray(at);
    declaration = readMetadata(metadata);
    // Cut short, it has no data any more.
    at += metadata.length < 2 ? metadata.length : metadata.readUInt16LE(0);
  } else {
    const id = payload.readUInt32LE(EventField.DEFINITION);
    const definition = readEventDefinition(definitions.get(EVENT_DEFINITION)?.get(id));
    if (definition === undefined) return `its definition ${id} is not there`;
    ({ descriptor, declaration } = definition);
  }
  return {
    descriptor,
    declaration,
    activityId: activityId === undefined ? undefined : guidText(activityId),
    relatedActivityId: relatedActivityId === undefined ? undefined : guidText(relatedActivityId),
    data: payload.subarray(at),
  };
}

/** What people filter and follow events by, and what is not as usual. */
function describe(
  shown: Record<string, unknown>,
  { descriptor, activityId, relatedActivityId }: Parts,
): void {
  const { opcode, keyword, level, id, version, task }: EventDescriptor = readDescriptor(descriptor);
  if (opcode !== 0) put(shown, 'opcode', OPCODES[opcode] ?? opcode);
  if (keyword !== 0n) put(shown, 'keyword', `0x${keyword.toString(16)}`);
  if (level === 0 || level > 5) put(shown, 'eventLevel', level);
  if (id !== 0) put(shown, 'eventId', id);
  if (version !== 0) put(shown, 'eventVersion', version);
  if (task !== 0) put(shown, 'task', task);
  if (activityId !== undefined) put(shown, 'activityId', activityId);
  if (relatedActivityId !== undefined) put(shown, 'relatedActivityId', relatedActivityId);
}

const OPCODES: Readonly<Record<number, string>> = {
  1: 'start',
  2: 'stop',
  3: 'collection start',
  4: 'collection stop',
  5: 'extension',
  6: 'reply',
  7: 'resume',
  8: 'suspend',
  9: 'send',
  240: 'receive',
};

/** A field of the event's own stands; what describes the event then has a number behind its name. */
function put(shown: Record<string, unknown>, name: string, value: unknown): void {
  let free = name;
  for (let number = 2; Object.hasOwn(shown, free); number++) free = `${name}_${number}`;
  shown[free] = value;
}

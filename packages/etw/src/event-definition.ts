import type { EncodedEvent } from './encoded-event.ts';
import { DESCRIPTOR_SIZE } from './event-descriptor.ts';
import { type EventDeclaration, readMetadata } from './read-metadata.ts';

/** Type of the definition that says what provider a buffer belongs to; its id is 0. */
export const PROVIDER_DEFINITION = 'etw-provider';
/** Type of the definitions of events that many records share. */
export const EVENT_DEFINITION = 'etw-event';

/** A provider as a definition describes it. */
export interface ProviderDefinition {
  readonly name: string;
  /** GUID in lower case. */
  readonly id: string;
  /** GUID of its group. */
  readonly groupId?: string;
}

/** An event as a definition describes it. */
export interface EventDefinition {
  readonly name: string;
  /** EVENT_DESCRIPTOR as 32 hexadecimal digits. */
  readonly descriptor: string;
  /** Event metadata as base64. */
  readonly metadata: string;
}

/** The definition of an event. */
export function eventDefinition(event: EncodedEvent): EventDefinition {
  const metadata = event.metadata.subarray(0, event.metadataSize);
  return {
    name: readMetadata(metadata).name,
    descriptor: event.descriptor.toString('hex', 0, DESCRIPTOR_SIZE),
    metadata: metadata.toString('base64'),
  };
}

/**
 * A number for an event that depends on nothing else, so that a buffer which is closed and opened again goes on with the
 * numbers of its older records.
 *
 * @returns From 1 to 2^32 - 1.
 */
export function definitionNumber({ descriptor, metadata }: EventDefinition): number {
  // Loaded on first use: readers never pay for it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256').update(descriptor).update(metadata).digest();
  return hash.readUInt32LE(0) || 1;
}

/** An event definition, read. */
export interface ReadDefinition {
  readonly descriptor: Buffer;
  readonly declaration: EventDeclaration;
}

/** Each is read once: the values of one definition file are the same objects for all of its records. */
const known = new WeakMap<object, ReadDefinition>();

/** Reads a definition; `undefined` where it is none. It comes from a file: anything may be in it. */
export function readEventDefinition(value: unknown): ReadDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const before = known.get(value);
  if (before !== undefined) return before;
  const { descriptor, metadata } = value as Partial<Record<keyof EventDefinition, unknown>>;
  if (typeof descriptor !== 'string' || typeof metadata !== 'string') return undefined;
  const bytes = Buffer.from(descriptor, 'hex');
  if (bytes.length !== DESCRIPTOR_SIZE) return undefined;
  const read = { descriptor: bytes, declaration: readMetadata(Buffer.from(metadata, 'base64')) };
  known.set(value, read);
  return read;
}

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Reads a provider's definition; `undefined` where it is none. */
export function readProviderDefinition(value: unknown): ProviderDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, id, groupId } = value as Partial<Record<keyof ProviderDefinition, unknown>>;
  if (typeof name !== 'string' || typeof id !== 'string' || !GUID.test(id)) return undefined;
  return typeof groupId === 'string' && GUID.test(groupId) ? { name, id, groupId } : { name, id };
}

import type { Definitions } from '@tracebuf/ring';
import { KEY_DEFINITION, RESOURCE_DEFINITION, SCOPE_DEFINITION } from './payload-layout.ts';
import type { Attributes } from './types.ts';

/** A resource, as a record's definition tells it. */
export interface StoredResource {
  readonly attributes: Attributes;
  readonly schemaUrl?: string;
}

/** A scope, as a record's definition tells it. */
export interface StoredScope {
  readonly name: string;
  readonly version?: string;
  readonly schemaUrl?: string;
  readonly attributes?: Attributes;
}

const NO_RESOURCE: StoredResource = { attributes: {} };
const NO_SCOPE: StoredScope = { name: '' };

interface Stored {
  readonly resources: Map<number, StoredResource>;
  readonly scopes: Map<number, StoredScope>;
}

/** Made once for all records of a ring, so that those of one resource have the same object. */
const stored = new WeakMap<Definitions, Stored>();

/** The resource of a record. */
export function resourceOf(definitions: Definitions, id: number): StoredResource {
  const { resources } = storedOf(definitions);
  const known = resources.get(id);
  if (known !== undefined) return known;
  const value = definitions.get(RESOURCE_DEFINITION)?.get(id);
  if (!isObject(value)) return NO_RESOURCE;
  const resource = { attributes: attributesOf(value.attributes), ...texts(value, ['schemaUrl']) };
  resources.set(id, resource);
  return resource;
}

/** The scope of a record. */
export function scopeOf(definitions: Definitions, id: number): StoredScope {
  const { scopes } = storedOf(definitions);
  const known = scopes.get(id);
  if (known !== undefined) return known;
  const value = definitions.get(SCOPE_DEFINITION)?.get(id);
  if (!isObject(value) || typeof value.name !== 'string') return NO_SCOPE;
  const scope = {
    name: value.name,
    ...texts(value, ['version', 'schemaUrl']),
    ...(value.attributes === undefined ? {} : { attributes: attributesOf(value.attributes) }),
  };
  scopes.set(id, scope);
  return scope;
}

/** The name of an attribute. */
export function keyOf(definitions: Definitions, id: number): string {
  const key = definitions.get(KEY_DEFINITION)?.get(id);
  // Its definition is lost: its number tells it from the others all the same.
  return typeof key === 'string' ? key : `attribute ${id}`;
}

function storedOf(definitions: Definitions): Stored {
  const known = stored.get(definitions);
  if (known !== undefined) return known;
  const fresh: Stored = { resources: new Map(), scopes: new Map() };
  stored.set(definitions, fresh);
  return fresh;
}

/** Untrusted: what is no text is left out. */
function texts<K extends string>(value: Record<string, unknown>, keys: readonly K[]): { [P in K]?: string } {
  const found: { [P in K]?: string } = {};
  for (const key of keys) {
    const text = value[key];
    if (typeof text === 'string') found[key] = text;
  }
  return found;
}

function attributesOf(value: unknown): Attributes {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

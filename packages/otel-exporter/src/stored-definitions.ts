import type { Definitions, TraceRecord } from '@tracebuf/ring';
import { KEY_DEFINITION, MAX_VALUE_DEPTH, RESOURCE_DEFINITION, SCOPE_DEFINITION } from './payload-layout.ts';
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
  const scope = storedScope(value, value.name);
  scopes.set(id, scope);
  return scope;
}

function storedScope(value: Record<string, unknown>, name: string): StoredScope {
  return {
    name,
    ...texts(value, ['version', 'schemaUrl']),
    ...(value.attributes === undefined ? {} : { attributes: attributesOf(value.attributes) }),
  };
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

/** What many records share, as their `shared` has it. */
export interface SharedOrigin {
  readonly resource: StoredResource;
  readonly scope: StoredScope;
}

/** One object for each pair, so that a store that keeps it once can tell it from others by itself. */
const pairs = new WeakMap<StoredResource, Map<StoredScope, SharedOrigin & Record<string, unknown>>>();

/** What records of one resource and scope have in common; `undefined` where neither is known. */
export function sharedOf(
  resource: StoredResource,
  scope: StoredScope,
): (SharedOrigin & Record<string, unknown>) | undefined {
  if (resource === NO_RESOURCE && scope === NO_SCOPE) return undefined;
  const scopes = pairs.get(resource) ?? new Map<StoredScope, SharedOrigin & Record<string, unknown>>();
  pairs.set(resource, scopes);
  const known = scopes.get(scope);
  if (known !== undefined) return known;
  const shared = { resource, scope };
  scopes.set(scope, shared);
  return shared;
}

/** What {@link originOf} has made of what was shared. */
const origins = new WeakMap<object, SharedOrigin>();
/** Resources by their JSON: records are put together by the object. */
const resources = new Map<string, StoredResource>();
const scopesByName = new Map<string, StoredScope>();
/** A program has one resource, and some dozens of scopes; a database may have more, but not at once. */
const MOST_KNOWN = 4096;

/**
 * The resource and scope of a record that was stored elsewhere. Untrusted.
 *
 * @param shared What it shares, where that was kept.
 * @param scopeName Name of its scope, where that is all that is known.
 */
export function originOf(shared: TraceRecord['shared'], scopeName: unknown): SharedOrigin {
  if (shared === undefined) return { resource: NO_RESOURCE, scope: scopeNamed(scopeName) };
  const known = origins.get(shared);
  if (known !== undefined) return known;
  const { resource, scope } = shared;
  const origin = {
    resource: isObject(resource)
      ? { attributes: attributesOf(resource.attributes), ...texts(resource, ['schemaUrl']) }
      : NO_RESOURCE,
    scope:
      isObject(scope) && typeof scope.name === 'string'
        ? storedScope(scope, scope.name)
        : scopeNamed(scopeName),
  };
  const interned = { ...origin, resource: keep(resources, JSON.stringify(origin.resource), origin.resource) };
  origins.set(shared, interned);
  return interned;
}

function scopeNamed(name: unknown): StoredScope {
  return typeof name === 'string' ? keep(scopesByName, name, { name }) : NO_SCOPE;
}

function keep<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, value);
  return value;
}

/** Untrusted: what is no object, or nests deeper than attributes do, has none. */
export function attributesOf(value: unknown): Attributes {
  return isObject(value) && !isDeep(value, MAX_VALUE_DEPTH + 1) ? value : {};
}

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeep(inner, levels - 1));
}

/** An object that is no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

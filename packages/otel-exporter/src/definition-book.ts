import { crc32 } from 'node:zlib';
import type { TraceBuffer } from '@tracebuf/ring';
import type { AttributeKeys } from './payload-encoder.ts';
import { KEY_DEFINITION, RESOURCE_DEFINITION, SCOPE_DEFINITION } from './payload-layout.ts';
import { suppressTracing } from './suppress-tracing.ts';
import type { Attributes, ResourceLike, ScopeLike } from './types.ts';

/** A program has few resources, scopes and names of attributes; one that makes them without end gets no more of them. */
const MAX_DEFINITIONS = 4096;
/** Longer names of attributes stand in the records. */
const MAX_KEY = 256;
/** Longest JSON of one; a reader does not take more than 16 MiB of all. */
const MAX_LENGTH = 256 * 1024;

/** The books of the buffers of this thread. */
const books = new WeakMap<TraceBuffer, DefinitionBook>();

/** The resources and scopes that are written beside the rings of a buffer, each once. */
export function definitionBookOf(buffer: TraceBuffer): DefinitionBook {
  const known = books.get(buffer);
  if (known !== undefined) return known;
  const book = new DefinitionBook(buffer);
  books.set(buffer, book);
  return book;
}

/** See {@link definitionBookOf}. */
export class DefinitionBook implements AttributeKeys {
  readonly #buffer: TraceBuffer;
  readonly #ids = new WeakMap<object, number>();
  /** Ids by what was written, so that equal ones are written once, whoever made them. */
  readonly #byContent = new Map<string, number>();
  readonly #keys = new Map<string, number>();
  readonly #taken = new Set<number>();
  // Most spans come from the one before's.
  #lastResource: object | undefined;
  #lastResourceId = 0;
  #lastScope: object | undefined;
  #lastScopeId = 0;

  constructor(buffer: TraceBuffer) {
    this.#buffer = buffer;
  }

  /** Id of a resource's definition; 0 where it has none. */
  resource(resource: ResourceLike | undefined): number {
    if (resource === this.#lastResource) return this.#lastResourceId;
    if (typeof resource !== 'object' || resource === null) return 0;
    this.#lastResourceId = this.#ids.get(resource) ?? this.#defineResource(resource);
    this.#lastResource = resource;
    return this.#lastResourceId;
  }

  /** Id of a scope's definition; 0 where it has none. */
  scope(scope: ScopeLike | undefined): number {
    if (scope === this.#lastScope) return this.#lastScopeId;
    if (typeof scope !== 'object' || scope === null) return 0;
    this.#lastScopeId = this.#ids.get(scope) ?? this.#defineScope(scope);
    this.#lastScope = scope;
    return this.#lastScopeId;
  }

  /** Id of the definition of an attribute's name; 0 where it has none. */
  key(name: string): number {
    return this.#keys.get(name) ?? this.#defineKey(name);
  }

  #defineKey(name: string): number {
    if (this.#keys.size >= MAX_DEFINITIONS) return 0;
    // JSON would not bring back a lone surrogate as a ring does.
    const id = name.length > MAX_KEY || !name.isWellFormed() ? 0 : this.#define(KEY_DEFINITION, name);
    this.#keys.set(name, id);
    return id;
  }

  #defineScope(scope: ScopeLike): number {
    const { name, version, schemaUrl, attributes } = scope;
    const id = this.#define(SCOPE_DEFINITION, { name, version, schemaUrl, attributes });
    this.#ids.set(scope, id);
    return id;
  }

  /** What is not known yet of a resource is added when it is: the last definition of an id stands. */
  #defineResource(resource: ResourceLike): number {
    const { schemaUrl } = resource;
    const pending = resource.asyncAttributesPending === true;
    const attributes = pending ? presentAttributes(resource) : resource.attributes;
    const id = this.#define(RESOURCE_DEFINITION, { attributes, schemaUrl });
    this.#ids.set(resource, id);
    if (pending && id !== 0) {
      Promise.resolve(resource.waitForAsyncAttributes?.())
        .then(() =>
          this.#write(RESOURCE_DEFINITION, id, jsonOf({ attributes: resource.attributes, schemaUrl })),
        )
        .catch(() => undefined);
    }
    return id;
  }

  #define(type: string, value: object | string): number {
    const json = jsonOf(value);
    const key = `${type} ${json}`;
    const before = this.#byContent.get(key);
    if (before !== undefined) return before;
    if (this.#byContent.size >= 2 * MAX_DEFINITIONS) return 0;
    // Told by the content, so that two copies of this package that share a buffer agree.
    let id = crc32(key) || 1;
    while (this.#taken.has(id)) id = (id + 1) >>> 0 || 1;
    this.#taken.add(id);
    this.#byContent.set(key, id);
    this.#write(type, id, json);
    return id;
  }

  #write(type: string, id: number, json: string): void {
    suppressTracing(() => this.#buffer.define({ type, id, value: JSON.parse(json) as unknown }));
  }
}

/** What is there of a resource whose other attributes are promises; asking it for all would be told as a fault. */
function presentAttributes(resource: ResourceLike & { readonly _syncAttributes?: Attributes }): Attributes {
  const raw = resource.getRawAttributes?.();
  if (raw === undefined) return resource._syncAttributes ?? {};
  const present = raw.filter(([, value]) => typeof (value as { then?: unknown } | null)?.then !== 'function');
  // The first one of a key stands.
  return Object.fromEntries(present.reverse());
}

function jsonOf(value: object | string): string {
  try {
    const json = JSON.stringify(value);
    if (json.length <= MAX_LENGTH) return json;
  } catch {
    // A cycle, or a getter that throws.
  }
  return '{}';
}

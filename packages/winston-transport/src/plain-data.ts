/** Deeper values than this are shown as a mark. */
const MAX_DEPTH = 16;
/** Most entries of one object or array. */
const MAX_ENTRIES = 1000;
/** Most values altogether: what is logged should not stall the program. */
const MAX_VALUES = 20_000;

/** A copy that `JSON.stringify` takes without fail, and how many values had to be replaced for that. */
export interface PlainCopy {
  readonly value: unknown;
  readonly replaced: number;
}

/**
 * Copies what JSON can't hold, or would lose, into what it can: errors with message, stack and cause; BigInt as text;
 * maps and sets as arrays; a mark in place of cycles, of getters that throw, and of what is too deep or too much.
 */
export function plainCopy(value: unknown): PlainCopy {
  const copier = new Copier();
  const copy = copier.copy(value, 0);
  return { value: copy, replaced: copier.replaced };
}

/** What a person wants to know of an error, as plain data; what cannot be read is left out. */
export function plainError(error: Error): Record<string, unknown> {
  return plainCopy(error).value as Record<string, unknown>;
}

class Copier {
  replaced = 0;
  #values = 0;
  readonly #ancestors = new Set<object>();

  copy(value: unknown, depth: number): unknown {
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      return value;
    }
    if (typeof value === 'object') return this.#copyObject(value, depth);
    if (typeof value === 'bigint') return value.toString();
    // Functions, symbols and undefined: JSON leaves them out.
    return undefined;
  }

  #copyObject(value: object, depth: number): unknown {
    if (this.#ancestors.has(value)) return this.#mark('[Circular]');
    if (depth >= MAX_DEPTH) return this.#mark('[Too deep]');
    if (++this.#values > MAX_VALUES) return this.#mark('[Too much]');
    this.#ancestors.add(value);
    try {
      return this.#contentOf(value, depth + 1);
    } catch {
      // A proxy or a toJSON that throws.
      return this.#mark('[Unreadable]');
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #contentOf(value: object, depth: number): unknown {
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return this.#copyList(value, value.length, depth);
    if (value instanceof Map || value instanceof Set) return this.#copyList(value, value.size, depth);
    if (value instanceof Error) return this.#copyError(value, depth);
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.copy(toJSON.call(value), depth);
    return this.#copyEntries(value, depth);
  }

  #copyList(list: Iterable<unknown>, length: number, depth: number): unknown[] {
    const copy: unknown[] = [];
    for (const element of list) {
      if (copy.length === MAX_ENTRIES) {
        copy.push(this.#mark(`[${length - MAX_ENTRIES} more]`));
        break;
      }
      copy.push(this.copy(element, depth) ?? null);
    }
    return copy;
  }

  #copyError(error: Error, depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const key of ['name', 'message', 'stack', 'cause', 'errors']) {
      if (key in error) this.#copyEntry(copy, error, key, depth);
    }
    return this.#copyEntries(error, depth, copy);
  }

  #copyEntries(value: object, depth: number, copy: Record<string, unknown> = {}): Record<string, unknown> {
    let count = 0;
    for (const key of Object.keys(value)) {
      if (++count > MAX_ENTRIES) {
        copy['…'] = this.#mark(`[${Object.keys(value).length - MAX_ENTRIES} more]`);
        break;
      }
      this.#copyEntry(copy, value, key, depth);
    }
    return copy;
  }

  #copyEntry(copy: Record<string, unknown>, value: object, key: string, depth: number): void {
    let entry: unknown;
    try {
      entry = this.copy((value as Record<string, unknown>)[key], depth);
    } catch {
      entry = this.#mark('[Getter threw]');
    }
    // Not an assignment: the key may be `__proto__`.
    Object.defineProperty(copy, key, { value: entry, enumerable: true, configurable: true, writable: true });
  }

  #mark(text: string): string {
    this.replaced++;
    return text;
  }
}

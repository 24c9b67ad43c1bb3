import { RecordFlag } from '@tracebuf/ring';
import { ValueTag } from './call-layout.ts';
import { type CaptureLimits, HUGE_OBJECT } from './capture-limits.ts';
import { classNameOf, dataProperty, functionName } from './class-name.ts';
import type { DefinitionBook } from './definition-book.ts';
import {
  asIntN,
  dateTime,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hexadecimal,
  isAccessor,
  isArray,
  isDate,
  isMap,
  isNativeError,
  isPromise,
  isProxy,
  isRegExp,
  isSet,
  isTypedArray,
  keys,
  mapEntries,
  mapSize,
  nextOfMap,
  nextOfSet,
  regExpText,
  setSize,
  setValues,
  symbolDescription,
  typedArrayLength,
} from './intrinsics.ts';
import { operand, type PayloadWords } from './payload-words.ts';

/** A chain of prototypes is searched so far for the message of an error. */
const MAX_PROTOTYPES = 8;
/** Longer keys are not remembered, and stand in the records as far as they fit there. */
const MAX_KEY = 64;
/** Beyond so many keys no more are remembered, so that objects used as dictionaries don't fill the memory. */
const MAX_KEYS = 8192;

/**
 * Writes values as they are now. Nothing of the program is called: no getter, no proxy, no `toString`, no iterator. What
 * holds no other values is written without an allocation.
 */
export class ValueEncoder {
  readonly #out: PayloadWords;
  readonly #limits: CaptureLimits;
  readonly #book: DefinitionBook;
  readonly #redact: RegExp | undefined;
  /** Ids of keys; negative for those that are redacted. */
  readonly #keys = new Map<string, number>();
  readonly #classes = new WeakMap<object, number>();
  readonly #huge = new WeakSet<object>();
  #hasHuge = false;
  // Most objects are of the class of the one before.
  #lastPrototype: object | undefined;
  #lastClass = 0;

  /** @param redact What keys must not match whose values are to be shown; not sticky or global. */
  constructor(out: PayloadWords, book: DefinitionBook, limits: CaptureLimits, redact: RegExp | undefined) {
    this.#out = out;
    this.#book = book;
    this.#limits = limits;
    this.#redact = redact;
  }

  /** Whether the values of a name are not to be shown. */
  redacts(name: string): boolean {
    return this.#redact?.test(name) ?? false;
  }

  /** An argument, a result, an exception. */
  value(value: unknown): void {
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#string(value, this.#limits.maxString);
    else this.#rare(value);
  }

  /** What may fail: a binding of a module that has no value yet can't be looked at. */
  #rare(value: unknown): void {
    const start = this.#out.at;
    try {
      this.#any(value, 0);
    } catch {
      this.#out.at = start;
      this.#out.flags |= RecordFlag.REPLACED;
      this.#out.omit();
    }
  }

  #any(value: unknown, depth: number): void {
    const out = this.#out;
    switch (typeof value) {
      case 'number':
        this.#number(value);
        return;
      case 'string':
        this.#string(value, depth === 0 ? this.#limits.maxString : this.#limits.maxNestedString);
        return;
      case 'boolean':
        out.tag(value ? ValueTag.TRUE : ValueTag.FALSE);
        return;
      case 'undefined':
        out.tag(ValueTag.UNDEFINED);
        return;
      case 'bigint':
        this.#bigint(value);
        return;
      case 'symbol':
        out.text(ValueTag.SYMBOL, (symbolDescription(value) ?? '').slice(0, this.#limits.maxString));
        return;
      case 'function':
        if (isProxy(value)) out.tag(ValueTag.PROXY);
        else out.text(ValueTag.FUNCTION, functionName(value));
        return;
      case 'object':
        if (value === null) out.tag(ValueTag.NULL);
        else this.#object(value, depth);
    }
  }

  #number(value: number): void {
    const out = this.#out;
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      out.int32(value);
    } else if (out.fits(3)) {
      out.word(ValueTag.NUMBER);
      out.double(value);
    } else {
      out.omit();
    }
  }

  #string(value: string, limit: number): void {
    if (value.length <= limit) {
      this.#out.text(ValueTag.STRING, value);
      return;
    }
    // No half of a pair at the end: it would be replaced.
    const splits = limit > 0 && (value.charCodeAt(limit - 1) & 0xfc00) === 0xd800;
    this.#out.cutText(ValueTag.CUT_STRING, value.slice(0, splits ? limit - 1 : limit), value.length);
  }

  #bigint(value: bigint): void {
    const out = this.#out;
    if (asIntN(64, value) === value) {
      if (!out.fits(3)) {
        out.omit();
        return;
      }
      out.word(ValueTag.BIGINT);
      out.int64(value);
      return;
    }
    // Decimal digits of a large one take time without bound.
    const digits = hexadecimal(value);
    out.cutText(ValueTag.BIG_BIGINT, digits.slice(0, this.#limits.maxString), digits.length);
  }

  #object(value: object, depth: number): void {
    const out = this.#out;
    if (isProxy(value)) {
      out.tag(ValueTag.PROXY);
    } else if (getPrototypeOf(value) === Object.prototype) {
      // The usual case first.
      this.#record(value, depth);
    } else if (isArray(value)) {
      this.#array(value, depth);
    } else if (isNativeError(value)) {
      this.#error(value, depth);
    } else if (isMap(value)) {
      this.#map(value, depth);
    } else if (isSet(value)) {
      this.#set(value, depth);
    } else if (isDate(value)) {
      if (!this.#open(ValueTag.DATE, value, 2)) return;
      out.double(dateTime(value));
    } else if (isRegExp(value)) {
      out.text(ValueTag.REGEXP, regExpText(value).slice(0, this.#limits.maxString));
    } else if (isPromise(value)) {
      this.#open(ValueTag.PROMISE, value, 0);
    } else if (isTypedArray(value)) {
      this.#typedArray(value, depth);
    } else {
      this.#record(value, depth);
    }
  }

  /**
   * Starts a value that has a class.
   *
   * @param more Words that must fit behind it.
   * @returns Whether they do.
   */
  #open(tag: number, value: object, more: number): boolean {
    const out = this.#out;
    if (!out.fits(1 + MAX_CLASS_WORDS + more)) {
      out.omit();
      return false;
    }
    out.word(tag);
    this.#className(value);
    return true;
  }

  #record(value: object, depth: number): void {
    const out = this.#out;
    if (depth >= this.#limits.maxDepth || (this.#hasHuge && this.#huge.has(value))) {
      this.#open(ValueTag.OPAQUE, value, 0);
      return;
    }
    const names = keys(value);
    const total = names.length;
    if (total > HUGE_OBJECT) {
      this.#hasHuge = true;
      this.#huge.add(value);
    }
    const head = out.at;
    if (!this.#open(ValueTag.OBJECT, value, 1)) return;
    out.word(total);
    const shown = Math.min(total, this.#limits.maxEntries);
    for (let i = 0; i < shown && !out.isFull; i++) this.#property(value, names[i] as string, depth);
    out.words[head] = ValueTag.OBJECT | operand(shown);
  }

  #property(holder: object, key: string, depth: number): void {
    const out = this.#out;
    const id = this.#keys.get(key) ?? this.#addKey(key);
    out.name(id < 0 ? -id : id, key);
    // What found no definition was not looked up either.
    if (id < 0 || (id === 0 && this.redacts(key))) out.tag(ValueTag.REDACTED);
    else this.#own(holder, key, depth);
  }

  #addKey(key: string): number {
    if (key.length > MAX_KEY || this.#keys.size >= MAX_KEYS || !key.isWellFormed()) return 0;
    const id = this.#book.name(key);
    const marked = this.redacts(key) ? -id : id;
    this.#keys.set(key, marked);
    return marked;
  }

  /** An own property, or an element, without calling anything. */
  #own(holder: object, key: PropertyKey, depth: number): void {
    const descriptor = getOwnPropertyDescriptor(holder, key);
    if (descriptor === undefined) this.#out.tag(ValueTag.HOLE);
    else if (isAccessor(descriptor))
      this.#out.tag(descriptor.get === undefined ? ValueTag.SETTER : ValueTag.GETTER);
    else this.#any(descriptor.value, depth + 1);
  }

  #array(value: readonly unknown[], depth: number): void {
    const out = this.#out;
    const shown = this.#entries(ValueTag.ARRAY, value, value.length, depth);
    for (let i = 0; i < shown && !out.isFull; i++) this.#own(value, i, depth);
  }

  #typedArray(value: object, depth: number): void {
    const out = this.#out;
    const shown = this.#entries(ValueTag.TYPED_ARRAY, value, typedArrayLength(value), depth);
    for (let i = 0; i < shown && !out.isFull; i++) this.#any((value as unknown[])[i], depth + 1);
  }

  #map(value: object, depth: number): void {
    const out = this.#out;
    const shown = this.#entries(ValueTag.MAP, value, mapSize(value), depth);
    if (shown === 0) return;
    const entries = mapEntries(value);
    for (let i = 0; i < shown && !out.isFull; i++) {
      const pair = nextOfMap(entries).value as [unknown, unknown];
      const key = pair[0];
      this.#any(key, depth + 1);
      if (typeof key === 'string' && this.redacts(key)) out.tag(ValueTag.REDACTED);
      else this.#any(pair[1], depth + 1);
    }
  }

  #set(value: object, depth: number): void {
    const out = this.#out;
    const shown = this.#entries(ValueTag.SET, value, setSize(value), depth);
    if (shown === 0) return;
    const values = setValues(value);
    for (let i = 0; i < shown && !out.isFull; i++) this.#any(nextOfSet(values).value, depth + 1);
  }

  /** The head of a list; @returns how many of its entries are to follow. */
  #entries(tag: number, value: object, size: number, depth: number): number {
    const shown = depth < this.#limits.maxDepth ? Math.min(size, this.#limits.maxEntries) : 0;
    if (!this.#open(tag | operand(shown), value, 1)) return 0;
    this.#out.word(Math.min(size, 0xffff_ffff));
    return shown;
  }

  #error(value: object, depth: number): void {
    if (!this.#open(ValueTag.ERROR, value, 0)) return;
    const message = errorMessage(value);
    this.#string(message, depth === 0 ? this.#limits.maxString : this.#limits.maxNestedString);
  }

  #className(value: object): void {
    const prototype = getPrototypeOf(value);
    if (prototype !== this.#lastPrototype || prototype === null) {
      if (prototype === null) {
        this.#out.name(this.#book.name(classNameOf(null)), classNameOf(null));
        return;
      }
      let known = this.#classes.get(prototype);
      if (known === undefined) {
        known = this.#book.name(classNameOf(prototype).toWellFormed());
        this.#classes.set(prototype, known);
      }
      this.#lastPrototype = prototype;
      this.#lastClass = known;
    }
    const id = this.#lastClass;
    this.#out.name(id, id === 0 ? classNameOf(prototype) : '');
  }
}

/** Words that the name of a class takes at most: 64 units of three bytes, and what tells their length. */
const MAX_CLASS_WORDS = 49;

/** The message of an error, its own or its class's. */
function errorMessage(error: object): string {
  let link: object | null = error;
  for (let i = 0; i < MAX_PROTOTYPES && link !== null && !isProxy(link); i++) {
    const message = dataProperty(link, 'message');
    if (typeof message === 'string') return message;
    link = getPrototypeOf(link);
  }
  return '';
}

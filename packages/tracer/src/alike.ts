import { functionText } from './intrinsics.ts';

/** Properties that functions have of themselves; the last two can't be set. */
const NOT_COPIED: readonly PropertyKey[] = ['prototype', 'arguments', 'caller'];

/**
 * Gives a wrapper what can be seen of the function it stands for: name, length, `prototype`, its other properties, its
 * prototype, and its text for `toString()`.
 */
export function makeAlike<Wrapper extends object>(wrapper: Wrapper, fn: object): Wrapper {
  Object.setPrototypeOf(wrapper, Object.getPrototypeOf(fn) as object | null);
  for (const key of Reflect.ownKeys(fn)) {
    if (NOT_COPIED.includes(key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(fn, key);
    if (descriptor !== undefined) Object.defineProperty(wrapper, key, descriptor);
  }
  const prototype = Object.getOwnPropertyDescriptor(fn, 'prototype');
  if (prototype !== undefined) Object.defineProperty(wrapper, 'prototype', prototype);
  if (!Object.hasOwn(wrapper, 'toString')) defineHidden(wrapper, 'toString', () => functionText(fn));
  return wrapper;
}

/** Defines a method that listings don't show. */
export function defineHidden(object: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: false, configurable: true });
}

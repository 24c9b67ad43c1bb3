import { getOwnPropertyDescriptor, getPrototypeOf, isAccessor, isProxy } from './intrinsics.ts';

/** Longest name that is told, in UTF-16 units. */
const MAX_NAME = 64;
/** A chain of prototypes is followed so far. */
const MAX_PROTOTYPES = 16;
const NO_CLASS = 'null prototype';

/**
 * Name of the class that objects with a prototype belong to: that of the nearest constructor with a name. Nothing of the
 * program runs: getters and proxies are passed over.
 */
export function classNameOf(prototype: object | null): string {
  let link = prototype;
  for (let i = 0; i < MAX_PROTOTYPES && link !== null && !isProxy(link); i++) {
    const maker = dataProperty(link, 'constructor');
    if (typeof maker === 'function') {
      const name = functionName(maker);
      if (name !== '') return name;
    }
    link = getPrototypeOf(link);
  }
  return prototype === null ? NO_CLASS : 'Object';
}

/** Own name of a function; empty where it has none, or one that is read by calling something. */
export function functionName(fn: unknown): string {
  if (isProxy(fn)) return '';
  const name = dataProperty(fn as object, 'name');
  return typeof name === 'string' ? name.slice(0, MAX_NAME) : '';
}

/** Value of an own property that is no accessor. */
export function dataProperty(object: object, key: PropertyKey): unknown {
  const descriptor = getOwnPropertyDescriptor(object, key);
  return descriptor === undefined || isAccessor(descriptor) ? undefined : descriptor.value;
}

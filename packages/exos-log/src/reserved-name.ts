/**
 * Names that no condition and no sub-component may have, because they mean something on the logger, on every object,
 * or to the language.
 */
export const RESERVED_NAMES = [
  'addCondition',
  'addHandler',
  'addSubComponent',
  'arguments',
  'catalog',
  'constructor',
  'critical',
  'debug',
  'definition',
  'error',
  'exception',
  'fatal',
  'hasOwnProperty',
  'info',
  'isPrototypeOf',
  'isRegistered',
  'log',
  'name',
  'notice',
  'propertyIsEnumerable',
  'prototype',
  'register',
  'removeHandler',
  'then',
  'title',
  'toJSON',
  'toLocaleString',
  'toString',
  'trace',
  'valueOf',
  'warn',
  'warning',
] as const;

/** One of {@link RESERVED_NAMES}. */
export type ReservedName = (typeof RESERVED_NAMES)[number];

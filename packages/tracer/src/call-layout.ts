/**
 * Layouts of the payloads of calls. They consist of words of 32 bits in the byte order of the ring; the payload starts at a
 * multiple of 8. Numbers of calls are 64 bits, low half first; 0 is no call.
 *
 * ```
 *   0          4                  8        16        24
 *   ┌──────────┬──────────────────┬────────┬─────────┬───────────┐
 *   │ function │ depth   │  bits  │  call  │ parent  │ values …  │   a call
 *   └──────────┴──────────────────┴────────┴─────────┴───────────┘
 *     u32        24 bits   8 bits   u32 × 2  u32 × 2
 *
 *   0          4                  8        16        24         32
 *   ┌──────────┬──────────────────┬────────┬─────────┬──────────┬───────┐
 *   │ function │ depth   │  bits  │  call  │ parent  │ duration │ value │   a return, an exception
 *   └──────────┴──────────────────┴────────┴─────────┴──────────┴───────┘
 *     as above                                         f64, ns
 *
 *   0          4                  8        16        24
 *   ┌──────────┬──────────────────┬────────┬─────────┬───────────┐
 *   │ 0        │ depth   │  bits  │  call  │ 0       │ name data │   a mark: `call` is the one it was set in
 *   └──────────┴──────────────────┴────────┴─────────┴───────────┘
 * ```
 *
 * `function` is the id of a definition of type `call-function` beside the ring. Values follow one another to the end of the
 * payload; see {@link ValueTag}. Where the policy is not to keep values, there are none.
 */
export const CallField = {
  FUNCTION: 0,
  /** Depth in bits 0–23, {@link CallBit} in bits 24–31. */
  DEPTH: 4,
  CALL: 8,
  PARENT: 16,
  /** Of a call, or a mark. */
  VALUES: 24,
  /** Of a return or an exception: f64, nanoseconds. */
  DURATION: 24,
  /** Of a return or an exception. */
  RESULT: 32,
} as const;

/** Bits of {@link CallField.DEPTH}, from bit {@link CALL_BITS_SHIFT} on. */
export const CallBit = {
  /** The call outlives its place on the stack: an async function, a generator. */
  ASYNC: 1,
  /** A generator. */
  GENERATOR: 2,
} as const;

/** See {@link CallField.DEPTH}. */
export const CALL_BITS_SHIFT = 24;

/** Greatest depth that is told; deeper calls say this. */
export const MAX_DEPTH = 0xff_ffff;

/**
 * Low 8 bits of the first word of a value; the other 24 are its *operand*.
 *
 * A text is a *name*: an operand of 0, then the u32 id of a definition of type `call-name`; or an operand of *n* + 1, then *n*
 * bytes of UTF-8 and filler up to a multiple of 4.
 */
export const ValueTag = {
  UNDEFINED: 0,
  NULL: 1,
  TRUE: 2,
  FALSE: 3,
  /** An element of an array that is not there. */
  HOLE: 4,
  /** i32 in a word of its own. */
  INTEGER: 5,
  /** f64 in two words. */
  NUMBER: 6,
  /** Operand: bytes. Then the UTF-8, filled up to a multiple of 4. */
  STRING: 7,
  /** As {@link STRING}, but the beginning only: a word with the whole length in UTF-16 units comes before the bytes. */
  CUT_STRING: 8,
  /** i64 in two words, low half first. */
  BIGINT: 9,
  /** A bigint of more than 64 bits: as {@link CUT_STRING}, in hexadecimal digits. */
  BIG_BIGINT: 10,
  /** As {@link STRING}: its description. */
  SYMBOL: 11,
  /** As {@link STRING}: its name. */
  FUNCTION: 12,
  /** Operand: how many entries follow, each a name (tag {@link NAME}) and a value. Before them comes the class, a name, then a word: how many entries there are. */
  OBJECT: 13,
  /** As {@link OBJECT}, but the entries are values alone. */
  ARRAY: 14,
  /** As {@link ARRAY}: an array of numbers of one kind, such as a Uint8Array. */
  TYPED_ARRAY: 15,
  /** As {@link ARRAY}, where each entry is two values. */
  MAP: 16,
  /** As {@link ARRAY}. */
  SET: 17,
  /** f64 in two words: milliseconds since 1970. Before them comes the class. */
  DATE: 18,
  /** As {@link STRING}: source and flags as in a literal. */
  REGEXP: 19,
  /** Class, then a value: the message. */
  ERROR: 20,
  /** Class. */
  PROMISE: 21,
  PROXY: 22,
  /** A property that is read by calling something. */
  GETTER: 23,
  SETTER: 24,
  /** Not shown, as its name is one of those that are not. */
  REDACTED: 25,
  /** An object of which the limits show nothing but the class, which follows. */
  OPAQUE: 26,
  /** What found no room any more. */
  OMITTED: 27,
  /** Operand: how many further arguments were passed. */
  MORE: 28,
  /** A text: see above. */
  NAME: 29,
} as const;

/** Bits of {@link ValueTag}; the operand is above them. */
export const TAG_BITS = 8;

/** Greatest operand. */
export const MAX_OPERAND = 0xff_ffff;

/** Values nested more deeply are not read. */
export const MAX_VALUE_DEPTH = 16;

/** Type of the definition of a function: see `FunctionDefinition`. */
export const FUNCTION_DEFINITION = 'call-function';
/** Type of the definition of a text that many records share: a class, a key. */
export const NAME_DEFINITION = 'call-name';

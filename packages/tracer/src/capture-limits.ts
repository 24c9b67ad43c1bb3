/** How much of a value is kept; see the options of `CallTracer`. */
export interface CaptureLimits {
  /** Arguments of a call, 0 to 8. */
  readonly maxArguments: number;
  /** UTF-16 units of a string. */
  readonly maxString: number;
  /** The same of a string in an object. */
  readonly maxNestedString: number;
  /** Entries of an object, an array, a Map, a Set. */
  readonly maxEntries: number;
  /** How deep objects are shown: 1 shows their entries, but not those of objects in them. */
  readonly maxDepth: number;
}

/** Arguments that can be kept of one call. */
export const MOST_ARGUMENTS = 8;

/** Words of the largest payload: 64 KiB. */
export const CAPACITY_WORDS = 16_384;

/** Objects with more keys than this show none of them from the second time on: finding the first few costs all of them. */
export const HUGE_OBJECT = 1000;

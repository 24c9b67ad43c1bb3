/**
 * The bounds of a filter. A filter may come from a command line, a file or a socket; the bounds keep what is made of
 * it (the call stack of the parser, the depth and the parameters of the SQL, the time of one match) small and known.
 * What goes beyond one is refused with a `FilterSyntaxError` of code `ERR_TRACEBUF_FILTER_LIMIT`.
 */
export const FILTER_LIMITS = {
  /** Length of the filter text in UTF-16 code units. */
  textLength: 65_536,
  /** How deep parentheses and `not` may nest. */
  nesting: 100,
  /** Items of one list. */
  listItems: 1000,
  /**
   * Values of one filter in all: every comparison has one, a list has as many as it has items. One takes up
   * to 14 parameters in SQL, and SQLite takes 32,766.
   */
  values: 2000,
  /** Segments of one field path. */
  pathSegments: 32,
  /** Length of one string without wildcards, in UTF-16 code units. */
  stringLength: 10_000,
  /** Length of one string with `%` or `_`; matching takes at most this many steps per character of a record. */
  patternLength: 1000,
  /** Length of one regular expression in UTF-16 code units. */
  regexpLength: 1000,
  /** Instructions of one compiled regular expression; counted repetition such as `a{1000}` multiplies them. */
  regexpProgram: 3000,
} as const;

import type { Span } from './ast.ts';
import { caretLine } from './caret.ts';

/** What went wrong, as the stable `code` of a {@link FilterSyntaxError}. */
export type FilterErrorCode =
  | 'ERR_TRACEBUF_FILTER_SYNTAX'
  | 'ERR_TRACEBUF_FILTER_FIELD'
  | 'ERR_TRACEBUF_FILTER_OPERATOR'
  | 'ERR_TRACEBUF_FILTER_VALUE'
  | 'ERR_TRACEBUF_FILTER_REGEXP'
  | 'ERR_TRACEBUF_FILTER_LIMIT';

/** What a filter could go on with at a position. */
export type Expectation = 'field' | 'operator' | 'value' | 'connective';

/** What a {@link FilterSyntaxError} is made of. */
export interface FilterErrorInit extends Span {
  readonly code: FilterErrorCode;
  readonly message: string;
  /** The whole filter. */
  readonly text: string;
  /** What would do instead, best first; default none. */
  readonly options?: readonly string[];
  /** What kind of thing should have stood here, where one kind can be named. */
  readonly expected?: Expectation;
  /** The field of the comparison in which the fault is, in canonical spelling, once it is known. */
  readonly field?: string;
}

/** A filter that can't be understood; the only error that parsing throws. */
export class FilterSyntaxError extends Error {
  override readonly name: string = 'FilterSyntaxError';
  /** Stable code of the kind of fault. */
  readonly code: FilterErrorCode;
  /** Where the fault is in {@link FilterSyntaxError.text}, in UTF-16 code units from 0. */
  readonly position: number;
  /** How much of the text is at fault; 0 at its end. */
  readonly length: number;
  /** The text at fault; empty at the end of the filter. */
  readonly found: string;
  /** What would do instead, best first; may be empty. */
  readonly options: string[];
  /** What kind of thing should have stood here, where one kind can be named. */
  readonly expected: Expectation | undefined;
  /** The field of the comparison in which the fault is, once it is known. */
  readonly field: string | undefined;
  /** The whole filter. */
  readonly text: string;

  /** @param init What went wrong and where. */
  constructor(init: FilterErrorInit) {
    super(init.message);
    this.code = init.code;
    this.position = init.position;
    this.length = init.length;
    this.found = init.text.slice(init.position, init.position + init.length);
    this.options = [...(init.options ?? [])];
    this.expected = init.expected;
    this.field = init.field;
    this.text = init.text;
  }

  /**
   * Renders the filter with a line of carets under the fault, harmless on a terminal: control characters are replaced.
   *
   * @param width Columns to keep to, default 100, at least 20; a longer filter is cut around the fault.
   * @returns Two lines joined by a newline, without one at the end.
   */
  caretLine(width = 100): string {
    return caretLine(this.text, this.position, this.length, width);
  }
}

/** Longest piece of a filter that a message quotes, in UTF-16 code units. */
const MAX_QUOTE = 60;

/**
 * Quotes a piece of a filter for a message: in double quotes, control characters escaped, cut where it is long.
 *
 * @param text The piece.
 */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE).toWellFormed()}…` : text;
  // JSON.stringify leaves DEL, C1 controls and the marks that reorder text as they are.
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

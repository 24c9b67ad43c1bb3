import { inspect } from 'node:util';

/** Longest text that {@link quoteValue} makes; what does not fit ends in an ellipsis. */
const MAX_LENGTH = 100;

// Beyond what inspect escapes: separators and direction marks that can forge or reorder a line on a terminal.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Shows any value in an error message: text in quotes, one line, bounded, without control characters.
 * Never throws and never runs code of the value, whatever that value is.
 */
export function quoteValue(value: unknown): string {
  let text: string;
  try {
    // A long string is cut first: inspect would escape all of it.
    const shown = typeof value === 'string' ? value.slice(0, MAX_LENGTH + 1) : value;
    text = inspect(shown, {
      depth: 1,
      breakLength: Number.POSITIVE_INFINITY,
      customInspect: false,
      getters: false,
      maxArrayLength: 5,
      maxStringLength: MAX_LENGTH,
    });
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
  text = text.replace(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return text.length <= MAX_LENGTH + 30 ? text : `${text.slice(0, MAX_LENGTH)}…`;
}

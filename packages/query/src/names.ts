/**
 * A pattern for names, in ASCII and in all of Unicode. The second takes milliseconds to compile, which a start of the
 * command line should not pay for: it is used only where a name has other characters.
 */
interface NamePattern {
  readonly ascii: RegExp;
  readonly unicode: RegExp;
}

// A hyphen may stand inside a name, since header names have it and the language does not subtract.
const NAME: NamePattern = {
  ascii: /[A-Za-z_$@][\w$@]*(?:-+[\w$@]+)*/y,
  unicode: /[\p{ID_Start}_$@][\p{ID_Continue}$@]*(?:-+[\p{ID_Continue}$@]+)*/uy,
};
const SEGMENT: NamePattern = {
  ascii: /[\w$@]+(?:-+[\w$@]+)*/y,
  unicode: /[\p{ID_Continue}$@]+(?:-+[\p{ID_Continue}$@]+)*/uy,
};
const SUFFIX: NamePattern = { ascii: /[\w$@]*/y, unicode: /[\p{ID_Continue}µ$@]*/uy };

/** Words that are no names. */
export const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'true', 'false', 'null']);

function read({ ascii, unicode }: NamePattern, text: string, at: number): string {
  ascii.lastIndex = at;
  const found = ascii.exec(text)?.[0] ?? '';
  // A hyphen may lead on to a character beyond ASCII.
  let next = at + found.length;
  while (text.charCodeAt(next) === 0x2d) next++;
  if (!(text.charCodeAt(next) >= 0x80)) return found;
  unicode.lastIndex = at;
  return unicode.exec(text)?.[0] ?? '';
}

/**
 * Reads the first name of a field, or a keyword.
 *
 * @param text The filter.
 * @param at Where to look.
 * @returns The name; empty where there is none.
 */
export function readName(text: string, at: number): string {
  return read(NAME, text, at);
}

/**
 * Reads a segment after a dot; it may begin with a digit.
 *
 * @param text The filter.
 * @param at Where to look, behind the dot.
 * @returns The segment; empty where there is none.
 */
export function readSegment(text: string, at: number): string {
  return read(SEGMENT, text, at);
}

/**
 * Reads what is written directly behind a number or a regular expression.
 *
 * @param text The filter.
 * @param at Where to look.
 */
export function readSuffix(text: string, at: number): string {
  return read(SUFFIX, text, at);
}

/**
 * Tells whether a text may stand as a field's first name without quotes.
 *
 * @param text The name.
 */
export function isName(text: string): boolean {
  return text !== '' && readName(text, 0) === text && !KEYWORDS.has(text.toLowerCase());
}

/**
 * Tells whether a text may stand after a dot without quotes.
 *
 * @param text The segment.
 */
export function isSegment(text: string): boolean {
  return text !== '' && readSegment(text, 0) === text;
}

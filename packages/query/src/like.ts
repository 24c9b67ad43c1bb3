/** Any run of characters, also none. */
const RUN = -1;
/** Exactly one character. */
const ONE = -2;

/** Makes an ASCII letter small; LIKE takes no other letters as equal, and neither does SQLite. */
function fold(unit: number): number {
  return unit >= 65 && unit <= 90 ? unit | 32 : unit;
}

/** Reads a pattern into folded code units, {@link ONE} and {@link RUN}; runs of `%` become one. */
function readPattern(pattern: string): number[] {
  const units: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '\\' && at + 1 < pattern.length) units.push(fold(pattern.charCodeAt(++at)));
    else if (character === '%') {
      if (units.at(-1) !== RUN) units.push(RUN);
    } else if (character === '_') units.push(ONE);
    else units.push(fold(pattern.charCodeAt(at)));
  }
  return units;
}

/** How many code units the character at a position has. */
function width(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdbff || at + 1 >= text.length) return 1;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
}

/** Whether plain folded units stand in a text at a position; the caller has made sure that there is room. */
function standsAt(text: string, at: number, units: Uint16Array): boolean {
  for (let index = 0; index < units.length; index++) {
    if (fold(text.charCodeAt(at + index)) !== units[index]) return false;
  }
  return true;
}

/**
 * Looks for plain units anywhere. The engine's own search is several times as fast as a loop here, and without
 * quantifiers there is nothing in the expression to go back to.
 */
function search(units: Uint16Array): RegExp {
  let source = '';
  for (const unit of units) {
    const isLetter = unit >= 97 && unit <= 122;
    const code = `\\u${unit.toString(16).padStart(4, '0')}`;
    source += isLetter ? `[${String.fromCharCode(unit, unit - 32)}]` : code;
  }
  return new RegExp(source);
}

/**
 * The general case, without recursion: on a mismatch only the last `%` takes one character more. Going back to an
 * earlier one could not help, so the work is at most pattern × text.
 */
function matches(text: string, units: Int32Array): boolean {
  let at = 0;
  let index = 0;
  let run = -1;
  let resume = 0;
  while (at < text.length) {
    const unit = index < units.length ? units[index] : undefined;
    if (unit === RUN) {
      run = index++;
      resume = at;
    } else if (unit === ONE) {
      at += width(text, at);
      index++;
    } else if (unit !== undefined && fold(text.charCodeAt(at)) === unit) {
      at++;
      index++;
    } else if (run >= 0) {
      resume += width(text, resume);
      at = resume;
      index = run + 1;
    } else return false;
  }
  while (index < units.length && units[index] === RUN) index++;
  return index === units.length;
}

/**
 * Makes a test out of a LIKE pattern: `%` is any run of characters, `_` one, `\` makes the next one ordinary; ASCII
 * letters match in either case, as in SQLite; unlike SQLite's, it looks beyond NUL characters.
 *
 * @param pattern The pattern, well-formed.
 * @returns A test that allocates nothing.
 */
export function compileLike(pattern: string): (text: string) => boolean {
  const units = readPattern(pattern);
  const starts = units.at(0) === RUN;
  const ends = units.length > 0 && units.at(-1) === RUN;
  const inner = units.slice(starts ? 1 : 0, ends ? Math.max(starts ? 1 : 0, units.length - 1) : units.length);
  if (inner.some((unit) => unit < 0)) {
    const all = Int32Array.from(units);
    return (text) => matches(text, all);
  }
  const plain = Uint16Array.from(inner);
  const { length } = plain;
  if (starts && length === 0) return () => true;
  if (starts && ends) {
    const found = search(plain);
    return (text) => found.test(text);
  }
  if (starts) return (text) => text.length >= length && standsAt(text, text.length - length, plain);
  if (ends) return (text) => text.length >= length && standsAt(text, 0, plain);
  return (text) => text.length === length && standsAt(text, 0, plain);
}

/**
 * Tells whether a pattern has an unescaped `%` or `_`.
 *
 * @param pattern A LIKE pattern with `\` as its escape.
 */
export function hasWildcard(pattern: string): boolean {
  return /[%_]/.test(pattern.replace(/\\./gs, ''));
}

/**
 * Takes the escapes off a pattern: the text that it stands for where it has no wildcards.
 *
 * @param pattern A LIKE pattern with `\` as its escape.
 */
export function unescapeLike(pattern: string): string {
  return pattern.replace(/\\(.)/gs, '$1');
}

/**
 * Makes a pattern that matches a text and nothing else but its other cases.
 *
 * @param text Any text.
 */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

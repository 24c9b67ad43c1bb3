/** A fault in a quoted string; the position is within the whole filter. */
export interface StringFault {
  readonly fault: 'unterminated' | 'escape';
  readonly position: number;
  readonly length: number;
}

/** A quoted string that was read. */
export interface QuotedText {
  /** Length with its quotes. */
  readonly length: number;
  /** LIKE pattern, in which `\` makes `%`, `_` and itself ordinary. */
  readonly pattern: string;
}

/** Escapes that stand for one character; `\%`, `\_` and `\\` are kept as they are, for LIKE. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', "'": "'", '"': '"' };
const HEXADECIMAL = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\})/iy;

/**
 * Reads a string in single or double quotes.
 *
 * @param text The filter.
 * @param start Where the opening quote is.
 */
export function readQuoted(text: string, start: number): QuotedText | StringFault {
  const mark = text.charAt(start);
  let pattern = '';
  let at = start + 1;
  while (at < text.length) {
    const character = text.charAt(at);
    // Two escapes may have made the halves of one character, or one alone, which no text has.
    if (character === mark) return { length: at + 1 - start, pattern: pattern.toWellFormed() };
    if (character !== '\\') {
      pattern += character;
      at++;
      continue;
    }
    const next = text.charAt(at + 1);
    if (next === '') break;
    const simple = Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : undefined;
    if (next === '\\' || next === '%' || next === '_') {
      pattern += character + next;
      at += 2;
    } else if (simple !== undefined) {
      pattern += simple;
      at += 2;
    } else {
      HEXADECIMAL.lastIndex = at;
      const match = HEXADECIMAL.exec(text);
      const code = Number.parseInt(match?.[1] ?? match?.[2] ?? match?.[3] ?? '', 16);
      if (match === null || code > 0x10ffff) return { fault: 'escape', position: at, length: 2 };
      // A character given by its number is never a wildcard.
      const decoded = String.fromCodePoint(code);
      pattern += /[\\%_]/.test(decoded) ? `\\${decoded}` : decoded;
      at += match[0].length;
    }
  }
  return { fault: 'unterminated', position: start, length: text.length - start };
}

/**
 * Writes a LIKE pattern as a string of the filter language.
 *
 * @param pattern A pattern with `\` as its escape.
 */
export function printQuoted(pattern: string): string {
  let out = "'";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const code = pattern.charCodeAt(at);
    if (character === '\\') {
      const next = pattern.charAt(++at);
      // A backslash before anything else than these means the next character itself.
      out += next === '' ? '\\\\' : /[\\%_]/.test(next) ? `\\${next}` : printCharacter(next);
    } else out += code < 0x20 || character === "'" ? printCharacter(character) : character;
  }
  return `${out}'`;
}

function printCharacter(character: string): string {
  if (character === "'") return "\\'";
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : character;
}

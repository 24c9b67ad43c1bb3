/** No more of a function's text is looked at, in UTF-16 units. */
const MAX_TEXT = 8192;
const MAX_NAMES = 64;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/u;
/** What a `/` behind it starts a regular expression, and does not divide. */
const BEFORE_REGEXP = /[(,=:[!&|?{};>]$/;
const OPENING = '([{';
const CLOSING = ')]}';

/**
 * Names of a function's parameters, as its text tells them: `...rest` for one that takes the rest, `{…}` and `[…]` for patterns.
 * Not a parser: where the text is not understood there are none.
 *
 * @param text As `Function.prototype.toString` gives it.
 * @returns `undefined` where they can't be told: a class, a function of the engine, a text that is too long.
 */
export function parameterNames(text: string): string[] | undefined {
  const head = text.slice(0, MAX_TEXT);
  if (/^class\b/.test(head) || /\{\s*\[native code\]\s*\}$/.test(text)) return undefined;
  const arrow = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\s*=>/u.exec(head);
  if (arrow?.[1] !== undefined) return [arrow[1]];
  const pieces = splitParameters(head);
  return pieces?.slice(0, MAX_NAMES).map(nameOf);
}

function nameOf(piece: string): string {
  const rest = piece.startsWith('...') ? '...' : '';
  const target = piece.slice(rest.length).trimStart();
  const identifier = IDENTIFIER.exec(target)?.[0];
  return rest + (identifier ?? (target.startsWith('[') ? '[…]' : '{…}'));
}

/** The texts between the commas of the first parentheses, without comments. */
function splitParameters(text: string): string[] | undefined {
  const pieces: string[] = [];
  let piece = '';
  let depth = 0;
  let isInside = false;
  for (let at = 0; at < text.length; ) {
    const skipped = skipComment(text, at);
    if (skipped !== at) {
      at = skipped;
      continue;
    }
    const end = skipLiteral(text, at, piece);
    const char = text.charAt(at);
    const token = text.slice(at, end);
    at = end;
    if (token.length === 1 && OPENING.includes(char)) {
      if (!isInside && depth === 0 && char === '(') {
        isInside = true;
        piece = '';
        continue;
      }
      depth++;
    } else if (token.length === 1 && CLOSING.includes(char)) {
      if (isInside && depth === 0) {
        // A comma may stand behind the last one.
        return piece.trim() === '' ? pieces : [...pieces, piece.trim()];
      }
      depth--;
    } else if (isInside && depth === 0 && char === ',') {
      pieces.push(piece.trim());
      piece = '';
      continue;
    }
    piece += token;
  }
  return undefined;
}

function skipComment(text: string, at: number): number {
  const closing = text.startsWith('//', at) ? '\n' : text.startsWith('/*', at) ? '*/' : undefined;
  if (closing === undefined) return at;
  const end = text.indexOf(closing, at + 2);
  return end < 0 ? text.length : end + closing.length;
}

/** @returns Where the string, template or regular expression ends that starts here, or the character. */
function skipLiteral(text: string, at: number, before: string): number {
  const char = text.charAt(at);
  if (char === '/') return BEFORE_REGEXP.test(before.trimEnd()) ? skipTo(text, at, '/') : at + 1;
  return char === '"' || char === "'" || char === '`' ? skipTo(text, at, char) : at + 1;
}

function skipTo(text: string, start: number, quote: string): number {
  let inClass = false;
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (quote === '/' && (char === '[' || char === ']')) inClass = char === '[';
    else if (quote === '`' && char === '$' && text.charAt(at + 1) === '{') at = skipBraces(text, at + 1);
    else if (char === quote && !inClass) return at + 1;
  }
  return text.length;
}

/** @returns Where the braces of a template end. */
function skipBraces(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const char = text.charAt(at);
    if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at;
    at = skipLiteral(text, at, '');
  }
  return text.length;
}

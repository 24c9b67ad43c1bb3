import { CUT_MARK } from './cut-mark.ts';

/** What the scanner stands in. */
const OBJECT = 0x7b;
const ARRAY = 0x5b;

/** Deeper text is not completed: the rest of it is left out. */
const MAX_DEPTH = 256;

/**
 * Parses the JSON of an object whose end was cut off, as far as it goes: entries that are whole, and the beginning of
 * the text that was cut, with `…` behind it. One pass over the text.
 *
 * @returns `undefined` where there is no object to be had.
 */
export function parseCutJson(text: string): Record<string, unknown> | undefined {
  const completed = complete(text);
  if (completed === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(completed);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The text up to where it is sound, with what is open closed. */
function complete(text: string): string | undefined {
  if (text.charCodeAt(0) !== OBJECT) return undefined;
  const open: number[] = [];
  // Up to here the text is valid once `depth` levels are closed.
  let soundEnd = 0;
  let soundDepth = 0;
  /** Whether a text that begins here would be a key. */
  let atKey = false;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    switch (code) {
      case OBJECT:
      case ARRAY:
        if (open.length === MAX_DEPTH) return close(text.slice(0, soundEnd), open, soundDepth);
        open.push(code);
        atKey = code === OBJECT;
        at++;
        soundEnd = at;
        soundDepth = open.length;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        at++;
        soundEnd = at;
        soundDepth = open.length;
        if (open.length === 0) return text.slice(0, at);
        break;
      case 0x2c:
        // What stood before the comma is whole, a number too.
        soundEnd = at;
        soundDepth = open.length;
        atKey = open[open.length - 1] === OBJECT;
        at++;
        break;
      case 0x3a:
        atKey = false;
        at++;
        break;
      case 0x22: {
        const end = endOfString(text, at + 1);
        if (end < 0) {
          if (atKey) return close(text.slice(0, soundEnd), open, soundDepth);
          return close(`${withoutCutEscape(text)}${CUT_MARK}"`, open, open.length);
        }
        at = end;
        if (!atKey) {
          soundEnd = at;
          soundDepth = open.length;
        }
        break;
      }
      default:
        at++;
    }
  }
  return close(text.slice(0, soundEnd), open, soundDepth);
}

function close(text: string, open: readonly number[], depth: number): string {
  let closed = text;
  for (let level = depth - 1; level >= 0; level--) closed += open[level] === OBJECT ? '}' : ']';
  return closed;
}

/** Offset behind the closing quote, or -1. */
function endOfString(text: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    let backslashes = 0;
    while (quote - backslashes > from && text.charCodeAt(quote - backslashes - 1) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** Without the escape sequence that the cut went through: a backslash at the end, or `\u` with too few digits. */
function withoutCutEscape(text: string): string {
  const tail = text.slice(-6);
  const cut = /(\\+)(u[\da-fA-F]{0,3})?$/.exec(tail);
  if (cut === null) return text;
  let backslashes = 0;
  let at = text.length - (cut[2]?.length ?? 0);
  while (at > 0 && text.charCodeAt(at - 1) === 0x5c) {
    backslashes++;
    at--;
  }
  // An even number of them is whole escapes, and a `u` behind them a letter.
  return backslashes % 2 === 0 ? text : text.slice(0, text.length - (cut[2]?.length ?? 0) - 1);
}

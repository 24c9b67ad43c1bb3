/** Two columns wide on a terminal; an emoji is two code units, which makes it come out right by itself. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
/** What would move the cursor, start an escape sequence or reorder the text. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

function columns(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) count += WIDE.test(text.charAt(at)) ? 2 : 1;
  return count;
}

/**
 * Renders a text and a line of carets under a part of it.
 *
 * @param text The text; control characters are shown as `·`.
 * @param position Start of the part, in UTF-16 code units.
 * @param length Length of the part; 0 gives one caret.
 * @param width Columns to keep to, at least 20; longer text is cut to the surroundings of the part, marked by `…`.
 */
export function caretLine(text: string, position: number, length: number, width: number): string {
  const room = Math.max(20, width) - 2;
  const shown = text.toWellFormed().replace(UNSAFE, '·');
  let start = 0;
  let end = shown.length;
  if (end > room) {
    start = Math.max(0, Math.min(position - (room >> 1), end - room));
    end = start + room;
    // A pair that is cut in two would show as two replacement characters.
    if (start > 0 && /[\udc00-\udfff]/.test(shown.charAt(start))) start += 1;
    if (end < shown.length && /[\udc00-\udfff]/.test(shown.charAt(end))) end -= 1;
  }
  const before = (start > 0 ? '…' : '') + shown.slice(start, position);
  const part = shown.slice(Math.max(start, position), Math.min(end, position + length));
  const line = `${start > 0 ? '…' : ''}${shown.slice(start, end)}${end < shown.length ? '…' : ''}`;
  return `${line}\n${' '.repeat(columns(before))}${'^'.repeat(Math.max(1, columns(part)))}`;
}

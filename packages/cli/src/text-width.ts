import { eastAsianWidth } from 'get-east-asian-width';

/** Combining marks and variation selectors stand on the character before them. */
const MARK = /^\p{M}$/u;

/** Columns that a text takes on a terminal; it must hold no control characters. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x300) width += 1;
    else if (!MARK.test(character)) width += eastAsianWidth(code);
  }
  return width;
}

/** Cuts a text so that it takes at most some columns, with an ellipsis where something was cut. */
export function fitWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let cut = '';
  let width = 0;
  for (const character of text) {
    const next = width + textWidth(character);
    if (next > columns - 1) break;
    cut += character;
    width = next;
  }
  return `${cut}…`;
}

import { textWidth } from '../text-width.ts';

/** A piece of text in one style. */
export interface Segment {
  readonly text: string;
  /** Parameters of the sequence that selects it, such as `31` or `1;4`; empty for none. */
  readonly style: string;
}

/** A line of the screen; its texts hold nothing that a terminal obeys. */
export type StyledLine = readonly Segment[];

/** A line in one style. */
export function plainLine(text: string, style = ''): StyledLine {
  return text === '' ? [] : [{ text, style }];
}

const SELECT = new RegExp(`${String.fromCharCode(27)}\\[([\\d;]*)m`, 'g');
/** What ends a style, of those that `styleText` writes. */
const ENDS = new Set(['', '0', '22', '23', '24', '27', '39', '49']);

/** Takes a text with the sequences of `styleText` apart; styles are not nested in each other, but may stand together. */
export function parseStyled(text: string): StyledLine {
  const line: Segment[] = [];
  let style = '';
  let from = 0;
  for (const { index, 0: sequence, 1: parameters = '' } of text.matchAll(SELECT)) {
    if (index > from) line.push({ text: text.slice(from, index), style });
    if (ENDS.has(parameters)) style = '';
    else style = style === '' ? parameters : `${style};${parameters}`;
    from = index + sequence.length;
  }
  if (from < text.length) line.push({ text: text.slice(from), style });
  return line;
}

/** The text of a line. */
export function lineText(line: StyledLine): string {
  return line.map(({ text }) => text).join('');
}

/** Columns of a line. */
export function lineWidth(line: StyledLine): number {
  return line.reduce((width, { text }) => width + textWidth(text), 0);
}

/**
 * Gives ranges of a line another style.
 *
 * @param ranges In UTF-16 code units of its text, in order and apart.
 */
export function restyle(
  line: StyledLine,
  ranges: readonly (readonly [start: number, end: number])[],
  style: string,
): StyledLine {
  if (ranges.length === 0) return line;
  const result: Segment[] = [];
  let at = 0;
  for (const segment of line) {
    const end = at + segment.text.length;
    let from = at;
    for (const [start, stop] of ranges) {
      if (stop <= from || start >= end) continue;
      if (start > from)
        result.push({ text: segment.text.slice(from - at, start - at), style: segment.style });
      const inside = Math.min(stop, end);
      result.push({ text: segment.text.slice(Math.max(start, from) - at, inside - at), style });
      from = inside;
    }
    if (from < end) result.push({ text: segment.text.slice(from - at), style: segment.style });
    at = end;
  }
  return result;
}

/**
 * Cuts a line to what fits on the screen; where something is cut off, `…` stands at the edge.
 *
 * @param from Columns that are scrolled out at the left.
 * @param width Columns that there are, at least 1.
 */
export function cutLine(line: StyledLine, from: number, width: number): StyledLine {
  const whole = lineWidth(line);
  if (from === 0 && whole <= width) return line;
  const result: Segment[] = [];
  const end = from + width;
  let column = 0;
  const add = (text: string, style: string): void => {
    const last = result.at(-1);
    if (last?.style === style) result[result.length - 1] = { text: last.text + text, style };
    else result.push({ text, style });
  };
  for (const { text, style } of line) {
    for (const character of text) {
      const columns = textWidth(character);
      const start = column;
      column += columns;
      const isCutLeft = from > 0 && start < from + 1;
      const isCutRight = whole > end && column > end - 1;
      if (isCutLeft || isCutRight) {
        // What stands across an edge leaves room, so that the rest stays in its columns.
        const visible = Math.min(column, end) - Math.max(start, from);
        for (let left = 0; left < visible; left++) {
          const at = Math.max(start, from) + left;
          add(at === from && from > 0 ? '…' : at === end - 1 && whole > end ? '…' : ' ', style);
        }
      } else if (column <= end) add(character, style);
    }
  }
  return result;
}

/** Fills a line up to a width. */
export function padLine(line: StyledLine, width: number, style = ''): StyledLine {
  const missing = width - lineWidth(line);
  return missing > 0 ? [...line, { text: ' '.repeat(missing), style }] : line;
}

/** A line as a terminal takes it. */
export function serializeLine(line: StyledLine): string {
  return line.map(({ text, style }) => (style === '' ? text : `\x1b[${style}m${text}\x1b[0m`)).join('');
}

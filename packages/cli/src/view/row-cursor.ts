import { SIDE_STEP } from './scroll-text.ts';
import { cutLine, padLine, plainLine, type StyledLine } from './styled-line.ts';
import type { Key } from './terminal/key-decoder.ts';

/** Reversed: the row under the cursor. */
const CURRENT = '7';

/** A cursor that goes through rows, of which a screen at a time is seen. */
export class RowCursor<Row> {
  #rows: readonly Row[];
  #index = 0;
  #top = 0;
  #left = 0;
  #height = 1;

  /** @param index Number of the row to begin at. */
  constructor(rows: readonly Row[], index = 0) {
    this.#rows = rows;
    // No further down than need be: how many are seen is not known yet.
    this.#index = index;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Number of the row under the cursor. */
  get index(): number {
    return this.#index;
  }

  /** The row under the cursor; `undefined` where there is none. */
  get current(): Row | undefined {
    return this.#rows[this.#index];
  }

  /** Whether the rows are shown from behind their first column. */
  get isAside(): boolean {
    return this.#left > 0;
  }

  /** Goes through other rows from now on, from the row of this number. */
  show(rows: readonly Row[], index: number): true {
    this.#rows = rows;
    return this.to(index);
  }

  /** Goes to a row, or to the nearest there is. */
  to(index: number): true {
    this.#index = Math.max(0, Math.min(index, this.#rows.length - 1));
    if (this.#index < this.#top) this.#top = this.#index;
    if (this.#index >= this.#top + this.#height) this.#top = this.#index - this.#height + 1;
    return true;
  }

  /** Takes the keys that move. @returns Whether it was one of them. */
  press(key: Key): boolean {
    const page = Math.max(1, this.#height - 1);
    switch (key) {
      case '<down>':
      case 'j':
        return this.to(this.#index + 1);
      case '<up>':
      case 'k':
        return this.to(this.#index - 1);
      case '<pagedown>':
      case 'f':
      case ' ':
        return this.to(this.#index + page);
      case '<pageup>':
      case 'b':
        return this.to(this.#index - page);
      case 'g':
      case '<home>':
        return this.to(0);
      case 'G':
      case '<end>':
        return this.to(this.#rows.length - 1);
      case '<right>':
        this.#left += SIDE_STEP;
        return true;
      case '<left>':
        this.#left = Math.max(0, this.#left - SIDE_STEP);
        return true;
      default:
        return false;
    }
  }

  /** What is seen. @param draw A row as a line. */
  body(width: number, height: number, draw: (row: Row) => StyledLine): StyledLine[] {
    this.#height = Math.max(1, height);
    this.to(this.#index);
    return this.#rows.slice(this.#top, this.#top + this.#height).map((row, index) => {
      const isCurrent = this.#top + index === this.#index;
      const line = [...plainLine(isCurrent ? '>' : ' '), ...this.cut(draw(row), Math.max(1, width - 1))];
      if (!isCurrent) return line;
      const reversed = line.map(({ text }) => ({ text, style: CURRENT }));
      return padLine(reversed, width, CURRENT);
    });
  }

  /** A line from the column on that is seen. */
  cut(line: StyledLine, width: number): StyledLine {
    return cutLine(line, this.#left, width);
  }
}

import { cutLine, type StyledLine } from './styled-line.ts';
import type { Key } from './terminal/key-decoder.ts';

/** Columns that a horizontal step moves. */
export const SIDE_STEP = 16;

/** Lines that are scrolled through. */
export class ScrollText {
  #lines: readonly StyledLine[];
  #top = 0;
  #left = 0;
  #height = 1;

  constructor(lines: readonly StyledLine[]) {
    this.#lines = lines;
  }

  /** Shows other lines, from their start. */
  show(lines: readonly StyledLine[]): void {
    this.#lines = lines;
    this.#top = 0;
    this.#left = 0;
  }

  /** Shows the same in another layout. */
  replace(lines: readonly StyledLine[]): void {
    this.#lines = lines;
  }

  /** @returns Whether the key means something here. */
  press(key: Key): boolean {
    const page = Math.max(1, this.#height - 1);
    switch (key) {
      case '<down>':
      case 'j':
      case '<ctrl-n>':
        return this.#move(1);
      case '<up>':
      case 'k':
      case '<ctrl-p>':
        return this.#move(-1);
      case '<pagedown>':
      case 'f':
      case ' ':
      case '<ctrl-f>':
        return this.#move(page);
      case '<pageup>':
      case 'b':
      case '<ctrl-b>':
        return this.#move(-page);
      case 'g':
      case '<home>':
        return this.#move(-this.#lines.length);
      case 'G':
      case '<end>':
        return this.#move(this.#lines.length);
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

  /** What is seen. */
  body(width: number, height: number): StyledLine[] {
    this.#height = height;
    this.#move(0);
    return this.#lines.slice(this.#top, this.#top + height).map((line) => cutLine(line, this.#left, width));
  }

  #move(lines: number): true {
    this.#top = Math.max(0, Math.min(this.#top + lines, this.#lines.length - this.#height));
    return true;
  }
}

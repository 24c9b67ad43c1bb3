import { type StyledLine, serializeLine } from '../styled-line.ts';

/** What is to be seen. */
export interface Frame {
  /** As many as the terminal has. */
  readonly lines: readonly StyledLine[];
  /** Where the cursor is, from 0; hidden where there is none. */
  readonly cursor?: { readonly row: number; readonly column: number };
}

/** Turns frames into what has to be sent to a terminal: only lines that have changed. */
export class ScreenWriter {
  #shown: readonly string[] = [];
  #cursor = '';

  /** Forgets what the terminal shows: the next frame is drawn whole. */
  forget(): void {
    this.#shown = [];
    this.#cursor = '';
  }

  /** What makes the terminal show a frame. */
  draw({ lines, cursor }: Frame): string {
    const next = lines.map(serializeLine);
    let out = this.#shown.length === next.length ? '' : '\x1b[2J';
    const isNew = out !== '';
    for (const [row, text] of next.entries()) {
      if (!isNew && this.#shown[row] === text) continue;
      // Each line by its place: a width that the terminal sees otherwise spoils one line only. What was there is erased
      // first: behind a line that is full, the cursor stands on its last character.
      out += `\x1b[${row + 1};1H\x1b[K${text}`;
    }
    const place =
      cursor === undefined ? '\x1b[?25l' : `\x1b[${cursor.row + 1};${cursor.column + 1}H\x1b[?25h`;
    if (out !== '' || place !== this.#cursor) out = `\x1b[?25l${out}${cursor === undefined ? '' : place}`;
    this.#shown = next;
    this.#cursor = place;
    return out;
  }
}

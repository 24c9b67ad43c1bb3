import { type Key, pastedText } from './terminal/key-decoder.ts';

/** Longest text that may be typed. */
const MAX_LENGTH = 4096;

/** A line that is being typed, with the earlier ones. */
export class LineEditor {
  text: string;
  /** In UTF-16 code units, from 0 to the length of the text. */
  cursor: number;
  readonly #history: readonly string[];
  /** Of the history, counted from its end; 0 is what is being typed. */
  #back = 0;
  #typed = '';

  /** @param history Earlier lines, oldest first. */
  constructor(text = '', history: readonly string[] = []) {
    this.text = text;
    this.cursor = text.length;
    this.#history = history;
  }

  /** @returns Whether the key meant something; `changed` where the text is another now. */
  press(key: Key): 'changed' | 'moved' | undefined {
    switch (key) {
      case '<left>':
      case '<ctrl-b>':
        return this.#move(this.#before());
      case '<right>':
      case '<ctrl-f>':
        return this.#move(this.#behind());
      case '<home>':
      case '<ctrl-a>':
        return this.#move(0);
      case '<end>':
      case '<ctrl-e>':
        return this.#move(this.text.length);
      case '<up>':
      case '<ctrl-p>':
        return this.#recall(1);
      case '<down>':
      case '<ctrl-n>':
        return this.#recall(-1);
      case '<backspace>':
        return this.replace(this.#before(), this.cursor, '');
      case '<delete>':
      case '<ctrl-d>':
        return this.replace(this.cursor, this.#behind(), '');
      case '<ctrl-u>':
        return this.replace(0, this.cursor, '');
      case '<ctrl-k>':
        return this.replace(this.cursor, this.text.length, '');
      case '<ctrl-w>':
        return this.replace(this.text.slice(0, this.cursor).search(/\S*\s*$/u), this.cursor, '');
    }
    const pasted = pastedText(key);
    if (pasted !== undefined) return this.#insert(pasted.replace(/[\r\n\t]+/g, ' '));
    return key.startsWith('<') && key.length > 1 ? undefined : this.#insert(key);
  }

  /** Puts a text in the place of a part; the cursor is behind it then. */
  replace(start: number, end: number, text: string): 'changed' {
    this.text = this.text.slice(0, start) + text + this.text.slice(end);
    this.cursor = start + text.length;
    this.#back = 0;
    return 'changed';
  }

  #insert(text: string): 'changed' | undefined {
    return this.text.length + text.length > MAX_LENGTH
      ? undefined
      : this.replace(this.cursor, this.cursor, text);
  }

  #move(cursor: number): 'moved' {
    this.cursor = cursor;
    return 'moved';
  }

  #before(): number {
    return this.cursor - (Array.from(this.text.slice(0, this.cursor)).at(-1)?.length ?? 0);
  }

  #behind(): number {
    return this.cursor + (Array.from(this.text.slice(this.cursor, this.cursor + 2))[0]?.length ?? 0);
  }

  /** Walks earlier lines that start with what stands left of the cursor. */
  #recall(step: number): 'changed' | undefined {
    if (this.#back === 0) this.#typed = this.text;
    const start = this.text.slice(0, this.cursor);
    for (let back = this.#back + step; back >= 0 && back <= this.#history.length; back += step) {
      const text = back === 0 ? this.#typed : (this.#history.at(-back) ?? '');
      if (back > 0 && (!text.startsWith(start) || text === this.text)) continue;
      this.#back = back;
      this.text = text;
      // It stays where it is: what is left of it selects.
      this.cursor = Math.min(start.length, text.length);
      return 'changed';
    }
    return undefined;
  }
}

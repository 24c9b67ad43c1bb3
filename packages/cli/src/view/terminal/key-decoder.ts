import { StringDecoder } from 'node:string_decoder';

/**
 * A key that was pressed: a character as itself, or a name in angle brackets: `<up>` `<down>` `<left>` `<right>` `<home>` `<end>`
 * `<pageup>` `<pagedown>` `<insert>` `<delete>` `<enter>` `<escape>` `<tab>` `<backtab>` `<backspace>` `<ctrl-a>` …; or a text
 * that was pasted, behind `<paste>`.
 */
export type Key = string;

const PASTE = '<paste>';

/** The text of a key that is a paste. */
export function pastedText(key: Key): string | undefined {
  return key.length > PASTE.length && key.startsWith(PASTE) ? key.slice(PASTE.length) : undefined;
}

const ESC = '\u001b';
const PASTE_START = `${ESC}[200~`;
const PASTE_END = `${ESC}[201~`;
/** Longest paste that is waited for; what is longer is no filter. */
const MAX_PASTE = 64 * 1024;

/** Final characters of `CSI` and `SS3` sequences. */
const BY_FINAL: Readonly<Record<string, Key>> = {
  A: '<up>',
  B: '<down>',
  C: '<right>',
  D: '<left>',
  H: '<home>',
  F: '<end>',
  Z: '<backtab>',
};
/** Numbers of `CSI n ~`. */
const BY_NUMBER: Readonly<Record<string, Key>> = {
  1: '<home>',
  2: '<insert>',
  3: '<delete>',
  4: '<end>',
  5: '<pageup>',
  6: '<pagedown>',
  7: '<home>',
  8: '<end>',
};
const CONTROLS: Readonly<Record<string, Key>> = {
  '\r': '<enter>',
  '\n': '<enter>',
  '\t': '<tab>',
  '\b': '<backspace>',
  '\u007f': '<backspace>',
};

/** A whole sequence: `ESC [ … final`, `ESC O final`, or `ESC` and one character. */
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them.
  /^\u001b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])|O([ -~])|([^[O]))/u;
/** The beginning of one, which more bytes may complete. */
const BEGINNING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them.
  /^\u001b(?:\[[0-9;:<=>?]*[ -/]*|O)?$/u;

/**
 * Turns what a terminal sends into keys. Bytes come in pieces of any size: a character or sequence that is not complete waits
 * for the rest, and {@link flush} ends the waiting, as a lone Escape is the beginning of all sequences.
 */
export class KeyDecoder {
  readonly #utf8 = new StringDecoder('utf8');
  #rest = '';

  /** Whether something waits for its rest. */
  get isWaiting(): boolean {
    return this.#rest !== '';
  }

  /** Takes bytes, and gives the keys that are complete. */
  push(bytes: Buffer): Key[] {
    this.#rest += this.#utf8.write(bytes);
    const keys: Key[] = [];
    while (this.#rest !== '') {
      const key = this.#next();
      if (key === undefined) break;
      if (key !== '') keys.push(key);
    }
    return keys;
  }

  /** Takes what waits as it is: nothing has come for a while. */
  flush(): Key[] {
    const rest = this.#rest;
    // A paste is not over before its end.
    if (rest.startsWith(PASTE_START) && rest.length < MAX_PASTE) return [];
    this.#rest = '';
    return rest === '' ? [] : ['<escape>', ...this.push(Buffer.from(rest.slice(1)))];
  }

  /** @returns The next key, `''` for what means none, or `undefined` where it is not complete. */
  #next(): Key | undefined {
    const text = this.#rest;
    if (!text.startsWith(ESC)) {
      const [character = ''] = text;
      this.#rest = text.slice(character.length);
      return CONTROLS[character] ?? (character < ' ' ? controlKey(character) : character);
    }
    if (text.startsWith(PASTE_START)) {
      const end = text.indexOf(PASTE_END);
      if (end < 0) return undefined;
      this.#rest = text.slice(end + PASTE_END.length);
      return PASTE + text.slice(PASTE_START.length, end);
    }
    if (BEGINNING.test(text) && text.length < 64) return undefined;
    const found = SEQUENCE.exec(text);
    if (found === null) {
      this.#rest = text.slice(1);
      return '<escape>';
    }
    const [whole, parameters = '', final, single, character] = found;
    // Escape, then a key: two keys that came together, or one with Alt; here both mean the same.
    if (character !== undefined) {
      this.#rest = text.slice(1);
      return '<escape>';
    }
    this.#rest = text.slice(whole.length);
    // The keypad's Enter; with a `[` it would be the mouse.
    if (single === 'M') return '<enter>';
    if (single !== undefined) return BY_FINAL[single] ?? '';
    if (final === '~') return BY_NUMBER[parameters.split(';')[0] ?? ''] ?? '';
    return BY_FINAL[final ?? ''] ?? '';
  }
}

/** `<ctrl-c>` of the character that Ctrl-C sends. */
function controlKey(character: string): Key {
  const letter = String.fromCharCode(character.charCodeAt(0) + 0x60);
  return /[a-z]/.test(letter) ? `<ctrl-${letter}>` : '';
}

import type { Buffer } from 'node:buffer';

/**
 * Bytes that are decoded at once: enough for some short texts, and little enough that a text which is kept does not keep
 * much more than itself, since a part of a string keeps the whole of it.
 */
const WINDOW = 512;

/** The top bits of four bytes: none is set where all are ASCII. */
const NOT_ASCII = 0x80808080;

/**
 * Decodes many short texts that lie one behind the other. Most are ASCII: they are cut out of a string made of some
 * hundred bytes, which takes a third of the time of a call into native code for each.
 */
export class TextWindow {
  readonly #bytes: SliceableBuffer;
  readonly #words: Int32Array;
  #from = 0;
  #to = 0;
  /** The bytes between the two, one character each. */
  #text = '';

  /** @param bytes What the texts lie in. @param words The same memory, from its start. */
  constructor(bytes: Buffer, words: Int32Array) {
    this.#bytes = bytes as SliceableBuffer;
    this.#words = words;
  }

  /** To be called when the bytes have changed. */
  forget(): void {
    this.#from = 0;
    this.#to = 0;
    this.#text = '';
  }

  /** What `toString('utf8', start, end)` gives. */
  text(start: number, end: number): string {
    if (end - start > WINDOW || !this.#isAscii(start, end)) return this.#bytes.utf8Slice(start, end);
    if (start < this.#from || end > this.#to) {
      this.#from = start;
      this.#to = Math.min(start + WINDOW, this.#bytes.length);
      this.#text = this.#bytes.latin1Slice(start, this.#to);
    }
    return this.#text.substring(start - this.#from, end - this.#from);
  }

  #isAscii(start: number, end: number): boolean {
    const words = this.#words;
    const last = end >> 2;
    let seen = 0;
    // Where it starts within a word, what lies before it there may only make it seem to be none.
    for (let word = start >> 2; word < last; word++) seen |= words[word] as number;
    for (let at = last << 2; at < end; at++) seen |= this.#bytes[at] as number;
    return (seen & NOT_ASCII) === 0;
  }
}

/** Methods that every Node buffer has, but which @types/node leaves out. */
interface SliceableBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

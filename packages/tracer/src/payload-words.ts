import { Buffer } from 'node:buffer';
import { RecordFlag } from '@tracebuf/ring';
import { MAX_OPERAND, TAG_BITS, ValueTag } from './call-layout.ts';
import { CAPACITY_WORDS } from './capture-limits.ts';

/** UTF-8 takes at most this many bytes for each UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;
/** Texts up to here are written in JavaScript: a call into the engine would cost more. */
const QUICK_UNITS = 14;
/** Of inline names no more is kept, in UTF-16 units. */
const MAX_NAME = 64;

/** Methods that every Node buffer has but @types/node leaves out. */
interface NativeBuffer extends Buffer {
  utf8Write(text: string, offset: number, length: number): number;
}

/**
 * Memory in which payloads are put together word by word, again and again. What does not fit is left out: no method
 * throws or allocates.
 */
export class PayloadWords {
  readonly words: Int32Array = new Int32Array(CAPACITY_WORDS);
  readonly bytes: Buffer = Buffer.from(this.words.buffer);
  /** Index of the next word. */
  at = 0;
  /** Of `RecordFlag`: whether something was left out, or could not be encoded. */
  flags = 0;
  readonly #double = new Float64Array(1);
  readonly #doubleWords = new Int32Array(this.#double.buffer);
  readonly #integer = new BigInt64Array(1);
  readonly #integerWords = new Int32Array(this.#integer.buffer);

  /** Starts anew. */
  begin(): void {
    this.at = 0;
    this.flags = 0;
  }

  /** Whether so many more words fit; one is kept back for the mark of what was left out. */
  fits(words: number): boolean {
    return this.at + words < CAPACITY_WORDS;
  }

  /** Whether nothing more fits. */
  get isFull(): boolean {
    return this.at >= CAPACITY_WORDS - 1;
  }

  /** Marks that something was left out. */
  omit(): void {
    this.flags |= RecordFlag.CUT;
    if (this.at < CAPACITY_WORDS) this.words[this.at++] = ValueTag.OMITTED;
  }

  /** A word whose room is known to be there. */
  word(word: number): void {
    this.words[this.at++] = word;
  }

  /** A value that consists of its tag. */
  tag(tag: number): void {
    if (this.fits(1)) this.words[this.at++] = tag;
    else this.omit();
  }

  /** An integer of 32 bits. */
  int32(value: number): void {
    if (!this.fits(2)) {
      this.omit();
      return;
    }
    const { words, at } = this;
    words[at] = ValueTag.INTEGER;
    words[at + 1] = value;
    this.at = at + 2;
  }

  /** A tag, and a double whose words are room that is known to be there. */
  double(value: number): void {
    this.#double[0] = value;
    const { words, at } = this;
    words[at] = this.#doubleWords[0] as number;
    words[at + 1] = this.#doubleWords[1] as number;
    this.at = at + 2;
  }

  /** An integer of 64 bits whose room is known to be there. */
  int64(value: bigint): void {
    this.#integer[0] = value;
    const low = this.#integerWords[LOW_WORD] as number;
    const high = this.#integerWords[1 - LOW_WORD] as number;
    this.words[this.at++] = low;
    this.words[this.at++] = high;
  }

  /** A tag with a text. */
  text(tag: number, text: string): void {
    const { at } = this;
    const room = text.length * MAX_BYTES_PER_UNIT;
    if (!this.fits(1 + ((room + 3) >> 2))) {
      this.omit();
      return;
    }
    const written = this.#write(text, (at + 1) << 2, room);
    this.words[at] = tag | (written << TAG_BITS);
    this.at = at + 1 + ((written + 3) >> 2);
  }

  /** The beginning of a text, and how long the whole is. */
  cutText(tag: number, beginning: string, length: number): void {
    const { at } = this;
    const room = beginning.length * MAX_BYTES_PER_UNIT;
    if (!this.fits(2 + ((room + 3) >> 2))) {
      this.omit();
      return;
    }
    const written = this.#write(beginning, (at + 2) << 2, room);
    this.words[at] = tag | (written << TAG_BITS);
    this.words[at + 1] = length;
    this.at = at + 2 + ((written + 3) >> 2);
  }

  /**
   * A name.
   *
   * @param id Of its definition; 0: the text stands here.
   */
  name(id: number, text: string): void {
    if (id !== 0) {
      if (!this.fits(2)) {
        this.omit();
        return;
      }
      this.words[this.at++] = ValueTag.NAME;
      this.words[this.at++] = id;
      return;
    }
    const start = this.at;
    this.text(ValueTag.NAME, text.length > MAX_NAME ? text.slice(0, MAX_NAME) : text);
    const word = this.words[start] as number;
    // An operand of 0 would announce an id.
    if ((word & 0xff) === ValueTag.NAME) this.words[start] = word + (1 << TAG_BITS);
  }

  /** @returns Bytes written. */
  #write(text: string, at: number, room: number): number {
    const units = text.length;
    const written = units <= QUICK_UNITS ? this.#ascii(text, at) : -1;
    if (written >= 0) return written;
    const encoded = (this.bytes as NativeBuffer).utf8Write(text, at, room);
    if (encoded !== units && !text.isWellFormed()) this.flags |= RecordFlag.REPLACED;
    return encoded;
  }

  /** @returns Bytes written, or -1 where the text is not ASCII. */
  #ascii(text: string, at: number): number {
    const { bytes } = this;
    const length = text.length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return -1;
      bytes[at + i] = code;
    }
    return length;
  }
}

/** Index of the low half of a 64-bit integer in memory. */
const LOW_WORD: number = new Int32Array(new BigInt64Array([1n]).buffer)[0] === 1 ? 0 : 1;

/** An operand that says a count, as far as it can. */
export function operand(count: number): number {
  return (count < MAX_OPERAND ? count : MAX_OPERAND) << TAG_BITS;
}

import { crc32 } from 'node:zlib';

/** What one ring of a writer is given to store: its role, the record's number in the ring, a hash of both and of the rest. */
export interface HashedText {
  readonly role: RingRole;
  readonly number: number;
}

/** `m` for the main ring, `k` for the ring that keeps errors. */
export type RingRole = 'm' | 'k';

const FILLERS = 64;
const ALPHABET = [
  'abcdefghijklmnopqrstuvwxyz 0123456789 {"key":[1,2]} ',
  'façade — 流れ ☃ €0,99 ähnlich 😀 ',
];
const PATTERN = /^([mk])(\d+) (\d+) (.*)$/s;

/**
 * Makes the texts of one ring: `<role><number> <hash> <filler>`. What follows the number was hashed before, so that a
 * writer spends its time on appending; the hash of a record still binds its number to its filler.
 */
export class HashedTextMaker {
  readonly #role: RingRole;
  readonly #fillers: { readonly text: string; readonly hash: number }[];

  /**
   * @param min Fewest characters of a filler.
   * @param max Most characters of a filler.
   */
  constructor(role: RingRole, min: number, max: number) {
    this.#role = role;
    this.#fillers = Array.from({ length: FILLERS }, (_, index) => {
      const text = randomText(min + Math.floor((index * (max - min)) / (FILLERS - 1)), index % 5 === 0);
      return { text, hash: crc32(text) };
    });
  }

  /** The text of a record. */
  text(number: number): string {
    const { text, hash } = this.#fillers[Math.imul(number, 0x9e3779b1) >>> 26] as {
      text: string;
      hash: number;
    };
    return `${this.#role}${number} ${bind(hash, number, this.#role)} ${text}`;
  }
}

/** Reads a text back; `undefined` where it is not whole. */
export function readHashedText(text: string): HashedText | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, role, digits, hash, filler = ''] = match;
  const number = Number(digits);
  if (Number(hash) !== bind(crc32(filler), number, role as RingRole)) return undefined;
  return { role: role as RingRole, number };
}

function bind(hash: number, number: number, role: RingRole): number {
  return (Math.imul(hash ^ number, 0x85ebca6b) ^ (role === 'm' ? 0x4d : 0x4b)) >>> 0;
}

function randomText(length: number, wide: boolean): string {
  const characters = Array.from(ALPHABET[wide ? 1 : 0] as string);
  let text = '';
  while (text.length < length) text += characters[Math.floor(Math.random() * characters.length)];
  // A character of two units may be one too long, and half of it would be replaced when it is stored.
  return text.length > length ? `${text.slice(0, length - 1)}.` : text;
}

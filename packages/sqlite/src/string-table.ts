import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { fieldsToJson } from '@tracebuf/query';

/** Texts that few rows differ in, such as levels, whose numbers are kept at hand. */
const CACHE_SIZE = 4096;
/** Messages that are kept at hand, each in the place that a few of its characters choose. A power of two. */
const PLACES = 4096;
/** Longer messages are given no number: they hardly come twice. */
const LONGEST = 1000;
/** Characters of a message that choose its place. */
const SAMPLES = 8;

/**
 * The texts of a database, each with a number from 1. Numbers are given inside of a transaction that may be rolled back:
 * {@link forget} must then be called.
 */
export class StringTable {
  readonly #numbers = new Map<string, number>();
  /** Messages that came lately, and their numbers, 0 where they came once. */
  readonly #messages: string[] = Array<string>(PLACES).fill('');
  readonly #messageNumbers = new Float64Array(PLACES);
  /** Objects as JSON, by their identity. */
  #shared = new WeakMap<object, number>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT id FROM strings WHERE hash = ? AND text = ?');
    this.#add = database.prepare('INSERT INTO strings (hash, text) VALUES (?, ?)');
  }

  /** The number of a text, which is given one where it has none. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#look(text);
    if (this.#numbers.size >= CACHE_SIZE) this.#numbers.clear();
    this.#numbers.set(text, number);
    return number;
  }

  /**
   * The number of a message that comes again and again; 0 where it may never come again. Most messages differ, so this
   * neither hashes nor keeps them: it compares a message with the last one that had its place.
   */
  numberOfRepeated(message: string): number {
    const place = placeOf(message);
    if (this.#messages[place] !== message) {
      this.#messages[place] = message;
      this.#messageNumbers[place] = 0;
      return 0;
    }
    const known = this.#messageNumbers[place] as number;
    if (known !== 0 || message.length > LONGEST) return known;
    const number = this.#look(message);
    this.#messageNumbers[place] = number;
    return number;
  }

  /** The number of an object as JSON. It is the same object for all records that share it, so it is hardly ever written. */
  numberOfShared(shared: Readonly<Record<string, unknown>>): number {
    const known = this.#shared.get(shared);
    if (known !== undefined) return known;
    const number = this.#look(fieldsToJson(shared) ?? '{}');
    this.#shared.set(shared, number);
    return number;
  }

  /** Forgets the numbers at hand. */
  forget(): void {
    this.#shared = new WeakMap();
    this.#numbers.clear();
    this.#messageNumbers.fill(0);
  }

  #look(text: string): number {
    const hash = crc32(text);
    const row = this.#find.get(hash, text) as { id: number } | undefined;
    return row?.id ?? Number(this.#add.run(hash, text).lastInsertRowid);
  }
}

function placeOf(text: string): number {
  const { length } = text;
  const step = 1 + ((length / SAMPLES) | 0);
  let place = length;
  for (let at = length - 1; at >= 0; at -= step) place = (Math.imul(place, 31) + text.charCodeAt(at)) | 0;
  return (place ^ (place >>> 12)) & (PLACES - 1);
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';

/** Texts whose numbers are kept at hand; when there are more, all are forgotten and asked for again. */
const CACHE_SIZE = 65_536;
/** Texts without a number that are kept at hand: few, so that they are garbage before it costs much to collect them. */
const ONCE_SIZE = 2048;
/** Longer ones are given no number: they hardly come twice. */
const LONGEST = 1000;

/**
 * The texts of a database, each with a number. Numbers are only given inside of a transaction that may be rolled back:
 * {@link forget} must then be called.
 */
export class StringTable {
  readonly #numbers = new Map<string, number>();
  /** Texts that came once lately. */
  readonly #once = new Set<string>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT id FROM strings WHERE hash = ? AND text = ?');
    this.#add = database.prepare('INSERT INTO strings (hash, text) VALUES (?, ?)');
  }

  /** The number of a text, which is given one where it has none. */
  numberOf(text: string): number {
    return this.#numbers.get(text) ?? this.#look(text);
  }

  /** The number of a text that has one, or that comes for the second time; `undefined`: it may never come again. */
  numberOfRepeated(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (text.length > LONGEST) return undefined;
    if (this.#once.delete(text)) return this.#look(text);
    if (this.#once.size >= ONCE_SIZE) this.#once.clear();
    this.#once.add(text);
    return undefined;
  }

  /** Forgets the numbers at hand. */
  forget(): void {
    this.#numbers.clear();
  }

  #look(text: string): number {
    const hash = crc32(text);
    const row = this.#find.get(hash, text) as { id: number } | undefined;
    const id = row?.id ?? Number(this.#add.run(hash, text).lastInsertRowid);
    if (this.#numbers.size >= CACHE_SIZE) this.#numbers.clear();
    this.#numbers.set(text, id);
    return id;
  }
}

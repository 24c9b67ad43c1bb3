import { nearest } from '@tracebuf/ring';
import { UsageError } from './errors.ts';
import { matchWord } from './match-word.ts';

/** Something that can stand at the cursor. */
export interface Candidate {
  readonly value: string;
  /** What it is, in a few words. */
  readonly description?: string;
}

/** Finds what can stand where a word is being typed; called for completion only. */
type Candidates = (typed: string) => readonly (Candidate | string)[];

const MAX_LISTED = 12;

/**
 * Reads the words behind those of a command, from left to right. A command's grammar is a function that asks for what may
 * come next; what it asked for where the words end is what completion offers, and what an error names. So the one
 * function says what is understood, completed and explained.
 */
export class WordReader {
  readonly #words: readonly string[];
  readonly #typed: string;
  readonly #command: string;
  #at = 0;
  /** What was asked for at the present word. */
  #wanted: string[] = [];
  #offers: Candidate[] = [];

  /**
   * @param command The words that call the command, for errors.
   * @param typed What is being typed behind the words, for completion.
   */
  constructor(words: readonly string[], command: string, typed = '') {
    this.#words = words;
    this.#command = command;
    this.#typed = typed;
  }

  /** What can stand behind the last word; to be looked at when the grammar is through, or has failed there. */
  get offers(): readonly Candidate[] {
    return this.#at === this.#words.length ? this.#offers : [];
  }

  /** The next word, `undefined` at the end. */
  get next(): string | undefined {
    return this.#words[this.#at];
  }

  /**
   * Which keyword comes next: in any case, and abbreviated as far as it stays unambiguous.
   *
   * @param offered Those that completion offers; default all.
   * @throws UsageError where it could be several.
   */
  look<K extends string>(keywords: readonly K[], offered: readonly K[] = keywords): K | undefined {
    this.#ask(keywords.map(quoted), () => offered);
    return this.next === undefined ? undefined : (matchWord(this.next, keywords) as K | undefined);
  }

  /** Takes the next word where it is a keyword; see {@link look}. */
  take<K extends string>(keywords: readonly K[], offered: readonly K[] = keywords): K | undefined {
    const found = this.look(keywords, offered);
    if (found !== undefined) this.skip();
    return found;
  }

  /** Takes the next word where it is a keyword, written in full: any other text may stand there as well. */
  takeFull<K extends string>(keywords: readonly K[]): K | undefined {
    this.#ask(keywords.map(quoted), () => keywords);
    const found = keywords.find((keyword) => keyword === this.next?.toLowerCase());
    if (found !== undefined) this.skip();
    return found;
  }

  /** Takes the next word, which must be a keyword. @throws UsageError */
  demand<K extends string>(keywords: readonly K[], offered: readonly K[] = keywords): K {
    return this.take(keywords, offered) ?? this.fail();
  }

  /** Whether the next word is a keyword, which is then taken. */
  flag(keyword: string): boolean {
    return this.take([keyword]) !== undefined;
  }

  /** Says that a value may stand here. @param what It is called so in errors: `<filter>`. */
  expect(what: string, candidates: Candidates = () => []): void {
    this.#ask([what], candidates);
  }

  /** Takes the next word, whatever it is. @throws UsageError where there is none. */
  text(what: string, candidates?: Candidates): string {
    this.expect(what, candidates);
    const word = this.next;
    if (word === undefined || word === '') return this.fail();
    this.skip();
    return word;
  }

  /** Passes over the next word. */
  skip(): void {
    this.#at += 1;
    this.#wanted = [];
    this.#offers = [];
  }

  /** Says that all is read. @throws UsageError where there are more words. */
  end(): void {
    if (this.next !== undefined) this.fail();
  }

  /** @throws UsageError that names the next word, and what was asked for in its place. */
  fail(): never {
    const word = this.next;
    const more = `"trace-cli help ${this.#command}" tells more`;
    const wanted = listed(this.#wanted);
    if (word === undefined) {
      const before = [this.#command, ...this.#words].join(' ');
      throw new UsageError(`Incomplete command: ${quoted(before)} goes on with ${wanted}; ${more}`);
    }
    if (wanted === '') throw new UsageError(`One word too many: ${quoted(word)}; ${more}`);
    const keywords = this.#offers.map(({ value }) => value);
    const near = nearest(word, [...new Set(keywords)]).map(quoted);
    const remedy = near.length === 0 ? `; ${more}` : `; did you mean ${near.join(' or ')}?`;
    throw new UsageError(`Expected ${wanted} instead of ${quoted(word)}${remedy}`);
  }

  #ask(wanted: readonly string[], candidates: Candidates): void {
    for (const what of wanted) if (!this.#wanted.includes(what)) this.#wanted.push(what);
    // Only what stands where the words end is ever offered, and the rest may be costly to find.
    if (this.next !== undefined && wanted.every((what) => !what.startsWith('"'))) return;
    for (const candidate of candidates(this.#typed)) {
      const offer = typeof candidate === 'string' ? { value: candidate } : candidate;
      if (!this.#offers.some(({ value }) => value === offer.value)) this.#offers.push(offer);
    }
  }
}

function listed(all: readonly string[]): string {
  const shown = all.length > MAX_LISTED ? [...all.slice(0, MAX_LISTED), '…'] : [...all];
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

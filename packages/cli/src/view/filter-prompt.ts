import {
  type Completion,
  checkFilter,
  completions,
  type DataStatistics,
  type FieldStatistics,
  type Filter,
  FilterSyntaxError,
  filterFields,
  parseFilter,
  recordCatalog,
} from '@tracebuf/query';
import { visibleText } from '@tracebuf/ring';
import type { RecordSource } from '@tracebuf/sqlite';
import { textWidth } from '../text-width.ts';
import { LineEditor } from './line-editor.ts';
import type { TaskRunner } from './task-runner.ts';
import type { Key } from './terminal/key-decoder.ts';

/** Options that are shown at most; of the rest it is told how many they are. */
const SHOWN = 10;

/** What could stand in the place of a part of the text. */
interface Offer {
  readonly start: number;
  /** End of what stands there now. */
  end: number;
  readonly options: readonly { readonly text: string; readonly count: number }[];
  readonly more: number;
  /** Which of them stands there; -1 for none yet. */
  chosen: number;
}

/** What the value of an argument is named by: its name stands behind. */
const ARGUMENT = 'arg.';
const SEGMENT = /^[\p{ID_Continue}$]+$/u;

const EXAMPLE = "e.g. level >= warn and msg == '%timeout%'";

/**
 * The prompt for a filter. What can't be right is told as soon as it is entered, with what could stand in its place; the prompt
 * stays open, and Enter once more takes a filter that is understood but matches nothing yet.
 */
export class FilterPrompt {
  readonly editor: LineEditor;
  /** What is wrong. */
  message: string | undefined;
  readonly #source: RecordSource;
  readonly #tasks: TaskRunner;
  readonly #occurring: ReadonlyMap<string, number>;
  readonly #entered: (filter: Filter) => void;
  #offer: Offer | undefined;
  /** A text that was told to match nothing: entered again, it is meant. */
  #insisted: string | undefined;
  readonly #known = new Map<string, FieldStatistics>();

  /**
   * @param occurring Fields of records at hand, with how many have them.
   * @param entered Takes the filter, when it is right or insisted on.
   */
  constructor(
    text: string,
    history: readonly string[],
    source: RecordSource,
    tasks: TaskRunner,
    occurring: ReadonlyMap<string, number>,
    entered: (filter: Filter) => void,
  ) {
    this.editor = new LineEditor(text, history);
    this.#source = source;
    this.#tasks = tasks;
    this.#occurring = occurring;
    this.#entered = entered;
  }

  /** The line above the prompt, in at most some columns: what could be typed. */
  hint(width: number): string {
    const offer = this.#offer;
    if (offer === undefined) {
      const names = recordCatalog.fields.map(({ name }) => name);
      return `${EXAMPLE}   Tab completes   fields: ${names.join(' ')}`;
    }
    // The chosen one is always among those that are shown.
    const from = Math.max(0, offer.chosen - SHOWN + 1);
    const all = offer.options.slice(from, from + SHOWN).map(({ text, count }, index) => {
      const option = visibleText(text) + (count > 0 ? ` (${count})` : '');
      return from + index === offer.chosen ? `[${option}]` : option;
    });
    const first = Math.max(0, offer.chosen - from);
    for (let shown = all.length; ; shown--) {
      const begin = Math.max(0, Math.min(first, all.length) - shown + 1);
      const rest = offer.options.length + offer.more - from - begin - shown;
      const text = [...all.slice(begin, begin + shown), ...(rest > 0 ? [`+${rest}`] : [])].join('  ');
      if (shown <= 1 || textWidth(text) <= width) return text;
    }
  }

  /** @returns Whether the prompt stays open for this key. */
  press(key: Key): boolean {
    switch (key) {
      case '<escape>':
      case '<ctrl-c>':
        return false;
      case '<enter>':
        this.#enter();
        return true;
      case '<tab>':
        this.#complete(1);
        return true;
      case '<backtab>':
        this.#complete(-1);
        return true;
    }
    if (this.editor.press(key) !== undefined) {
      this.message = undefined;
      this.#offer = undefined;
    }
    return true;
  }

  #enter(): void {
    const { text } = this.editor;
    let filter: Filter;
    try {
      filter = parseFilter(text);
    } catch (error) {
      if (!(error instanceof FilterSyntaxError)) throw error;
      this.#fault(
        error.message,
        error.position,
        error.length,
        error.options.map((option) => ({ text: option, count: 0 })),
        0,
      );
      return;
    }
    if (filter.root === undefined || this.#insisted === text) {
      this.#entered(filter);
      return;
    }
    this.#tasks.run('checking', this.#source.statistics(filterFields(filter), filter), (statistics) => {
      if (this.editor.text !== text) return;
      const [first] = checkFilter(filter, statistics, { maxOptions: SHOWN });
      if (first === undefined) {
        this.#entered(filter);
        return;
      }
      this.#insisted = text;
      const { message, position, length, options, more } = first;
      this.#fault(`${message}; Enter takes it all the same`, position, length, options, more);
    });
  }

  #fault(message: string, start: number, length: number, options: Offer['options'], more: number): void {
    this.message = message;
    this.editor.cursor = start;
    this.#offer = { start, end: start + length, options, more, chosen: -1 };
  }

  #complete(step: number): void {
    if (this.#offer !== undefined && this.#offer.options.length > 0) {
      this.#choose(this.#offer, step);
      return;
    }
    const words = [...this.editor.text.matchAll(/[\p{ID_Start}_$][\p{ID_Continue}$.]*/gu)].map(
      ([name]) => name,
    );
    if (words.some((word) => word.startsWith(ARGUMENT))) words.push('arg');
    const names = words.filter((name) => !this.#known.has(name));
    if (names.length === 0) {
      this.#offerCompletions();
      return;
    }
    const { text, cursor } = this.editor;
    this.#tasks.run('looking for values', this.#source.statistics(names), ({ fields }) => {
      for (const name of names) this.#known.set(name, fields.get(name) ?? { texts: new Map(), count: 0 });
      if (this.editor.text === text && this.editor.cursor === cursor) this.#offerCompletions();
    });
  }

  #offerCompletions(): void {
    const { text, cursor } = this.editor;
    const { start, end, options } = completions(text, cursor, { statistics: this.#statistics() });
    const [only] = options;
    if (options.length === 1 && only !== undefined) {
      this.#insert(start, end, only);
      return;
    }
    this.message = undefined;
    this.#offer = {
      start,
      end,
      options: options.map((option) => ({ text: option.text, count: option.count ?? 0 })),
      more: 0,
      chosen: -1,
    };
    if (options.length === 0) this.message = 'Nothing to complete here';
    else this.#choose(this.#offer, 1);
  }

  #statistics(): DataStatistics {
    // What nothing has is no field: it is a word that was half typed.
    const fields = new Map([...this.#known].filter(([, { count }]) => count > 0));
    for (const [name, count] of this.#occurring)
      if (!fields.has(name)) fields.set(name, { texts: new Map(), count });
    for (const [name, count] of this.#known.get('arg')?.texts ?? [])
      if (SEGMENT.test(name) && !fields.has(ARGUMENT + name))
        fields.set(ARGUMENT + name, { texts: new Map(), count });
    return { fields };
  }

  #insert(start: number, end: number, { text }: Completion): void {
    this.editor.replace(start, end, `${text} `);
    this.#offer = undefined;
    this.message = undefined;
  }

  #choose(offer: Offer, step: number): void {
    const { length } = offer.options;
    offer.chosen = offer.chosen < 0 && step < 0 ? length - 1 : (offer.chosen + step + length) % length;
    const { text } = offer.options[offer.chosen] ?? { text: '' };
    this.editor.replace(offer.start, offer.end, text);
    offer.end = offer.start + text.length;
  }
}

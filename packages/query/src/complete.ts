import type { FieldCatalog } from './catalog.ts';
import { type Expectation, FilterSyntaxError } from './errors.ts';
import { escapeLike } from './like.ts';
import { levelNames } from './literals.ts';
import { type ParseOptions, parseFilter } from './parser.ts';
import { rankOptions } from './rank.ts';
import { recordCatalog } from './record-catalog.ts';
import type { DataStatistics } from './statistics.ts';
import { printQuoted } from './strings.ts';

/** One thing that could be typed. */
export interface Completion {
  /** What to put in the place of the text from `start` to `end`. */
  readonly text: string;
  readonly kind: Expectation;
  /** One line of explanation. */
  readonly description?: string;
  /** How often the value or field occurs, where that is known. */
  readonly count?: number;
}

/** What could be typed at a cursor. */
export interface Completions {
  /** Start of the text that a completion replaces, in UTF-16 code units. */
  readonly start: number;
  /** End of that text: the cursor. */
  readonly end: number;
  /** Best first. */
  readonly options: readonly Completion[];
}

/** How {@link completions} works; names and times are understood as in {@link parseFilter}. */
export interface CompletionOptions extends ParseOptions {
  /** What occurs in the data: offers its values, and its fields besides those of the catalog. */
  readonly statistics?: DataStatistics;
  /** Most completions; default 50. */
  readonly maxOptions?: number;
}

/** The word before the cursor: an open string, a name with dots, or the beginning of an operator. */
const WORD = /(?:[\p{ID_Continue}$@.-]+|[=!<>~]+|&|\|)$/u;

/**
 * Finds what could be typed at a cursor: fields, operators of the field, values, `and` and `or`.
 *
 * The text before the word at the cursor is parsed, and what the parser misses at its end is what can stand there; so
 * completion can't disagree with the grammar.
 *
 * @param text The filter as far as it is typed.
 * @param cursor Where the cursor is, in UTF-16 code units, 0 to the length of the text.
 * @param options Catalog, statistics, and how many completions.
 * @returns The completions; none where the text before the cursor has a fault.
 */
export function completions(text: string, cursor: number, options: CompletionOptions = {}): Completions {
  const before = text.slice(0, cursor);
  const end = before.length;
  const nothing: Completions = { start: end, end, options: [] };
  const start = wordStart(before, options);
  if (start === undefined) return nothing;
  const word = before.slice(start);
  const missing = expectedAt(before.slice(0, start), options);
  if (missing === undefined) return nothing;
  const found: Completion[] = [];
  for (const each of missing) found.push(...offers(each, word, options));
  return { start, end, options: found.slice(0, options.maxOptions ?? 50) };
}

interface Missing {
  readonly expected: Expectation;
  readonly field: string | undefined;
  readonly words: readonly string[];
}

/** Where the word at the cursor starts; `undefined` inside what can't be completed, such as a regular expression. */
function wordStart(before: string, options: CompletionOptions): number | undefined {
  const fault = tryParse(before, options);
  const isOpen = fault !== undefined && fault.position + fault.length === before.length;
  if (isOpen && /^["']/.test(fault.found) && fault.options.includes(fault.found.charAt(0)))
    return fault.position;
  if (isOpen && fault.found.startsWith('/') && fault.options.includes('/')) return undefined;
  const match = WORD.exec(before.slice(-256));
  return before.length - (match?.[0].length ?? 0);
}

function tryParse(text: string, options: CompletionOptions): FilterSyntaxError | undefined {
  try {
    parseFilter(text, options);
    return undefined;
  } catch (error) {
    if (error instanceof FilterSyntaxError) return error;
    throw error;
  }
}

/** What the parser would go on with at the end of a text. */
function expectedAt(text: string, options: CompletionOptions): Missing[] | undefined {
  const fault = tryParse(text, options);
  if (fault === undefined) {
    const isEmpty = text.trim() === '';
    return [
      { expected: isEmpty ? 'field' : 'connective', field: undefined, words: isEmpty ? [] : ['and', 'or'] },
    ];
  }
  if (fault.position < text.trimEnd().length || fault.length > 0) return undefined;
  const { expected, field, options: words } = fault;
  if (expected === undefined) return [{ expected: 'connective', field, words }];
  if (expected === 'connective') return [{ expected, field, words: ['and', 'or', ...words] }];
  return [{ expected, field, words }];
}

function offers(missing: Missing, word: string, options: CompletionOptions): Completion[] {
  const { expected, field, words } = missing;
  if (expected === 'field') return fieldOffers(word, options);
  if (expected === 'value' && field !== undefined) return valueOffers(field, word, words, options);
  const candidates = words.map((text) => ({ text, count: 0 }));
  return onlyPrefixed(word, candidates).map(({ text }) => ({ text, kind: expected }));
}

/** While a word is being typed only what begins with it is of use; slips are for the correction. */
function onlyPrefixed<T extends { text: string; count: number }>(word: string, candidates: T[]): T[] {
  const small = word.toLowerCase();
  return rankOptions(
    word,
    candidates.filter(({ text }) => text.toLowerCase().startsWith(small)),
  );
}

function fieldOffers(word: string, { catalog, statistics }: CompletionOptions): Completion[] {
  const all: FieldCatalog<never> = catalog ?? recordCatalog;
  const candidates = new Map<string, { text: string; count: number; description?: string }>();
  for (const { name, description } of all.fields) {
    const count = statistics?.fields.get(name)?.count ?? 0;
    candidates.set(name, { text: name, count, ...(description === undefined ? {} : { description }) });
  }
  for (const [text, { count }] of statistics?.fields ?? []) {
    if (!candidates.has(text)) candidates.set(text, { text, count });
  }
  candidates.set('not', { text: 'not', count: -1, description: 'the following does not hold' });
  return onlyPrefixed(word, [...candidates.values()]).map(({ text, count, description }) => ({
    text,
    kind: 'field',
    ...(description === undefined ? {} : { description }),
    ...(count > 0 ? { count } : {}),
  }));
}

function valueOffers(
  field: string,
  word: string,
  words: readonly string[],
  { statistics, levels = new Map() }: CompletionOptions,
): Completion[] {
  const isLevel = levelNames({ levels }).every((name) => words.includes(name)) && words.length > 0;
  const candidates: { text: string; count: number }[] = [];
  const texts = statistics?.fields.get(field)?.texts ?? new Map<string, number>();
  // Values are offered as they would be written; a word typed without its quote still finds them.
  for (const [text, count] of texts) {
    if (!isLevel || !words.includes(text)) candidates.push({ text: printQuoted(escapeLike(text)), count });
  }
  for (const text of words) candidates.push({ text, count: isLevel ? (texts.get(text) ?? 0) : 0 });
  const quoted = /^["']/.test(word) ? `'${word.slice(1)}` : word;
  const found = onlyPrefixed(quoted, candidates);
  const rest =
    found.length > 0 || word === '' || quoted !== word ? found : onlyPrefixed(`'${word}`, candidates);
  return rest.map(({ text, count }) => ({ text, kind: 'value', ...(count > 0 ? { count } : {}) }));
}

import { type Filter, parseFilter, regexpMatches } from '@tracebuf/query';
import type {
  Direction,
  PlacedRecord,
  RecordKey,
  RecordSource,
  Selection,
  TextSearch,
} from '@tracebuf/sqlite';
import { bothFilters } from '../query/selection-filter.ts';
import type { Notice } from './notice.ts';
import type { TaskRunner } from './task-runner.ts';

const ERRORS = parseFilter("level >= error or kind == 'exception'");
/** Matches that are highlighted in one line at most. */
const MOST_HITS = 100;

/** Looks for records: by a regular expression, or for errors. */
export class RecordSearch {
  readonly #source: RecordSource;
  readonly #tasks: TaskRunner;
  readonly #notice: Notice;
  #text: TextSearch | undefined;
  #direction: Direction = 'forward';
  #matching: Selection | undefined;
  #errors: Selection;
  #filter: Filter;

  /** @param filter What the records that are looked through pass. */
  constructor(source: RecordSource, tasks: TaskRunner, notice: Notice, filter: Filter) {
    this.#source = source;
    this.#tasks = tasks;
    this.#notice = notice;
    this.#filter = filter;
    this.#errors = { filter: bothFilters(filter, ERRORS) };
  }

  /** What was searched for last. */
  get pattern(): string | undefined {
    return this.#text?.source;
  }

  /** Looks through others from now on. */
  select(filter: Filter): void {
    this.#filter = filter;
    this.#errors = { filter: bothFilters(filter, ERRORS) };
    if (this.#text !== undefined) this.#matching = { filter, search: this.#text };
  }

  /**
   * Sets what to search for. Without capitals it takes both cases.
   *
   * @throws Error where the expression is not right; the message says why.
   */
  begin(pattern: string, direction: Direction): void {
    const flags = /\p{Lu}/u.test(pattern.replace(/\\./gu, '')) ? '' : 'i';
    regexpMatches(pattern, flags, '', 1);
    this.#text = { source: pattern, flags };
    this.#direction = direction;
    this.#matching = { filter: this.#filter, search: this.#text };
  }

  /**
   * Goes on searching.
   *
   * @param opposite Against the direction that the search was begun in.
   * @param go Takes where there is one.
   */
  again(from: RecordKey | undefined, opposite: boolean, go: (key: RecordKey) => void): void {
    if (this.#text === undefined || this.#matching === undefined) {
      this.#notice.complain('Nothing was searched for yet; / begins');
      return;
    }
    const isForward = (this.#direction === 'forward') !== opposite;
    this.#find(this.#matching, from, isForward ? 'forward' : 'backward', this.#text.source, go);
  }

  /** Looks for a record of level error or above, or for a call that threw. */
  error(from: RecordKey | undefined, direction: Direction, go: (key: RecordKey) => void): void {
    this.#find(
      this.#errors,
      from,
      direction,
      'an error: a record of level error or above, or a call that threw',
      go,
    );
  }

  /** Where in a line there is what was searched for. */
  hits(line: string): (readonly [start: number, end: number])[] {
    return this.#text === undefined
      ? []
      : regexpMatches(this.#text.source, this.#text.flags, line, MOST_HITS);
  }

  /** Where there is none behind, it goes on at the other end. */
  #find(
    selection: Selection,
    from: RecordKey | undefined,
    direction: Direction,
    what: string,
    go: (key: RecordKey) => void,
  ): void {
    const read = (start: RecordKey | undefined, then: (found: PlacedRecord | undefined) => void): void =>
      this.#tasks.run('searching', this.#source.read(selection, start, direction, 1), ([found]) =>
        then(found),
      );
    read(from, (found) => {
      if (found !== undefined) {
        go(found.key);
        return;
      }
      read(undefined, (first) => {
        if (first === undefined) {
          this.#notice.complain(`Not found: ${what}`);
          return;
        }
        go(first.key);
        this.#notice.say(direction === 'forward' ? 'Went on at the start' : 'Went on at the end');
      });
    });
  }
}

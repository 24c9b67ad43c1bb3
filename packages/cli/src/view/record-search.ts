import { type Filter, parseFilter, regexpMatches } from '@tracebuf/query';
import {
  compareKeys,
  type Direction,
  type PlacedRecord,
  type RecordKey,
  type RecordSource,
  type Selection,
  type TextSearch,
  type Work,
} from '@tracebuf/sqlite';
import { bothFilters, timeFilter } from '../query/selection-filter.ts';
import type { Notice } from './notice.ts';
import type { TaskRunner } from './task-runner.ts';

/** What `e` goes to is looked for in two ways: of errors a database has an index, of calls that threw it has none. */
const ERRORS = parseFilter('level >= error');
/** They all name their function: where there are no functions a database knows at once that there are none of these either. */
const THROWN = parseFilter("kind == 'exception' and func == '%'");
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
  #thrown: Selection;
  #filter: Filter;

  /** @param filter What the records that are looked through pass. */
  constructor(source: RecordSource, tasks: TaskRunner, notice: Notice, filter: Filter) {
    this.#source = source;
    this.#tasks = tasks;
    this.#notice = notice;
    this.#filter = filter;
    this.#errors = { filter: bothFilters(filter, ERRORS) };
    this.#thrown = { filter: bothFilters(filter, THROWN) };
  }

  /** What was searched for last. */
  get pattern(): string | undefined {
    return this.#text?.source;
  }

  /** Looks through others from now on. */
  select(filter: Filter): void {
    this.#filter = filter;
    this.#errors = { filter: bothFilters(filter, ERRORS) };
    this.#thrown = { filter: bothFilters(filter, THROWN) };
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
    const matching = this.#matching;
    const direction = isForward ? 'forward' : 'backward';
    const next = (start: RecordKey | undefined) => this.#source.read(matching, start, direction, 1);
    this.#find(next, from, direction, this.#text.source, go);
  }

  /** Looks for a record of level error or above, or for a call that threw. */
  error(from: RecordKey | undefined, direction: Direction, go: (key: RecordKey) => void): void {
    const what = 'an error: a record of level error or above, or a call that threw';
    this.#find((start) => this.#nextError(start, direction), from, direction, what, go);
  }

  /** Where in a line there is what was searched for. */
  hits(line: string): (readonly [start: number, end: number])[] {
    return this.#text === undefined
      ? []
      : regexpMatches(this.#text.source, this.#text.flags, line, MOST_HITS);
  }

  /** The nearer one of the next error and of the next call that threw, which is looked for up to there only. */
  *#nextError(from: RecordKey | undefined, direction: Direction): Work<PlacedRecord[]> {
    const [error] = yield* this.#source.read(this.#errors, from, direction, 1);
    const thrown = error === undefined ? this.#thrown : upTo(this.#thrown, error.key.time, direction);
    const [call] = yield* this.#source.read(thrown, from, direction, 1);
    if (error === undefined || call === undefined)
      return [error ?? call].filter((found) => found !== undefined);
    const order = compareKeys(call.key, error.key);
    return [(direction === 'forward' ? order < 0 : order > 0) ? call : error];
  }

  /**
   * Where there is none behind, it goes on at the other end.
   *
   * @param next Looks for the one behind a place.
   */
  #find(
    next: (start: RecordKey | undefined) => Work<PlacedRecord[]>,
    from: RecordKey | undefined,
    direction: Direction,
    what: string,
    go: (key: RecordKey) => void,
  ): void {
    const read = (start: RecordKey | undefined, then: (found: PlacedRecord | undefined) => void): void =>
      this.#tasks.run('searching', next(start), ([found]) => then(found));
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

/** Of a selection, what is not beyond a time. */
function upTo({ filter }: Selection, time: number, direction: Direction): Selection {
  return { filter: bothFilters(filter, timeFilter(direction === 'forward' ? '<=' : '>=', time)) };
}

import type { Filter } from '@tracebuf/query';
import { type TraceRecord, textTime, visibleText } from '@tracebuf/ring';
import {
  compareKeys,
  type Direction,
  type PlacedRecord,
  type RecordKey,
  type RecordSource,
  type Selection,
} from '@tracebuf/sqlite';
import { bothFilters } from '../query/selection-filter.ts';
import { CallNavigation } from './call-navigation.ts';
import { fieldsOf } from './fields-at-hand.ts';
import { MatchCount } from './match-count.ts';
import type { Notice } from './notice.ts';
import { recordLine, TIME_MEANINGS, type TimeMode } from './record-line.ts';
import { RecordSearch } from './record-search.ts';
import { RecordWindow } from './record-window.ts';
import { SIDE_STEP } from './scroll-text.ts';
import { cutLine, lineText, padLine, plainLine, restyle, type StyledLine } from './styled-line.ts';
import type { TaskRunner } from './task-runner.ts';
import type { Key } from './terminal/key-decoder.ts';

/** How records are shown. */
export interface ListOptions {
  readonly color: boolean;
  readonly utc: boolean;
  /** What is shown in any case, whatever filter is typed. */
  readonly base: Filter;
  /** The filter to begin with. */
  readonly filter: Filter;
}

const BAR = '7';
const HIT = '30;43';
/** Records whose fields are offered for a filter. */
const SAMPLE = 1000;

/** The list of records, and all that moves in it. */
export class RecordList {
  /** The filter that was typed. */
  filter: Filter;
  isFollowing = false;
  readonly count: MatchCount;
  readonly search: RecordSearch;
  readonly #source: RecordSource;
  readonly #options: ListOptions;
  readonly #notice: Notice;
  readonly #window: RecordWindow;
  readonly #calls: CallNavigation;
  readonly #marks = new Map<string, RecordKey>();
  readonly #keys: ReadonlyMap<Key, () => void>;
  #selection: Selection;
  /** The first of two keys. */
  #first: 'm' | "'" | undefined;
  /** Where it was before the last jump. */
  #before: RecordKey | undefined;
  #left = 0;
  #time: TimeMode = 'absolute';
  #origin = 0;

  constructor(source: RecordSource, tasks: TaskRunner, notice: Notice, options: ListOptions) {
    this.#source = source;
    this.#options = options;
    this.#notice = notice;
    this.filter = options.filter;
    this.#selection = { filter: bothFilters(options.base, options.filter) };
    this.#window = new RecordWindow(source, tasks, this.#selection);
    this.search = new RecordSearch(source, tasks, notice, this.#selection.filter);
    this.count = new MatchCount(source, this.#selection);
    this.#calls = new CallNavigation(source, tasks, notice, (key) => this.#toCall(key));
    this.#keys = this.#bindings();
  }

  /** The current record, with its place. */
  get place(): PlacedRecord | undefined {
    return this.#window.current;
  }

  /** Takes another number of lines. */
  resize(height: number): void {
    this.#window.resize(height);
  }

  /** Goes to the first record. */
  toStart(): void {
    this.#window.toStart(() => {
      if (this.#window.rows.length === 0)
        this.#notice.say('There are no records; F waits for some, h is help, q quits');
    });
  }

  /** Goes to the end, and stays there when something comes. */
  follow(): void {
    this.isFollowing = true;
    this.#window.toEnd(() => this.count.restart(this.#selection));
  }

  /** Shows what has come, while it is followed. */
  tick(): void {
    if (this.isFollowing && this.#source.refresh())
      this.#window.toEnd(() => this.count.restart(this.#selection));
  }

  /** Goes to the first record from a time on. */
  toTime(time: number): void {
    this.#jump(() => this.#window.toKey({ time, id: -1 }));
  }

  /** Moves to the next record, or the one before; `then` is for who shows it in full. */
  step(lines: 1 | -1, then: () => void): void {
    this.#window.move(lines, false, then);
  }

  /** Shows other records, as near to where it was as can be. */
  apply(filter: Filter): void {
    this.filter = filter;
    this.#selection = { filter: bothFilters(this.#options.base, filter) };
    this.search.select(this.#selection.filter);
    this.count.restart(this.#selection);
    this.#window.select(this.#selection, () => {
      if (this.#window.rows.length === 0) this.#notice.complain('No record passes the filter; r changes it');
    });
  }

  /** Begins a search. @throws Error where the expression is not right. */
  searchFor(pattern: string, direction: Direction): void {
    this.search.begin(pattern, direction);
    this.#searchAgain(false);
  }

  /** @returns Whether the key means something in the list. */
  press(key: Key): boolean {
    if (this.#first !== undefined) {
      this.#second(this.#first, key);
      return true;
    }
    const action = this.#keys.get(key);
    action?.();
    if (action !== undefined) return true;
    if (!this.#calls.press(key, this.#window.current)) return false;
    this.isFollowing = false;
    return true;
  }

  /** Fields of the records at hand, with how many have them; those inside of others too. */
  fieldsAtHand(): ReadonlyMap<string, number> {
    return fieldsOf(this.#window.rows.slice(-SAMPLE).map(({ record }) => record));
  }

  /** What is seen. */
  body(width: number, height: number): StyledLine[] {
    const { rows, top } = this.#window;
    const marks = new Map([...this.#marks].map(([letter, key]) => [placeText(key), letter]));
    return rows
      .slice(top, top + height)
      .map(({ key, record }, index) =>
        this.#line(record, top + index, marks.get(placeText(key)), Math.max(1, width - 1)),
      );
  }

  /** How many records there are, and where this one is. */
  get status(): string {
    const { rows, cursor, atStart, atEnd, current } = this.#window;
    const parts = [this.count.text];
    const span = this.#source.span();
    if (current !== undefined && span !== undefined) {
      parts.push(textTime(current.record.time, this.#options.utc));
      if (atEnd && cursor === rows.length - 1) parts.push('end');
      else if (atStart && cursor === 0) parts.push('start');
      else if (span.last > span.first) {
        parts.push(`${Math.floor(((current.record.time - span.first) / (span.last - span.first)) * 100)} %`);
      }
    }
    if (this.#options.base.root !== undefined) parts.push('narrowed by options');
    if (this.isFollowing) parts.push('following; any move ends it');
    return parts.join('   ');
  }

  #bindings(): Map<Key, () => void> {
    const line = (lines: number) => () => this.#move(lines, false);
    const page = (sign: 1 | -1) => () => this.#move(sign * Math.max(1, this.#window.height - 1), true);
    const start = (): void => this.#jump(() => this.#window.toStart());
    const end = (): void => this.#jump(() => this.#window.toEnd(() => this.count.restart(this.#selection)));
    const go = (key: RecordKey): void => this.#jump(() => this.#toKey(key));
    const error = (direction: Direction) => () => this.search.error(this.#window.current?.key, direction, go);
    // What only looks does not end the following.
    const looking: [Key, () => void][] = [
      ['<right>', () => this.#side(SIDE_STEP)],
      ['<left>', () => this.#side(-SIDE_STEP)],
      ['t', () => this.#changeTime()],
      ['F', () => this.follow()],
    ];
    const moving: [Key, () => void][] = [
      ...['<down>', 'j', '<ctrl-n>'].map((key): [Key, () => void] => [key, line(1)]),
      ...['<up>', 'k', '<ctrl-p>'].map((key): [Key, () => void] => [key, line(-1)]),
      ...['<pagedown>', 'f', ' ', '<ctrl-f>'].map((key): [Key, () => void] => [key, page(1)]),
      ...['<pageup>', 'b', '<ctrl-b>'].map((key): [Key, () => void] => [key, page(-1)]),
      ...['g', '<home>'].map((key): [Key, () => void] => [key, start]),
      ...['G', '<end>'].map((key): [Key, () => void] => [key, end]),
      ['n', () => this.#searchAgain(false)],
      ['N', () => this.#searchAgain(true)],
      ['e', error('forward')],
      ['E', error('backward')],
      ['m', () => this.#begin('m', 'Mark with a letter')],
      ["'", () => this.#begin("'", "Go to a mark: its letter, or ' again")],
      ['<escape>', () => undefined],
    ];
    return new Map([
      ...looking,
      ...moving.map(([key, action]): [Key, () => void] => [
        key,
        () => {
          this.isFollowing = false;
          action();
        },
      ]),
    ]);
  }

  #move(lines: number, scroll: boolean): void {
    this.#window.move(lines, scroll, (moved) => {
      if (moved || this.#window.rows.length === 0) return;
      this.#notice.say(lines > 0 ? 'This is the last record' : 'This is the first record');
    });
  }

  #jump(go: () => void): void {
    this.#before = this.#window.current?.key;
    go();
  }

  #toKey(key: RecordKey): void {
    if (!this.#window.toKnown(key)) this.#window.toKey(key);
  }

  #toCall(key: RecordKey): void {
    this.#jump(() => {
      if (this.#window.toKnown(key)) return;
      this.#window.toKey(key, () => {
        const at = this.#window.current?.key;
        if (at === undefined || compareKeys(at, key) !== 0)
          this.#notice.say('The filter lets it not pass; this is where it would be');
      });
    });
  }

  #searchAgain(opposite: boolean): void {
    this.search.again(this.#window.current?.key, opposite, (key) => this.#jump(() => this.#toKey(key)));
  }

  #side(columns: number): void {
    this.#left = Math.max(0, this.#left + columns);
  }

  #changeTime(): void {
    const modes = Object.keys(TIME_MEANINGS) as TimeMode[];
    this.#time = modes[(modes.indexOf(this.#time) + 1) % modes.length] ?? 'absolute';
    this.#origin = this.place?.record.time ?? 0;
    this.#notice.say(TIME_MEANINGS[this.#time]);
  }

  #begin(first: 'm' | "'", text: string): void {
    this.#first = first;
    this.#notice.say(text);
  }

  #second(first: 'm' | "'", key: Key): void {
    this.#first = undefined;
    if (key.length > 1 && key.startsWith('<')) return;
    const here = this.#window.current?.key;
    if (first === 'm') {
      if (here === undefined || key === "'") return;
      this.#marks.set(key, here);
      this.#notice.say(`Marked ${key}`);
      return;
    }
    const there = key === "'" ? this.#before : this.#marks.get(key);
    if (there !== undefined) this.#jump(() => this.#toKey(there));
    else this.#notice.complain(key === "'" ? 'There was no jump yet' : `There is no mark ${key}`);
  }

  #line(record: TraceRecord, index: number, mark: string | undefined, width: number): StyledLine {
    const { rows, cursor } = this.#window;
    const { color, utc } = this.#options;
    const isCurrent = index === cursor;
    const layout = { color, utc, process: true, buffer: true, time: this.#time, origin: this.#origin };
    const line = recordLine(record, layout, rows[index - 1]?.record.time);
    const text = lineText(line);
    // The bar has one colour, and what was found in it stands out all the same.
    const hit = color ? HIT : isCurrent ? '1;4' : BAR;
    const whole = restyle(isCurrent ? plainLine(text, BAR) : line, this.search.hits(text), hit);
    const shown = cutLine(whole, this.#left, width);
    const gutter = plainLine(visibleText(mark ?? (isCurrent ? '>' : ' ')), isCurrent ? BAR : '');
    return [...gutter, ...(isCurrent ? padLine(shown, width, BAR) : shown)];
  }
}

function placeText({ time, id }: RecordKey): string {
  return `${time} ${id}`;
}

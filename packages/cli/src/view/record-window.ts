import {
  compareKeys,
  type PlacedRecord,
  type RecordKey,
  type RecordSource,
  type Selection,
} from '@tracebuf/sqlite';
import type { TaskRunner } from './task-runner.ts';

/** Records that are fetched at once, at least. */
const PAGE = 200;
/** How much older than the newest a record may be that comes after it: buffers are read one after another; microseconds. */
const LATE = 5_000_000;
/** Records that are kept; those farther away are fetched again. */
const MOST = 4000;

/**
 * The part of all selected records that the list is at: some pages around the current record, and never more, however many there
 * are in all.
 */
export class RecordWindow {
  /** Records that are at hand, oldest first. */
  rows: readonly PlacedRecord[] = [];
  /** Index of the current record; 0 where there is none. */
  cursor = 0;
  /** Index of the record in the first line. */
  top = 0;
  /** Lines there are for records. */
  height = 1;
  /** Whether nothing comes before the first, or behind the last row: as far as was seen. */
  atStart = false;
  atEnd = false;
  readonly #source: RecordSource;
  readonly #tasks: TaskRunner;
  #selection: Selection;
  /** Time of the last record that there was when the end was looked at. */
  #seen: number | undefined;

  constructor(source: RecordSource, tasks: TaskRunner, selection: Selection) {
    this.#source = source;
    this.#tasks = tasks;
    this.#selection = selection;
  }

  /** The current record. */
  get current(): PlacedRecord | undefined {
    return this.rows[this.cursor];
  }

  /** Selects other records, and stays as near as it can. */
  select(selection: Selection, then: () => void = () => undefined): void {
    const key = this.current?.key;
    this.#selection = selection;
    this.#seen = undefined;
    if (key === undefined) this.toStart(then);
    else this.toKey(key, then);
  }

  /** Goes to the first record. */
  toStart(then: () => void = () => undefined): void {
    this.#read('reading', undefined, 'forward', (found) => {
      this.#set(found, true, found.length < this.#page, 0);
      then();
    });
  }

  /** Goes to the last record, which is looked for anew. */
  toEnd(then: () => void = () => undefined): void {
    this.#source.refresh();
    this.#seen = this.#source.span()?.last;
    this.#read('reading', undefined, 'backward', (found) => {
      this.#set(found.toReversed(), found.length < this.#page, true, found.length - 1);
      this.top = Math.max(0, this.rows.length - this.height);
      then();
    });
  }

  /**
   * Goes to the last record when there are new ones: only they are looked for, as all others may be many, with few among them
   * that are selected. What is written down late is taken along.
   */
  toNewest(then: () => void): void {
    if (this.#seen === undefined || !this.atEnd) {
      this.toEnd(then);
      return;
    }
    const from = { time: this.#seen - LATE, id: -1 };
    this.#seen = this.#source.span()?.last ?? this.#seen;
    this.#read('reading', from, 'forward', (found) => {
      if (found.length >= this.#page) {
        this.toEnd(then);
        return;
      }
      const before = this.rows.filter(({ key }) => compareKeys(key, from) <= 0);
      const rows = [...before, ...found].slice(-MOST);
      if (rows.length < before.length + found.length) this.atStart = false;
      this.#set(rows, this.atStart, true, rows.length - 1);
      this.top = Math.max(0, this.rows.length - this.height);
      then();
    });
  }

  /** Goes to a record, or to the first one behind its place, or to the last. */
  toKey(key: RecordKey, then: () => void = () => undefined): void {
    this.#read('reading', key, 'backward', (before) => {
      this.#read('reading', { time: key.time, id: key.id - 1 }, 'forward', (behind) => {
        const rows = [...before.toReversed(), ...behind];
        const cursor = behind.length > 0 ? before.length : rows.length - 1;
        const line = this.cursor - this.top;
        this.#set(rows, before.length < this.#page, behind.length < this.#page, cursor);
        // Where it was on the screen, so that the eye finds it.
        this.top = Math.max(0, this.cursor - Math.min(Math.max(0, line), this.height - 1));
        this.#keepVisible();
        then();
      });
    });
  }

  /** Whether a place is among the rows at hand; if so, it becomes the current one. */
  toKnown(key: RecordKey): boolean {
    const index = this.rows.findIndex((row) => compareKeys(row.key, key) === 0);
    if (index < 0) return false;
    this.cursor = index;
    this.#keepVisible();
    return true;
  }

  /**
   * Moves by lines.
   *
   * @param scroll Whether what is seen moves along, as with a page key.
   */
  move(lines: number, scroll: boolean, then: (moved: boolean) => void = () => undefined): void {
    const target = this.cursor + lines;
    const ahead = lines > 0 ? target + this.height >= this.rows.length : target - this.height < 0;
    if (ahead && !(lines > 0 ? this.#isOver() : this.atStart)) {
      this.#extend(lines > 0, () => this.#step(lines, scroll, then));
      return;
    }
    this.#step(lines, scroll, then);
  }

  /** Takes other lines for records. */
  resize(height: number): void {
    this.height = Math.max(1, height);
    this.#keepVisible();
  }

  get #page(): number {
    return Math.max(PAGE, this.height * 3);
  }

  /** Nothing behind the last row, also not what has come since. */
  #isOver(): boolean {
    if (this.atEnd && this.#source.refresh()) this.atEnd = false;
    return this.atEnd;
  }

  #step(lines: number, scroll: boolean, then: (moved: boolean) => void): void {
    const before = this.cursor;
    this.cursor = Math.min(this.rows.length - 1, Math.max(0, this.cursor + lines));
    if (this.cursor < 0) this.cursor = 0;
    if (scroll)
      this.top = Math.min(Math.max(0, this.top + lines), Math.max(0, this.rows.length - this.height));
    this.#keepVisible();
    then(this.cursor !== before);
  }

  #extend(forward: boolean, then: () => void): void {
    const edge = forward ? this.rows.at(-1)?.key : this.rows[0]?.key;
    this.#read('reading', edge, forward ? 'forward' : 'backward', (found) => {
      if (forward) {
        this.atEnd = found.length < this.#page;
        const rows = [...this.rows, ...found];
        const extra = Math.max(0, rows.length - MOST);
        this.rows = rows.slice(extra);
        this.cursor -= extra;
        this.top -= extra;
        if (extra > 0) this.atStart = false;
      } else {
        this.atStart = found.length < this.#page;
        const rows = [...found.toReversed(), ...this.rows];
        this.rows = rows.slice(0, MOST);
        this.cursor += found.length;
        this.top += found.length;
        if (rows.length > MOST) this.atEnd = false;
      }
      then();
    });
  }

  #read(
    label: string,
    from: RecordKey | undefined,
    direction: 'forward' | 'backward',
    done: (found: PlacedRecord[]) => void,
  ): void {
    this.#tasks.run(label, this.#source.read(this.#selection, from, direction, this.#page), done);
  }

  #set(rows: readonly PlacedRecord[], atStart: boolean, atEnd: boolean, cursor: number): void {
    const line = Math.max(0, this.cursor - this.top);
    this.rows = rows;
    this.atStart = atStart;
    this.atEnd = atEnd;
    this.cursor = Math.max(0, Math.min(cursor, rows.length - 1));
    this.top = Math.max(0, this.cursor - line);
    this.#keepVisible();
  }

  #keepVisible(): void {
    if (this.cursor < this.top) this.top = this.cursor;
    if (this.cursor >= this.top + this.height) this.top = this.cursor - this.height + 1;
    this.top = Math.max(0, Math.min(this.top, Math.max(0, this.rows.length - this.height)));
  }
}

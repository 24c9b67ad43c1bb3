import type { DatabaseSync } from 'node:sqlite';
import type { EntryCondition } from './entry-condition.ts';
import type { Direction, RecordKey } from './record-source.ts';
import { bounds, partOf } from './scan-range.ts';

/** Entries of the first step; later ones are as long as {@link STEP_MS} allows. */
const FIRST_STEP = 4096;
const LONGEST_STEP = 262_144;
const STEP_MS = 25;

/** A stretch of entries: those behind `first`, up to and including `last`. */
export interface EntryWindow {
  readonly first: RecordKey;
  readonly last: RecordKey;
  /** How far it ends in the whole, 0 to 1. */
  readonly part: number;
}

/** What is gone through, in the order of time. */
export interface WindowedEntries {
  readonly condition: EntryCondition;
  /** The table whose rows lead to entries, with the index that orders them. */
  readonly table: string;
  /** What an index of some of its rows needs to be told; empty for one of all. */
  readonly only: string;
}

/** Divides entries into stretches, each short enough for one step of some hundredths of a second. */
export class EntryWindows {
  readonly #database: DatabaseSync;
  #step = FIRST_STEP;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * The stretches from a place on. Each is to be dealt with before the next is asked for: how long that took is the measure.
   *
   * @param whole Times of the first and the last entry.
   */
  *from(
    { condition, table, only }: WindowedEntries,
    start: RecordKey,
    direction: Direction,
    whole: { readonly first: number; readonly last: number } | undefined,
  ): Generator<EntryWindow, void> {
    const [order, back, behind] = direction === 'forward' ? ['ASC', 'DESC', '>'] : ['DESC', 'ASC', '<'];
    const within = direction === 'forward' ? 'time <= ?' : 'time >= ?';
    // The time's bound is in the scan itself: it ends there.
    const { low, high } = bounds(condition);
    const edge = direction === 'forward' ? high : low;
    const limited = only === '' ? '' : `${only} AND `;
    const next = this.#database.prepare(
      `SELECT time, id FROM
         (SELECT time, id FROM ${table} WHERE ${limited}(time, id) ${behind} (?, ?) AND ${within}
          ORDER BY time ${order}, id ${order} LIMIT ?)
       ORDER BY time ${back}, id ${back} LIMIT 1`,
    );
    let first = start;
    for (;;) {
      const last = next.get(first.time, first.id, edge, this.#step) as RecordKey | undefined;
      if (last === undefined) return;
      const started = performance.now();
      yield { first, last, part: partOf(last.time, whole, direction) };
      this.#adapt(performance.now() - started);
      first = last;
    }
  }

  #adapt(took: number): void {
    if (took > STEP_MS) this.#step = Math.max(FIRST_STEP, this.#step >> 1);
    else if (took < STEP_MS / 2) this.#step = Math.min(LONGEST_STEP, this.#step << 1);
  }
}

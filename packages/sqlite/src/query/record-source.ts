import type { DataStatistics, Filter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import type { FunctionStatistics } from '../calls/function-statistics.ts';
import type { StoredRing } from './stored-books.ts';

/** The place of a record among those of its source: by time, and where times are equal by number. */
export interface RecordKey {
  /** Microseconds since 1970. */
  readonly time: number;
  /** Number of the record in its source. */
  readonly id: number;
}

/** A record with its place. */
export interface PlacedRecord {
  readonly key: RecordKey;
  readonly record: TraceRecord;
  /** In a database: which of its rings it is of, as `StoredRing.id`. */
  readonly ring?: StoredRing['id'];
}

/** A regular expression that is looked for in what a reader sees of a record. */
export interface TextSearch {
  /** RE2, as between the slashes of a filter. */
  readonly source: string;
  /** Any of `i`, `m`, `s`. */
  readonly flags: string;
}

/** Which records are wanted. Sources compile it once: keep the object for as long as the same is meant. */
export interface Selection {
  readonly filter: Filter;
  readonly search?: TextSearch;
  /** Words that the message has, in databases whose messages are indexed: what `fullTextQuery` gives. */
  readonly words?: string;
}

/** How far some work has come. */
export interface Progress {
  /** Share of what there is to look at, 0 to 1. */
  readonly part: number;
  /** What has been found until now. */
  readonly found: number;
}

/**
 * Work in steps of some hundredths of a second, so that whoever asked for it stays responsive: between two steps it may be
 * given up (`return()`), or be let go on (`next()`).
 */
export type Work<T> = Generator<Progress, T, void>;

/** `forward` is towards the newest. */
export type Direction = 'forward' | 'backward';

/** Value of a field, with how many records have it; `undefined` stands for those that have none. */
export type GroupCounts = ReadonlyMap<unknown, number>;

/** Where records come from: a database, or the trace buffers of processes. */
export interface RecordSource {
  /** What a person calls it. */
  readonly title: string;

  /**
   * Reads on from a place.
   *
   * @param from The records behind it are read, in the direction; `undefined` means the very start, or the very end.
   * @param limit How many at most.
   * @returns Records in the direction: backward, newest first. Fewer than the limit where there are no more.
   */
  read(
    selection: Selection,
    from: RecordKey | undefined,
    direction: Direction,
    limit: number,
  ): Work<PlacedRecord[]>;

  /** All records, oldest first, as they are taken. */
  records(selection: Selection): Iterable<TraceRecord>;

  /** Counts records. */
  count(selection: Selection): Work<number>;

  /**
   * Counts records by the values of a field.
   *
   * @param field Name as in filters.
   * @throws FilterSyntaxError where there is no such field.
   */
  groups(selection: Selection, field: string): GroupCounts;

  /**
   * Tells what occurs in fields, as completion and correction of a filter need it.
   *
   * @param names The fields, as filters spell them.
   * @param filter What is to be judged: of what it asks for is found out whether it occurs, even where there is too much to
   *   list all.
   */
  statistics(names: Iterable<string>, filter?: Filter): Work<DataStatistics>;

  /**
   * Reads records of calls by the numbers of the calls, which count within a thread and buffer: begins and ends.
   *
   * @param near A record of this source, of the thread and buffer that is meant.
   * @param first Least number.
   * @param last Greatest number, or Infinity.
   * @param limit How many records at most.
   * @returns By number, begins before ends.
   */
  calls(near: PlacedRecord, first: number, last: number, limit: number): Work<PlacedRecord[]>;

  /** Tells for each function what its calls came to, of those whose end is selected. */
  functions(selection: Selection): Work<FunctionStatistics[]>;

  /** Times of the first and the last record; `undefined` where there is none. */
  span(): { readonly first: number; readonly last: number } | undefined;

  /**
   * Looks for what has come since the last call.
   *
   * @returns Whether there may be anything new.
   */
  refresh(): boolean;

  /** Closes what is open. */
  close(): void;
}

/** Does all of some work at once. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Orders records by their places. */
export function compareKeys(left: RecordKey, right: RecordKey): number {
  return left.time - right.time || left.id - right.id;
}

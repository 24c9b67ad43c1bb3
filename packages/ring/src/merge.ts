import type { TraceRecord } from './record.ts';

/** What has a time, in microseconds since 1970. */
export interface Timed {
  readonly time: number;
}

/** Records in the order of their ring. */
export interface RecordSequence<T extends Timed = TraceRecord> extends Iterable<T> {
  /**
   * What the time of the record taken last is beyond its whole microsecond, -0.5 to 0.5; records of one thread are
   * often less than a microsecond apart. Default 0.
   */
  readonly fraction?: number;
}

/**
 * Merges sequences of records by time into one, oldest first.
 *
 * Each sequence keeps its own order: a record whose time lies before that of its predecessor in the same ring (an
 * adapter passed a time in, the clock stepped) stands where it stood. Records of the very same time keep the order
 * of the sequences, so the result is the same every time.
 */
export function mergeByTime<T extends Timed = TraceRecord>(
  sequences: readonly RecordSequence<T>[],
): IterableIterator<T, undefined> {
  return new MergedByTime(sequences);
}

/** No generator: every record of every reader comes this way, and a call costs less than resuming one. */
class MergedByTime<T extends Timed> implements IterableIterator<T, undefined> {
  /** Those that have a record, the one with the oldest first. */
  readonly #heap: Cursor<T>[] = [];
  /** Until the first record is taken. */
  #sequences: readonly RecordSequence<T>[] | undefined;
  /** The records of the last sequence that has any: there is nothing to compare them with. */
  #last: Iterator<T, unknown> | undefined;

  constructor(sequences: readonly RecordSequence<T>[]) {
    this.#sequences = sequences;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<T, undefined> {
    if (this.#last !== undefined) return this.#last.next() as IteratorResult<T, undefined>;
    const heap = this.#heap;
    if (this.#sequences !== undefined) this.#start(this.#sequences);
    else if (heap[0] !== undefined) this.#advance(heap[0]);
    const first = heap[0];
    if (first === undefined) return { done: true, value: undefined };
    if (heap.length === 1) this.#last = first.records;
    return { done: false, value: first.record as T };
  }

  /** Ends all sequences. */
  return(): IteratorResult<T, undefined> {
    for (const { records } of this.#heap.splice(0)) records.return?.();
    this.#sequences = undefined;
    this.#last = undefined;
    return { done: true, value: undefined };
  }

  #start(sequences: readonly RecordSequence<T>[]): void {
    this.#sequences = undefined;
    sequences.forEach((sequence, order) => {
      const cursor: Cursor<T> = {
        sequence,
        records: sequence[Symbol.iterator](),
        order,
        time: Number.NEGATIVE_INFINITY,
        fraction: 0,
        record: undefined,
      };
      if (advance(cursor)) push(this.#heap, cursor);
    });
  }

  #advance(first: Cursor<T>): void {
    if (advance(first)) sink(this.#heap, 0);
    else removeFirst(this.#heap);
  }
}

interface Cursor<T extends Timed> {
  readonly sequence: RecordSequence<T>;
  readonly records: Iterator<T, unknown>;
  readonly order: number;
  /** Time of the current record, never before that of an earlier one of the sequence. */
  time: number;
  fraction: number;
  record: T | undefined;
}

function advance<T extends Timed>(cursor: Cursor<T>): boolean {
  const next = cursor.records.next();
  if (next.done === true) return false;
  const { value } = next;
  cursor.record = value;
  const { fraction = 0 } = cursor.sequence;
  if (value.time > cursor.time) {
    cursor.time = value.time;
    cursor.fraction = fraction;
  } else if (value.time === cursor.time && fraction > cursor.fraction) {
    cursor.fraction = fraction;
  }
  return true;
}

function before(a: Cursor<Timed>, b: Cursor<Timed>): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.fraction !== b.fraction) return a.fraction < b.fraction;
  return a.order < b.order;
}

function push<T extends Timed>(heap: Cursor<T>[], cursor: Cursor<T>): void {
  let at = heap.length;
  heap.push(cursor);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(cursor, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = cursor;
}

function sink<T extends Timed>(heap: Cursor<T>[], from: number): void {
  const cursor = heap[from];
  if (cursor === undefined) return;
  let at = from;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const useRight = right !== undefined && before(right, left);
    const child = useRight ? right : left;
    if (!before(child, cursor)) break;
    heap[at] = child;
    at = 2 * at + (useRight ? 2 : 1);
  }
  heap[at] = cursor;
}

function removeFirst<T extends Timed>(heap: Cursor<T>[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  sink(heap, 0);
}

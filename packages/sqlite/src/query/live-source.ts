import { compilePredicate, type DataStatistics, type Filter, gatherStatistics } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import type { FunctionStatistics } from '../calls/function-statistics.ts';
import { countValues, fieldReader } from './entry-groups.ts';
import { liveCalls, liveFunctions } from './live-calls.ts';
import {
  compareKeys,
  type Direction,
  type GroupCounts,
  type PlacedRecord,
  type RecordKey,
  type RecordSource,
  type Selection,
  type Work,
} from './record-source.ts';
import { compileSearch } from './shown-text.ts';

/** What gives the records of trace buffers: each once, those that have come since the last call. */
export interface RecordsAsTheyCome {
  records(): Iterable<TraceRecord>;
  close(): void;
}

/** How a {@link LiveSource} works. */
export interface LiveOptions {
  /** Most records that are held, the newest; default 500,000. */
  readonly maxRecords?: number;
}

const MAX_RECORDS = 500_000;
/** Records of one step. */
const STEP = 10_000;

/** The records of trace buffers, as they were when they were read last; {@link refresh} reads on. */
export class LiveSource implements RecordSource {
  readonly title: string;
  /** Records that were let go of, as there were too many. */
  dropped = 0;
  readonly #buffers: RecordsAsTheyCome;
  readonly #most: number;
  readonly #tests = new WeakMap<Selection, (record: TraceRecord) => boolean>();
  /** In the order of their places. */
  #rows: PlacedRecord[] = [];
  #lastId = 0;

  /** @param buffers Such as a `TraceReader`; closed with this. */
  constructor(title: string, buffers: RecordsAsTheyCome, { maxRecords = MAX_RECORDS }: LiveOptions = {}) {
    this.title = title;
    this.#buffers = buffers;
    this.#most = maxRecords;
    this.refresh();
  }

  *read(
    selection: Selection,
    from: RecordKey | undefined,
    direction: Direction,
    limit: number,
  ): Work<PlacedRecord[]> {
    const rows = this.#rows;
    const passes = this.#test(selection);
    const found: PlacedRecord[] = [];
    const step = direction === 'forward' ? 1 : -1;
    let at = this.#behind(from, direction);
    for (let looked = 1; at >= 0 && at < rows.length && found.length < limit; at += step, looked++) {
      const row = rows[at];
      if (row !== undefined && passes(row.record)) found.push(row);
      if (looked % STEP === 0) yield { part: looked / rows.length, found: found.length };
    }
    return found;
  }

  *records(selection: Selection): Generator<TraceRecord, void> {
    const passes = this.#test(selection);
    for (const { record } of this.#rows) if (passes(record)) yield record;
  }

  *count(selection: Selection): Work<number> {
    const rows = this.#rows;
    const passes = this.#test(selection);
    let found = 0;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at];
      if (row !== undefined && passes(row.record)) found++;
      if (at % STEP === STEP - 1) yield { part: at / rows.length, found };
    }
    return found;
  }

  groups(selection: Selection, field: string): GroupCounts {
    return countValues(this.records(selection), fieldReader(field));
  }

  *statistics(names: Iterable<string>, _filter?: Filter): Work<DataStatistics> {
    const rows = this.#rows;
    yield { part: 0, found: 0 };
    return gatherStatistics(
      rows.map(({ record }) => record),
      names,
    );
  }

  calls(near: PlacedRecord, first: number, last: number, limit: number): Work<PlacedRecord[]> {
    return liveCalls(this.#rows, near, first, last, limit);
  }

  functions(selection: Selection): Work<FunctionStatistics[]> {
    return liveFunctions(this.#rows, this.#test(selection));
  }

  span(): { readonly first: number; readonly last: number } | undefined {
    const [first, last] = [this.#rows[0], this.#rows.at(-1)];
    return first === undefined || last === undefined
      ? undefined
      : { first: first.record.time, last: last.record.time };
  }

  refresh(): boolean {
    const come: PlacedRecord[] = [];
    let isInOrder = true;
    let latest = this.#rows.at(-1)?.key.time ?? Number.NEGATIVE_INFINITY;
    for (const record of this.#buffers.records()) {
      this.#lastId++;
      come.push({ key: { time: record.time, id: this.#lastId }, record });
      if (record.time < latest) isInOrder = false;
      latest = record.time;
    }
    if (come.length === 0) return false;
    // A work that is under way goes on with the array that it has.
    const rows = this.#rows.concat(come);
    if (!isInOrder) rows.sort((left, right) => compareKeys(left.key, right.key));
    const extra = rows.length - this.#most;
    this.dropped += Math.max(0, extra);
    this.#rows = extra > 0 ? rows.slice(extra) : rows;
    return true;
  }

  close(): void {
    this.#buffers.close();
  }

  #test(selection: Selection): (record: TraceRecord) => boolean {
    const known = this.#tests.get(selection);
    if (known !== undefined) return known;
    const passes = compilePredicate(selection.filter);
    const matches = selection.search === undefined ? undefined : compileSearch(selection.search);
    const test = matches === undefined ? passes : (record: TraceRecord) => passes(record) && matches(record);
    this.#tests.set(selection, test);
    return test;
  }

  /** Index of the record behind a place, in a direction. */
  #behind(from: RecordKey | undefined, direction: Direction): number {
    const rows = this.#rows;
    if (from === undefined) return direction === 'forward' ? 0 : rows.length - 1;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const key = rows[middle]?.key ?? from;
      const order = compareKeys(key, from);
      if (order < 0 || (order === 0 && direction === 'forward')) low = middle + 1;
      else high = middle;
    }
    return direction === 'forward' ? low : low - 1;
  }
}

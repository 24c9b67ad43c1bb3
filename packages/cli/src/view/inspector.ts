import type { TraceRecord } from '@tracebuf/ring';
import { callRecord, compareKeys, type PlacedRecord, type RecordSource, type Work } from '@tracebuf/sqlite';
import { bothFilters } from '../query/selection-filter.ts';
import { readSurroundings } from './call-detail.ts';
import { FunctionsView, functionFilter } from './functions-view.ts';
import type { Notice } from './notice.ts';
import { functionsOverlay, type Overlay, recordOverlay, type ShownRecord, traceOverlay } from './overlays.ts';
import type { ListOptions, RecordList } from './record-list.ts';
import type { TaskRunner } from './task-runner.ts';
import { readCalls, readTrace } from './trace-records.ts';
import { TraceView } from './trace-view.ts';

/** What an {@link Inspector} works with. */
export interface InspectorParts {
  readonly source: RecordSource;
  readonly tasks: TaskRunner;
  readonly notice: Notice;
  readonly list: RecordList;
  readonly options: ListOptions;
  /** Shows something above the list. */
  readonly open: (overlay: Overlay) => void;
  /** Takes a filter that was chosen. */
  readonly filter: (text: string) => void;
}

/** What can be looked at more closely from the list: a record, the tree that it is in, the functions of all. */
export class Inspector {
  readonly #parts: InspectorParts;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
  }

  /** The current record in full. */
  record(): void {
    const { list, options, open } = this.#parts;
    if (list.place === undefined) return;
    list.isFollowing = false;
    let shown: ShownRecord | undefined;
    const show = (then: () => void): void => {
      const { place } = list;
      if (place === undefined || place.record === shown?.record) {
        then();
        return;
      }
      shown = { record: place.record };
      this.#surround(place, (surrounded) => {
        shown = surrounded;
        then();
      });
    };
    const step = (lines: 1 | -1): void => list.step(lines, () => show(() => undefined));
    show(() => open(recordOverlay(() => shown, options, step)));
  }

  /** The tree of spans and calls that the current record is in. */
  tree(): void {
    const { source, tasks, notice, list, options, open } = this.#parts;
    const { place } = list;
    if (place === undefined) return;
    const { traceId } = place.record;
    const call = callRecord(place.record);
    if (traceId === undefined && call === undefined) {
      notice.complain('This record belongs to no trace and is no call');
      return;
    }
    list.isFollowing = false;
    tasks.run('reading the trace', readTree(source, place), (rows) => {
      const records = rows.map(({ record }) => record);
      const view = new TraceView(records, place.record, options.color);
      const title = traceId === undefined ? `calls around ${call?.func ?? ''}` : `trace ${traceId}`;
      if (view.isEmpty) notice.complain('The records of this trace name no span');
      else open(traceOverlay(title, view, (record) => this.#inTree(record, rows)));
    });
  }

  /** What the calls of all functions came to. */
  functions(): void {
    const { source, tasks, notice, list, options, open, filter } = this.#parts;
    const selection = { filter: bothFilters(options.base, list.filter) };
    list.isFollowing = false;
    tasks.run('summing up calls', source.functions(selection), (functions) => {
      if (functions.length === 0) {
        notice.complain('No call that has ended is among these records');
        return;
      }
      const view = new FunctionsView(functions);
      open(functionsOverlay(view, (chosen) => filter(functionFilter(chosen, list.filter.text))));
    });
  }

  #inTree(record: TraceRecord, rows: readonly PlacedRecord[]): void {
    const { options, open } = this.#parts;
    const place = rows.find((row) => row.record === record);
    if (place === undefined) return;
    this.#surround(place, (shown) => open(recordOverlay(() => shown, options)));
  }

  /** Adds what belongs to a call. */
  #surround(place: PlacedRecord, then: (shown: ShownRecord) => void): void {
    const { source, tasks } = this.#parts;
    const { record } = place;
    if (callRecord(record) === undefined) then({ record });
    else
      tasks.run('looking for the call', readSurroundings(source, place), (surroundings) =>
        then({ record, surroundings }),
      );
  }
}

/** Calls and spans may be in one tree: those of the trace, and those around the call. */
function* readTree(source: RecordSource, place: PlacedRecord): Work<PlacedRecord[]> {
  const { traceId } = place.record;
  const rows = traceId === undefined ? [] : yield* readTrace(source, traceId);
  const known = new Set(rows.map(({ key }) => key.id));
  const calls = yield* readCalls(source, place);
  const all = [...rows, ...calls.filter(({ key }) => !known.has(key.id))];
  return all.sort((left, right) => compareKeys(left.key, right.key));
}

import { type Filter, parseFilter } from '@tracebuf/query';
import { isoTime, type TraceRecord } from '@tracebuf/ring';
import {
  type CallRecord,
  callRecord,
  type Direction,
  type PlacedRecord,
  type RecordKey,
  type RecordSource,
  type Work,
} from '@tracebuf/sqlite';
import type { Notice } from './notice.ts';
import type { TaskRunner } from './task-runner.ts';
import type { Key } from './terminal/key-decoder.ts';

/** Ways from one call to others. */
type Way = 'begin' | 'end' | 'caller' | 'next' | 'previous';

const KEYS: ReadonlyMap<Key, Way> = new Map([
  ['(', 'begin'],
  [')', 'end'],
  ['u', 'caller'],
  ['<tab>', 'next'],
  ['<backtab>', 'previous'],
]);
const MISSING: Readonly<Record<Way, string>> = {
  begin: 'The begin of this call is not there any more',
  end: 'This call has not ended',
  caller: 'No recorded call is around this one',
  next: 'This is the last call in the one around it',
  previous: 'This is the first call in the one around it',
};

/** Goes from calls to their begin, end, caller and siblings. */
export class CallNavigation {
  readonly #source: RecordSource;
  readonly #tasks: TaskRunner;
  readonly #notice: Notice;
  readonly #go: (key: RecordKey) => void;

  /** @param go Takes where it goes. */
  constructor(source: RecordSource, tasks: TaskRunner, notice: Notice, go: (key: RecordKey) => void) {
    this.#source = source;
    this.#tasks = tasks;
    this.#notice = notice;
    this.#go = go;
  }

  /**
   * @param current The record where it is.
   * @returns Whether the key is one of these.
   */
  press(key: Key, current: PlacedRecord | undefined): boolean {
    const way = KEYS.get(key);
    if (way === undefined) return false;
    const call = current === undefined ? undefined : callRecord(current.record);
    if (current === undefined || call === undefined) {
      this.#notice.complain('This record is no call');
      return true;
    }
    this.#tasks.run('looking for the call', this.#find(way, current, call), (found) => {
      if (found === undefined) this.#notice.complain(MISSING[way]);
      else this.#go(found.key);
    });
    return true;
  }

  #find(way: Way, current: PlacedRecord, call: CallRecord): Work<PlacedRecord | undefined> {
    switch (way) {
      case 'begin':
      case 'end':
        return this.#half(current, call.call, way === 'end');
      case 'caller':
        return this.#caller(current, call);
      case 'next':
        return this.#sibling(current, call, 'forward');
      case 'previous':
        return this.#sibling(current, call, 'backward');
    }
  }

  *#half(near: PlacedRecord, number: number, isEnd: boolean): Work<PlacedRecord | undefined> {
    const found = yield* callHalves(this.#source, near, number);
    return isEnd ? found.end : found.begin;
  }

  *#caller(near: PlacedRecord, { parent }: CallRecord): Work<PlacedRecord | undefined> {
    if (parent === undefined) return undefined;
    const { begin, end } = yield* callHalves(this.#source, near, parent);
    return begin ?? end;
  }

  /** What is called one after the other stands so among the records; only calls that overlap have to be looked for. */
  *#sibling(
    near: PlacedRecord,
    { call, parent, isDetached }: CallRecord,
    direction: Direction,
  ): Work<PlacedRecord | undefined> {
    const { begin, end } = yield* callHalves(this.#source, near, call);
    const isForward = direction === 'forward';
    const from = isForward ? (isDetached ? begin : (end ?? begin)) : (begin ?? end);
    if (from === undefined) return undefined;
    const around = parent === undefined ? undefined : yield* callHalves(this.#source, near, parent);
    const edge = isForward ? around?.end : around?.begin;
    const selection = { filter: siblings(near.record, parent, isForward, edge?.record.time) };
    for (let at = from.key; ; ) {
      const [found] = yield* this.#source.read(selection, at, direction, 1);
      const number = found === undefined ? undefined : callRecord(found.record)?.call;
      if (found === undefined || number === undefined) return undefined;
      if (number !== call) {
        const other = yield* callHalves(this.#source, found, number);
        return other.begin ?? other.end;
      }
      at = found.key;
    }
  }
}

/** The records of a call, as far as they are there. */
export interface CallHalves {
  readonly begin: PlacedRecord | undefined;
  readonly end: PlacedRecord | undefined;
}

/** Reads the records of a call. @param near A record of its thread and buffer. */
export function* callHalves(source: RecordSource, near: PlacedRecord, number: number): Work<CallHalves> {
  const found = yield* source.calls(near, number, number, 2);
  const isEnd = ({ record }: PlacedRecord): boolean => callRecord(record)?.end !== undefined;
  return { begin: found.find((row) => !isEnd(row)), end: found.find(isEnd) };
}

/** Calls of the same thread in the same call: forward their begins, backward what comes first. */
function siblings(
  { process, pid, thread, buffer }: TraceRecord,
  parent: number | undefined,
  isForward: boolean,
  edge: number | undefined,
): Filter {
  const quote = (text: string): string => `'${text.replace(/[\\'%_]/g, '\\$&')}'`;
  const parts = [
    `process == ${quote(process)} and pid == ${pid} and thread == ${thread} and buffer == ${quote(buffer)}`,
    isForward ? "kind == 'call'" : "kind in ['call', 'return', 'exception']",
    parent === undefined ? 'parent == null and call != null' : `parent == ${parent}`,
  ];
  if (edge !== undefined) parts.push(`time ${isForward ? '<=' : '>='} '${isoTime(edge)}'`);
  return parseFilter(parts.join(' and '));
}

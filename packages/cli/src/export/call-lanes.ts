import type { TraceRecord } from '@tracebuf/ring';
import { type CallRecord, callRecord } from '@tracebuf/sqlite';

/** A call, with its place among those of its thread. Times are in microseconds since 1970. */
export interface CallSlice {
  readonly func: string;
  readonly start: number;
  readonly end: number;
  /** Whether its end is not there; it then goes on to where the records stop. */
  readonly isOpen: boolean;
  /** Of an asynchronous function or a generator: it may overlap others. All others are within each other or apart. */
  readonly isDetached: boolean;
  readonly begin: TraceRecord | undefined;
  readonly result: TraceRecord | undefined;
  /** Names of the calls that it is inside of on the stack, outermost first, and its own; empty unless they are asked for. */
  readonly stack: readonly string[];
  /** Time that it has not spent in those inside of it, in nanoseconds. */
  readonly self: number;
}

/** A call that has begun. */
interface Frame {
  readonly call: number;
  readonly func: string;
  readonly start: number;
  readonly begin: TraceRecord;
  readonly isDetached: boolean;
  /** End of the last call inside of it, or its start. */
  lastEnd: number;
  /** Nanoseconds in calls inside of it. */
  inside: number;
}

/** Calls without one around them that have ended: of those that are as deep or deeper one after the other, one entry. */
interface Ended {
  readonly depth: number;
  /** Start of the first of them. */
  readonly first: number;
  /** End of the last of them. */
  readonly end: number;
}

/** What is known of one thread. */
interface Lane {
  readonly hasStacks: boolean;
  readonly stack: Frame[];
  readonly detached: Map<number, Frame>;
  /** Deeper ones last. */
  readonly ended: Ended[];
  lastTime: number;
}

/**
 * Makes slices of time of the records of calls. Times of records are whole microseconds, and durations nanoseconds: what is
 * inside of a call is kept inside, and what comes behind another behind it, by less than a microsecond.
 */
export class CallLanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #hasStacks: boolean;

  /** @param hasStacks Whether the stack of each call is wanted; default no. */
  constructor(hasStacks = false) {
    this.#hasStacks = hasStacks;
  }

  /**
   * Takes a record; they come by time.
   *
   * @returns The calls that it ends, inner ones first; `undefined` where it is not about a call.
   */
  add(record: TraceRecord): CallSlice[] | undefined {
    const call = callRecord(record);
    if (call === undefined) return undefined;
    const lane = this.#laneOf(record);
    lane.lastTime = Math.max(lane.lastTime, record.time);
    if (call.end !== undefined) return endCall(lane, record, call);
    const { func, call: number, isDetached } = call;
    const lost = isDetached ? [] : unwind(lane, call);
    const start = isDetached ? record.time : Math.max(record.time, lastEnd(lane));
    const frame: Frame = { call: number, func, start, begin: record, isDetached, lastEnd: start, inside: 0 };
    if (isDetached) lane.detached.set(number, frame);
    else lane.stack.push(frame);
    return lost;
  }

  /** The calls that have not ended, outer ones first. */
  open(): CallSlice[] {
    return [...this.#lanes.values()].flatMap((lane) => {
      const stacked = lane.stack.map((frame, index) => openSlice(lane, frame, index));
      return [...stacked, ...Array.from(lane.detached.values(), (frame) => openSlice(lane, frame, 0))];
    });
  }

  #laneOf({ process, pid, thread, buffer }: TraceRecord): Lane {
    const key = JSON.stringify([process, pid, thread, buffer]);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const made: Lane = { hasStacks: this.#hasStacks, stack: [], detached: new Map(), ended: [], lastTime: 0 };
    this.#lanes.set(key, made);
    return made;
  }
}

/** End of the last call that is inside of the same one as the next to begin. */
function lastEnd({ stack, ended }: Lane): number {
  return stack.at(-1)?.lastEnd ?? ended.at(-1)?.end ?? 0;
}

function endCall(lane: Lane, record: TraceRecord, call: CallRecord): CallSlice[] {
  const { dur = 0, func, isDetached } = call;
  if (isDetached) {
    const frame = lane.detached.get(call.call);
    lane.detached.delete(call.call);
    const start = frame?.start ?? record.time - dur / 1000;
    const common = { func, begin: frame?.begin, result: record, isOpen: false, isDetached };
    return [{ ...common, start, end: start + dur / 1000, stack: [func], self: dur }];
  }
  const slices = unwind(lane, call);
  const frame = lane.stack.at(-1);
  slices.push(
    frame?.call === call.call ? endFrame(lane, record, frame, dur) : endUnknown(lane, record, call, dur),
  );
  return slices;
}

/**
 * Takes off the stack what must be over, although its end is not there: calls that are numbered later than one that ends, and
 * those that are not around it.
 */
function unwind(lane: Lane, { call, parent }: CallRecord): CallSlice[] {
  const slices: CallSlice[] = [];
  const innermost = lane.stack.at(-1)?.call;
  if (innermost === undefined || innermost === call || innermost === parent) return slices;
  // The body of a generator runs inside of others than the call that made it.
  const isOnStack = parent === undefined || lane.stack.some((frame) => frame.call === parent);
  for (let top = lane.stack.at(-1); top !== undefined && top.call !== call; top = lane.stack.at(-1)) {
    if (top.call < call && (!isOnStack || top.call === parent)) break;
    slices.push(endLost(lane, top));
  }
  return slices;
}

/** It lasted at least as long as what is inside of it. */
function endLost(lane: Lane, frame: Frame): CallSlice {
  const { func, start, begin, isDetached } = frame;
  const end = Math.max(start, frame.lastEnd);
  const stack = namesOf(lane, lane.stack.length);
  lane.stack.pop();
  const dur = (end - start) * 1000;
  close(lane, begin, start, end, dur);
  const self = Math.max(0, dur - frame.inside);
  return { func, start, end, isOpen: false, isDetached, begin, result: undefined, stack, self };
}

function endFrame(lane: Lane, record: TraceRecord, frame: Frame, dur: number): CallSlice {
  const { func, start, begin, isDetached } = frame;
  const end = Math.max(start + dur / 1000, frame.lastEnd);
  const stack = namesOf(lane, lane.stack.length);
  lane.stack.pop();
  close(lane, record, start, end, dur);
  const self = Math.max(0, dur - frame.inside);
  return { func, start, end, isOpen: false, isDetached, begin, result: record, stack, self };
}

/** Names of the outermost calls on the stack. */
function namesOf({ hasStacks, stack }: Lane, count: number): string[] {
  return hasStacks ? stack.slice(0, count).map(({ func }) => func) : [];
}

/** Its begin is not there: it is around all deeper calls that have ended since one that is not. */
function endUnknown(lane: Lane, record: TraceRecord, call: CallRecord, dur: number): CallSlice {
  const { func, depth, isDetached } = call;
  let first = Number.POSITIVE_INFINITY;
  let end = 0;
  if (lane.stack.length === 0) {
    for (let top = lane.ended.at(-1); top !== undefined && top.depth > depth; top = lane.ended.at(-1)) {
      first = Math.min(first, top.first);
      end = Math.max(end, top.end);
      lane.ended.pop();
    }
  }
  const start = Math.max(Math.min(record.time - dur / 1000, first), lastEnd(lane));
  end = Math.max(start + dur / 1000, end);
  const stack = [...namesOf(lane, lane.stack.length), func];
  close(lane, record, start, end, dur);
  return { func, start, end, isOpen: false, isDetached, begin: undefined, result: record, stack, self: dur };
}

/** Notes that a call has ended, where it is. */
function close({ stack, ended }: Lane, record: TraceRecord, start: number, end: number, dur: number): void {
  const around = stack.at(-1);
  if (around !== undefined) {
    around.lastEnd = end;
    around.inside += dur;
    return;
  }
  const depth = callRecord(record)?.depth ?? 0;
  let first = start;
  for (let top = ended.at(-1); top !== undefined && top.depth >= depth; top = ended.at(-1)) {
    first = Math.min(first, top.first);
    ended.pop();
  }
  ended.push({ depth, first, end });
}

function openSlice(lane: Lane, frame: Frame, index: number): CallSlice {
  const { func, start, begin, isDetached, inside } = frame;
  const end = Math.max(start, frame.lastEnd, lane.lastTime);
  const around = isDetached ? [] : namesOf(lane, index);
  const self = Math.max(0, (end - start) * 1000 - inside);
  return {
    func,
    start,
    end,
    isOpen: true,
    isDetached,
    begin,
    result: undefined,
    stack: [...around, func],
    self,
  };
}

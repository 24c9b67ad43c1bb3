import { parseFilter } from '@tracebuf/query';
import {
  callRecord,
  compareKeys,
  type PlacedRecord,
  type RecordSource,
  type Selection,
  type Work,
} from '@tracebuf/sqlite';
import { type CallHalves, callHalves } from './call-navigation.ts';

/** Records of one trace, or of one tree of calls, that are read at most. */
const MOST = 10_000;
/** Callers that are looked for at most. */
const MOST_CALLERS = 1000;

/** The records of a trace, of which there may be more than are read. */
export function* readTrace(source: RecordSource, traceId: string): Work<PlacedRecord[]> {
  const text = `traceId == '${traceId.replace(/[\\'%_]/g, '\\$&')}'`;
  const selection: Selection = { filter: parseFilter(text) };
  return yield* source.read(selection, undefined, 'forward', MOST);
}

/**
 * The records of the calls that a call is among: those in the outermost call around it in which there are not too many, or,
 * where it is too large itself, the first of those in it.
 */
export function* readCalls(source: RecordSource, current: PlacedRecord): Work<PlacedRecord[]> {
  const call = callRecord(current.record);
  if (call === undefined) return [];
  let root = call.call;
  let { parent } = call;
  for (let steps = 0; parent !== undefined && steps < MOST_CALLERS; steps++) {
    const halves = yield* callHalves(source, current, parent);
    if (!(recordsIn(halves) <= MOST)) break;
    root = parent;
    parent = callerOf(halves);
  }
  const rows = yield* source.calls(current, root, Number.POSITIVE_INFINITY, MOST);
  // A call is numbered after the one that it is in.
  const inside = new Set([root]);
  const found = rows.filter(({ record }) => {
    const each = callRecord(record);
    if (each === undefined) return false;
    if (each.parent !== undefined && inside.has(each.parent)) inside.add(each.call);
    return inside.has(each.call);
  });
  return found.sort((left, right) => compareKeys(left.key, right.key));
}

/** The calls around a call, from the inside to the outside, as far as they are there. */
export function* readCallers(
  source: RecordSource,
  current: PlacedRecord,
  most: number,
): Work<PlacedRecord[]> {
  const callers: PlacedRecord[] = [];
  let parent = callRecord(current.record)?.parent;
  while (parent !== undefined && callers.length < most) {
    const halves = yield* callHalves(source, current, parent);
    const caller = halves.begin ?? halves.end;
    if (caller === undefined) break;
    callers.push(caller);
    parent = callerOf(halves);
  }
  return callers;
}

/** Records of its thread from the begin of a call to its end; unknown where one of them is not there. */
function recordsIn({ begin, end }: CallHalves): number {
  return begin === undefined || end === undefined ? Number.NaN : end.record.seq - begin.record.seq + 1;
}

function callerOf({ begin, end }: CallHalves): number | undefined {
  const row = begin ?? end;
  return row === undefined ? undefined : callRecord(row.record)?.parent;
}

import type { TraceRecord } from '@tracebuf/ring';
import { callRecord } from '../calls/call-record.ts';
import { durationBucket, type FunctionStatistics, FunctionTally } from '../calls/function-statistics.ts';
import type { PlacedRecord, Work } from './record-source.ts';

/** Records that are looked at in one step. */
const STEP = 8192;

/** A record of a call, by the number of the call. */
interface NumberedRow {
  readonly call: number;
  readonly row: PlacedRecord;
}

/** Records of calls by number, for each thread and buffer. */
type CallIndex = ReadonlyMap<string, readonly NumberedRow[]>;

/** Made when the first call of some rows is asked for: who looks for one most often looks for more. */
const indexes = new WeakMap<readonly PlacedRecord[], CallIndex>();

/** See `RecordSource.calls`. */
export function* liveCalls(
  rows: readonly PlacedRecord[],
  near: PlacedRecord,
  first: number,
  last: number,
  limit: number,
): Work<PlacedRecord[]> {
  let index = indexes.get(rows);
  if (index === undefined) {
    index = yield* indexOf(rows);
    indexes.set(rows, index);
  }
  const calls = index.get(threadOf(near.record)) ?? [];
  const found: PlacedRecord[] = [];
  for (let at = lowerBound(calls, first); at < calls.length && found.length < limit; at++) {
    const each = calls[at];
    if (each === undefined || each.call > last) break;
    found.push(each.row);
  }
  return found;
}

function* indexOf(rows: readonly PlacedRecord[]): Work<CallIndex> {
  const index = new Map<string, NumberedRow[]>();
  for (let at = 0; at < rows.length; at++) {
    if (at % STEP === STEP - 1) yield { part: at / rows.length, found: index.size };
    const row = rows[at];
    const call = row === undefined ? undefined : callRecord(row.record)?.call;
    if (row === undefined || call === undefined) continue;
    const thread = threadOf(row.record);
    const calls = index.get(thread);
    if (calls === undefined) index.set(thread, [{ call, row }]);
    else calls.push({ call, row });
  }
  for (const calls of index.values()) calls.sort((left, right) => left.call - right.call);
  return index;
}

/** Index of the first of a number from `call` on. */
function lowerBound(calls: readonly NumberedRow[], call: number): number {
  let [low, high] = [0, calls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calls[middle]?.call ?? call) < call) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What the numbers of calls count within. */
function threadOf({ process, pid, thread, buffer }: TraceRecord): string {
  return `${pid} ${thread} ${process}\n${buffer}`;
}

/** See `RecordSource.functions`. */
export function* liveFunctions(
  rows: readonly PlacedRecord[],
  passes: (record: TraceRecord) => boolean,
): Work<FunctionStatistics[]> {
  const tallies = new Map<string, Tally>();
  const threads = new Map<string, Map<number, number>>();
  for (let at = 0; at < rows.length; at++) {
    if (at % STEP === STEP - 1) yield { part: at / rows.length, found: tallies.size };
    const record = rows[at]?.record;
    const call = record === undefined ? undefined : callRecord(record);
    if (record === undefined || call?.dur === undefined) continue;
    // Calls end from the inside to the outside: what was inside is known when a call ends.
    const insideOf = insideOfThread(threads, record);
    const inside = insideOf.get(call.call) ?? 0;
    insideOf.delete(call.call);
    const { parent, dur, func, module, line } = call;
    if (parent !== undefined) insideOf.set(parent, (insideOf.get(parent) ?? 0) + dur);
    if (!passes(record)) continue;
    const key = JSON.stringify([func, module, line]);
    const tally = tallies.get(key) ?? { of: { func, module, line }, tally: new FunctionTally() };
    tallies.set(key, tally);
    tally.tally.add(durationBucket(dur), 1, dur, call.end === 'threw' ? 1 : 0);
    tally.tally.addInside(inside);
  }
  return Array.from(tallies.values(), ({ of, tally }) => tally.statistics(of));
}

interface Tally {
  readonly of: Pick<FunctionStatistics, 'func' | 'module' | 'line'>;
  readonly tally: FunctionTally;
}

/** Time in calls that have ended, by the number of the call around them that has not. */
function insideOfThread(threads: Map<string, Map<number, number>>, record: TraceRecord): Map<number, number> {
  const key = threadOf(record);
  const known = threads.get(key);
  if (known !== undefined) return known;
  const made = new Map<number, number>();
  threads.set(key, made);
  return made;
}

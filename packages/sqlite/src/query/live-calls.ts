import type { TraceRecord } from '@tracebuf/ring';
import { callRecord } from '../calls/call-record.ts';
import { durationBucket, type FunctionStatistics, FunctionTally } from '../calls/function-statistics.ts';
import type { PlacedRecord, Work } from './record-source.ts';

/** Records that are looked at in one step. */
const STEP = 8192;

/** See `RecordSource.calls`. */
export function* liveCalls(
  rows: readonly PlacedRecord[],
  near: PlacedRecord,
  first: number,
  last: number,
  limit: number,
): Work<PlacedRecord[]> {
  const { record: of } = near;
  const found: { readonly call: number; readonly row: PlacedRecord }[] = [];
  for (let at = 0; at < rows.length; at++) {
    if (at % STEP === STEP - 1) yield { part: at / rows.length, found: found.length };
    const row = rows[at];
    const number = row?.record.fields?.call;
    if (row === undefined || typeof number !== 'number' || number < first || number > last) continue;
    if (!isOfSameThread(row.record, of)) continue;
    const call = callRecord(row.record)?.call;
    if (call !== undefined) found.push({ call, row });
  }
  found.sort((left, right) => left.call - right.call);
  return found.slice(0, limit).map(({ row }) => row);
}

function isOfSameThread(record: TraceRecord, other: TraceRecord): boolean {
  return (
    record.thread === other.thread &&
    record.pid === other.pid &&
    record.buffer === other.buffer &&
    record.process === other.process
  );
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
function insideOfThread(
  threads: Map<string, Map<number, number>>,
  { process, pid, thread, buffer }: TraceRecord,
): Map<number, number> {
  const key = JSON.stringify([process, pid, thread, buffer]);
  const known = threads.get(key);
  if (known !== undefined) return known;
  const made = new Map<number, number>();
  threads.set(key, made);
  return made;
}

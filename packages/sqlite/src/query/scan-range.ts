import type { EntryCondition } from './entry-condition.ts';
import type { Direction, RecordKey } from './record-source.ts';

/** Greatest integer that JavaScript and SQLite agree on. */
const MOST = Number.MAX_SAFE_INTEGER;

/** Whether entries need not be gone through in steps: all are wanted, or an index leads to those that are. */
export function isDirect({ sql, trace, high, low }: EntryCondition): boolean {
  return (
    trace !== undefined ||
    (sql === '1' && low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY)
  );
}

/** Times between which a condition can be fulfilled, as SQLite takes them. */
export function bounds({ low, high }: EntryCondition): { readonly low: number; readonly high: number } {
  return { low: Math.max(-MOST, low), high: Math.min(MOST, high) };
}

/** The place behind which to begin: the given one, or where the condition lets the first records be. */
export function startOf(
  condition: EntryCondition,
  from: RecordKey | undefined,
  direction: Direction,
): RecordKey {
  const { low, high } = bounds(condition);
  if (direction === 'forward') return from !== undefined && from.time >= low ? from : { time: low, id: -1 };
  return from !== undefined && from.time <= high ? from : { time: high, id: MOST };
}

/** How far a scan has come, by time: 0 to 1. */
export function partOf(
  time: number,
  whole: { readonly first: number; readonly last: number } | undefined,
  direction: Direction,
): number {
  if (whole === undefined || whole.last <= whole.first) return 1;
  const part = (time - whole.first) / (whole.last - whole.first);
  return Math.min(1, Math.max(0, direction === 'forward' ? part : 1 - part));
}

import type { TraceRecord } from '@tracebuf/ring';

/** The newest of many records, in their order, in memory for that many only. */
export function lastRecords(records: Iterable<TraceRecord>, count: number): TraceRecord[] {
  const kept: TraceRecord[] = [];
  if (count === 0) {
    for (const _ of records) {
      // They have to be taken all the same: a follower goes on behind them.
    }
    return kept;
  }
  let at = 0;
  for (const record of records) {
    kept[at % count] = record;
    at += 1;
  }
  const oldest = at > count ? at % count : 0;
  return [...kept.slice(oldest), ...kept.slice(0, oldest)];
}

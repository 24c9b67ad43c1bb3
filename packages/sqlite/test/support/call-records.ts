import type { TraceRecord } from '@tracebuf/ring';
import { record } from './stored-records.ts';

/** A call that records are made of; times in microseconds. */
export interface TestCall {
  readonly func: string;
  readonly start: number;
  /** Absent where it has not ended. */
  readonly end?: number;
  readonly throws?: boolean;
  readonly inside?: readonly TestCall[];
}

/** The records of calls as a tracer writes them: of one thread, by time. */
export function callRecords(calls: readonly TestCall[], part: Partial<TraceRecord> = {}): TraceRecord[] {
  const found: (TraceRecord & { readonly order: number })[] = [];
  let number = 0;
  const add = (call: TestCall, depth: number, parent: number | undefined): void => {
    number++;
    const { func, start, end, throws = false, inside = [] } = call;
    const base = {
      func,
      module: '/srv/app.ts',
      line: func.length,
      depth,
      call: number,
      ...(parent === undefined ? {} : { parent }),
    };
    const common = { buffer: 'calls', level: 'debug', severity: 20, ...part };
    const own = number;
    found.push({
      ...record({
        ...common,
        time: start,
        kind: 'call',
        message: `${func}(n = ${own})`,
        fields: { ...base, args: [{ name: 'n', type: 'number', value: String(own) }] },
      }),
      order: found.length,
    });
    for (const each of inside) add(each, depth + 1, own);
    if (end === undefined) return;
    const dur = (end - start) * 1000 + 7;
    const result = throws
      ? {
          status: 'threw',
          exc: 'TypeError: no',
          args: [{ name: 'exception', type: 'TypeError', value: 'no' }],
        }
      : { status: 'returned', ret: '1', args: [{ name: 'return value', type: 'number', value: '1' }] };
    found.push({
      ...record({
        ...common,
        time: end,
        kind: throws ? 'exception' : 'return',
        message: throws ? `${func} threw TypeError: no` : `${func} returned 1`,
        fields: { ...base, dur, ...result },
      }),
      order: found.length,
    });
  };
  for (const call of calls) add(call, 0, undefined);
  return found
    .sort((left, right) => left.time - right.time || left.order - right.order)
    .map(({ order: _order, ...each }, index) => ({ ...each, seq: index + 1 }));
}

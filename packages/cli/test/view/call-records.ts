import type { TraceRecord } from '@tracebuf/ring';
import { record, START } from './reader-driver.ts';

/** A call that records are made of; times in microseconds since the first record. */
export interface TestCall {
  readonly func: string;
  readonly at: number;
  /** Absent where it has not ended. */
  readonly end?: number;
  readonly throws?: string;
  readonly n?: number;
  readonly inside?: readonly TestCall[];
}

/** The records of calls of one thread as a tracer writes them, by time. */
export function callRecords(calls: readonly TestCall[], part: Partial<TraceRecord> = {}): TraceRecord[] {
  const rows: TraceRecord[] = [];
  let number = 0;
  const add = (call: TestCall, depth: number, parent: number | undefined): void => {
    number++;
    const { func, at, end, throws, n, inside = [] } = call;
    const base = {
      func,
      module: '/srv/shop/src/orders.ts',
      line: 12,
      depth,
      call: number,
      ...(parent === undefined ? {} : { parent }),
    };
    const own = number;
    const push = (time: number, kind: string, message: string, fields: object): unknown =>
      rows.push(
        record({
          time: START + time,
          buffer: 'calls',
          level: 'debug',
          severity: 20,
          kind,
          message,
          fields: { ...base, ...fields },
          ...part,
        }),
      );
    const args = n === undefined ? [] : [{ name: 'n', type: 'number', value: String(n) }];
    push(at, 'call', `${func}(${n === undefined ? '' : `n = ${n}`})`, { args });
    for (const each of inside) add(each, depth + 1, own);
    if (end === undefined) return;
    const dur = (end - at) * 1000;
    if (throws === undefined) {
      const ret = [{ name: 'return value', type: 'number', value: '1' }];
      push(end, 'return', `${func} returned 1`, { dur, status: 'returned', ret: '1', args: ret });
    } else {
      const exc = [{ name: 'exception', type: 'TypeError', value: throws }];
      const text = `TypeError: ${throws}`;
      push(end, 'exception', `${func} threw ${text}`, { dur, status: 'threw', exc: text, args: exc });
    }
  };
  for (const call of calls) add(call, 0, undefined);
  return rows
    .toSorted((left, right) => left.time - right.time)
    .map((row, index) => ({ ...row, seq: index + 1 }));
}

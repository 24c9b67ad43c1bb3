import type { TraceRecord } from '@tracebuf/ring';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordWriter } from '../src/export/export-format.ts';
import { FoldedWriter } from '../src/export/folded.ts';
import { PerfettoWriter } from '../src/export/perfetto.ts';
import { SpeedscopeWriter } from '../src/export/speedscope.ts';
import { callRecords, type TestCall } from './view/call-records.ts';
import { record, START } from './view/reader-driver.ts';

function written(writer: RecordWriter, records: readonly TraceRecord[]): string {
  return writer.begin() + records.map((each) => writer.add(each)).join('') + writer.end();
}

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly id2?: { readonly local: string };
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What Perfetto would draw: checks that slices of a thread are within each other or apart. */
function perfetto(records: readonly TraceRecord[]): Event[] {
  const { traceEvents } = JSON.parse(written(new PerfettoWriter(), records)) as { traceEvents: Event[] };
  const threads = Map.groupBy(
    traceEvents.filter(({ ph }) => ph === 'X'),
    ({ tid }) => tid,
  );
  for (const slices of threads.values()) {
    const open: number[] = [];
    for (const { ts, dur = 0 } of slices.toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))) {
      while (open.length > 0 && (open.at(-1) as number) <= ts) open.pop();
      if (open.length > 0) expect(ts + dur).toBeLessThanOrEqual(open.at(-1) as number);
      open.push(ts + dur);
    }
  }
  return traceEvents;
}

const tree: TestCall = {
  func: 'main',
  at: 0,
  end: 100,
  inside: [
    { func: 'parse', at: 10, end: 30, n: 1, inside: [{ func: 'eval', at: 15, end: 20 }] },
    { func: 'parse', at: 30, end: 60, n: 2 },
    { func: 'fail', at: 70, end: 90, throws: 'no; such' },
  ],
};

describe('calls for Perfetto', () => {
  test('are slices of their thread, with arguments and what they came to', () => {
    const events = perfetto([
      ...callRecords([tree]),
      ...callRecords([{ func: 'worker', at: 5, end: 7 }], { thread: 3 }),
    ]);
    const slices = events.filter(({ ph }) => ph === 'X');
    expect(slices.map(({ name, ts, dur, tid }) => [name, ts - START, dur, tid])).toEqual([
      ['eval', 15, 5, 0],
      ['parse', 10, 20, 0],
      ['parse', 30, 30, 0],
      ['fail', 70, 20, 0],
      ['main', 0, 100, 0],
      ['worker', 5, 2, 3],
    ]);
    expect(slices[1]?.args).toMatchObject({
      func: 'parse',
      module: '/srv/shop/src/orders.ts',
      arguments: { n: '1' },
      result: { 'return value': '1' },
      ret: '1',
    });
    expect(slices[3]?.args).toMatchObject({
      result: { exception: 'no; such' },
      exc: 'TypeError: no; such',
      status: 'threw',
    });
    expect(events.filter(({ ph }) => !['X', 'M'].includes(ph))).toEqual([]);
  });

  test('that have not ended are open to the end', () => {
    const { end: _end, ...open } = tree;
    const events = perfetto(callRecords([open]));
    expect(events.filter(({ ph }) => ph === 'B')).toMatchObject([
      { name: 'main', ts: START, args: { unfinished: true } },
    ]);
  });

  test('that wait are events that may overlap', () => {
    const rows = callRecords([
      { func: 'load', at: 0, end: 50 },
      { func: 'load', at: 10, end: 70 },
      { func: 'hang', at: 20 },
    ]).map((row) => ({ ...row, fields: { ...row.fields, async: true } }));
    const events = perfetto(rows).filter(({ ph }) => ph === 'b' || ph === 'e');
    expect(events.map(({ name, ph, ts, id2 }) => [name, ph, ts - START, id2?.local])).toEqual([
      ['load', 'b', 0, '0 calls 1'],
      ['load', 'e', 50, '0 calls 1'],
      ['load', 'b', 10, '0 calls 2'],
      ['load', 'e', 70, '0 calls 2'],
      ['hang', 'b', 20, '0 calls 3'],
    ]);
  });

  test('have numbers that were marked as counters', () => {
    const mark = (value: string, type: string) =>
      record({ kind: 'mark', message: `queue ${value}`, fields: { args: [{ name: 'data', type, value }] } });
    const events = perfetto([mark('5', 'number'), mark('full', 'string')]);
    expect(events.filter(({ ph }) => ph !== 'M')).toMatchObject([
      { name: 'queue', ph: 'C', args: { value: 5 } },
      { name: 'queue full', ph: 'i' },
    ]);
  });
});

interface Profile {
  readonly name: string;
  readonly endValue: number;
  readonly events: readonly { readonly type: 'O' | 'C'; readonly at: number; readonly frame: number }[];
}

/** What speedscope would draw: checks that frames open and close in turn. */
function speedscope(records: readonly TraceRecord[]): { names: string[]; stacks: string[] } {
  const file = JSON.parse(written(new SpeedscopeWriter(), records)) as {
    shared: { frames: { name: string }[] };
    profiles: Profile[];
  };
  const stacks: string[] = [];
  for (const { events, endValue } of file.profiles) {
    const open: number[] = [];
    let last = 0;
    for (const { type, at, frame } of events) {
      expect(at).toBeGreaterThanOrEqual(last);
      last = at;
      if (type === 'C') expect(open.pop()).toBe(frame);
      else {
        open.push(frame);
        stacks.push(open.map((each) => file.shared.frames[each]?.name).join(';'));
      }
    }
    expect(open).toEqual([]);
    expect(last).toBe(endValue);
  }
  return { names: file.profiles.map(({ name }) => name), stacks };
}

test('speedscope gets the stacks that there were', () => {
  const { names, stacks } = speedscope(callRecords([tree]));
  expect(names).toEqual(['web.4711 main']);
  expect(stacks).toEqual(['main', 'main;parse', 'main;parse;eval', 'main;parse', 'main;fail']);
  const { end: _end, ...open } = tree;
  expect(speedscope(callRecords([open])).stacks).toEqual(stacks);
});

test('flame graphs get each stack with its own microseconds', () => {
  const waiting = callRecords([{ func: 'load', at: 0, end: 50 }], { thread: 2 }).map((row) => ({
    ...row,
    fields: { ...row.fields, async: true },
  }));
  const odd = { ...tree, func: 'odd;\nname' };
  expect(
    written(new FoldedWriter(), [...callRecords([tree]), ...callRecords([odd], { thread: 1 }), ...waiting]),
  ).toBe(
    [
      'web.4711 worker 1;odd: name 30',
      'web.4711 worker 1;odd: name;fail 20',
      'web.4711 worker 1;odd: name;parse 45',
      'web.4711 worker 1;odd: name;parse;eval 5',
      'web.4711;main 30',
      'web.4711;main;fail 20',
      'web.4711;main;parse 45',
      'web.4711;main;parse;eval 5',
      '',
    ].join('\n'),
  );
});

test('calls are drawn soundly whatever records of them were lost', () => {
  const call = (depth: number): fc.Arbitrary<TestCall> =>
    fc
      .record({
        func: fc.constantFrom('a', 'b', 'c'),
        lead: fc.integer({ min: 0, max: 2 }),
        tail: fc.integer({ min: 0, max: 2 }),
        ends: fc.integer({ min: 0, max: 9 }),
        inside: depth === 0 ? fc.constant<TestCall[]>([]) : fc.array(call(depth - 1), { maxLength: 3 }),
      })
      .map(({ func, lead, tail, ends, inside }) => {
        let at = lead;
        const moved = inside.map((each) => {
          const next = shift(each, at);
          at = next.end ?? next.at;
          return next;
        });
        return { func, at: 0, inside: moved, ...(ends === 0 ? {} : { end: at + tail }) };
      });
  const shift = (each: TestCall, by: number): TestCall => ({
    ...each,
    at: each.at + by,
    ...(each.end === undefined ? {} : { end: each.end + by }),
    inside: (each.inside ?? []).map((inner) => shift(inner, by)),
  });
  fc.assert(
    fc.property(
      call(4),
      fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
      fc.nat(900),
      (one, chances, extra) => {
        // Records were overwritten, and a clock of nanoseconds goes on between those of microseconds.
        const rows = callRecords([one])
          .filter(() => (chances.next().value ?? 9) > 1)
          .map((row) =>
            typeof row.fields?.dur === 'number'
              ? { ...row, fields: { ...row.fields, dur: Math.max(0, row.fields.dur + extra - 450) } }
              : row,
          );
        perfetto(rows);
        speedscope(rows);
        const folded = written(new FoldedWriter(), rows);
        for (const line of folded.split('\n').slice(0, -1)) expect(line).toMatch(/^web\.4711(;[abc])+ \d+$/);
      },
    ),
    { numRuns: 300 },
  );
});

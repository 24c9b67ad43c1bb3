import './trace-directory.ts';
import type { TraceRecord } from '@tracebuf/ring';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import {
  logRecordOf,
  type StoredSpan,
  spanOf,
  TraceBufferLogRecordProcessor,
  TraceBufferSpanProcessor,
} from '../src/index.ts';
import { ownRecords } from './fixture.ts';
import { sampleLogRecord, sampleSpan } from './samples.ts';

const SIZE = 1024 * 1024;
const spans = new TraceBufferSpanProcessor({ name: 'elsewhere-spans', size: SIZE, keepLevel: false });
const logs = new TraceBufferLogRecordProcessor({ name: 'elsewhere-logs', size: SIZE, keepLevel: false });

beforeEach(() => {
  spans.buffer.clear();
  logs.buffer.clear();
});

/** A record as a database has it: what its decoder knew besides is gone. */
const throughJson = (record: TraceRecord): TraceRecord => JSON.parse(JSON.stringify(record)) as TraceRecord;

/** A span without its functions. */
const plain = ({ spanContext, links, ...span }: StoredSpan): object => {
  const context = (of: ReturnType<StoredSpan['spanContext']>): object => ({
    ...of,
    traceState: of.traceState?.serialize(),
  });
  return {
    ...span,
    context: context(spanContext()),
    links: links.map((link) => ({ ...link, context: context(link.context) })),
  };
};

const time = fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 }));
const attributes = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string())),
  { maxKeys: 4 },
);
const count = fc.integer({ min: 0, max: 3 });

test('any span is the same read from JSON, to the nanosecond', () => {
  fc.assert(
    fc.property(
      fc.record({
        name: fc.string(),
        kind: fc.integer({ min: 0, max: 6 }),
        startTime: time,
        tookNanoseconds: fc.integer({ min: 0, max: 1e15 }),
        status: fc.constantFrom({ code: 0 }, { code: 1 }, { code: 2, message: 'no' }),
        attributes,
        traceFlags: fc.integer({ min: 0, max: 3 }),
        dropped: fc.tuple(count, count, count),
        event: fc.record({ time, name: fc.string(), attributes, droppedAttributesCount: count }),
      }),
      ({ startTime, tookNanoseconds, traceFlags, dropped, event, ...rest }) => {
        spans.buffer.clear();
        const end = startTime[1] + tookNanoseconds;
        const sample = sampleSpan();
        spans.onEnd({
          ...sample,
          ...rest,
          spanContext: () => ({ ...sample.spanContext(), traceFlags }),
          startTime,
          endTime: [startTime[0] + Math.floor(end / 1e9), end % 1e9],
          events: [event],
          droppedAttributesCount: dropped[0],
          droppedEventsCount: dropped[1],
          droppedLinksCount: dropped[2],
        });
        const record = ownRecords('elsewhere-spans').at(-1) as TraceRecord;
        const read = spanOf(throughJson(record)) as StoredSpan;
        expect(plain(read)).toEqual(plain(spanOf(record) as StoredSpan));
      },
    ),
    { numRuns: 200 },
  );
});

test('any log record is the same read from JSON', () => {
  fc.assert(
    fc.property(
      fc.record({
        hrTime: time,
        hrTimeObserved: time,
        severityNumber: fc.integer({ min: 0, max: 24 }),
        body: fc.constantFrom('text', 'memory.low', { deep: [1, true] }, undefined),
        attributes,
        droppedAttributesCount: count,
      }),
      (part) => {
        // A body that is the event's name is told from none no more.
        fc.pre(part.body !== 'memory.low');
        logs.buffer.clear();
        logs.onEmit({ ...sampleLogRecord(), ...part });
        const record = ownRecords('elsewhere-logs').at(-1) as TraceRecord;
        expect(logRecordOf(throughJson(record))).toEqual(logRecordOf(record));
      },
    ),
    { numRuns: 200 },
  );
});

test('records of one resource are of the same object, as they are put together by it', () => {
  for (const name of ['a', 'b']) spans.onEnd({ ...sampleSpan(), instrumentationScope: { name } });
  const [a, b] = ownRecords('elsewhere-spans').map((record) => spanOf(throughJson(record)));
  expect(a?.resource).toBe(b?.resource);
  expect([a?.instrumentationScope.name, b?.instrumentationScope.name]).toEqual(['a', 'b']);
});

test('what is not of its type is left out, however it is wrong', () => {
  const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => ({ inner }), {});
  const wrong = fc.oneof(fc.jsonValue(), fc.constant(deep));
  const keys = [
    'span',
    'spanKind',
    'startTime',
    'duration',
    'status',
    'attributes',
    'events',
    'links',
    'scope',
  ];
  fc.assert(
    fc.property(
      fc.record(Object.fromEntries([...keys, 'traceFlags', 'body'].map((key) => [key, wrong]))),
      fc.constantFrom('span-start', 'span-end', 'otel-log'),
      fc.record({ resource: wrong, scope: wrong }),
      (fields, kind, shared) => {
        const record = {
          time: 1,
          kind,
          message: 'm',
          severity: 30,
          fields,
          shared,
        } as unknown as TraceRecord;
        const span = spanOf(record);
        if (kind === 'otel-log') {
          expect(span).toBeUndefined();
          expect(logRecordOf(record)?.hrTime).toHaveLength(2);
          return;
        }
        if (typeof fields.span !== 'string') expect(span).toBeUndefined();
        else expect(span?.spanContext().traceId).toBe('');
        expect(JSON.stringify(span?.attributes ?? {}).length).toBeLessThan(10_000);
      },
    ),
    { numRuns: 500 },
  );
});

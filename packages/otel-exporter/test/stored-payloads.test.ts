import './trace-directory.ts';
import { randomBytes } from 'node:crypto';
import { RecordKind, TraceBuffer, type TraceRecord } from '@tracebuf/ring';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import {
  logRecordOf,
  type StoredSpan,
  spanOf,
  TraceBufferLogRecordProcessor,
  TraceBufferSpanProcessor,
} from '../src/index.ts';
import { ownRecords } from './fixture.ts';
import { sampleLogRecord, sampleSpan } from './samples.ts';

const SIZE = 4 * 1024 * 1024;
const spans = new TraceBufferSpanProcessor({ name: 'payload-spans', size: SIZE, keepLevel: false });
const logs = new TraceBufferLogRecordProcessor({ name: 'payload-logs', size: SIZE, keepLevel: false });
const raw = new TraceBuffer('payload-raw', SIZE);

beforeEach(() => {
  spans.buffer.clear();
  logs.buffer.clear();
  raw.clear();
});
afterAll(() => raw.close());

const only = (buffer: string): TraceRecord => ownRecords(buffer).at(-1) as TraceRecord;

test('everything in a span comes back', () => {
  const span = sampleSpan();
  spans.onEnd(span);
  const { spanContext, ...stored } = spanOf(only('payload-spans')) as StoredSpan;
  const { spanContext: context, parentSpanContext, links, ...given } = span;
  expect(stored).toMatchObject(given);
  expect(stored.parentSpanContext).toEqual(parentSpanContext);
  expect(spanContext().traceState?.serialize()).toBe(context().traceState?.serialize());
  expect(stored.links).toMatchObject(links);
});

test('everything in a log record comes back', () => {
  logs.onEmit(sampleLogRecord());
  expect(logRecordOf(only('payload-logs'))).toEqual(sampleLogRecord());
});

/** Values as OpenTelemetry has them; no number that JSON would lose either. */
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.string({ minLength: 80, maxLength: 300 }),
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 5 }),
  ),
})).value;

test('any attributes and any body come back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), value, (attributes, body) => {
      logs.buffer.clear();
      logs.onEmit({ ...sampleLogRecord(), attributes, body });
      const stored = logRecordOf(only('payload-logs'));
      // Dictionaries of fast-check may lack a prototype; what is stored has one.
      expect(structuredClone(stored?.attributes)).toEqual(structuredClone({ ...attributes }));
      expect(stored?.body ?? null).toEqual(structuredClone(body));
    }),
    { numRuns: 300 },
  );
});

test('values that are none of OpenTelemetry’s become text or nothing, and are counted', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const attributes = {
    big: 12n,
    date: new Date(0),
    fn: () => 1,
    symbol: Symbol('s'),
    missing: undefined,
    lone: '\ud800',
    cycle,
    get thrown() {
      throw new Error('no');
    },
    after: 'still there',
  };
  logs.onEmit({ ...sampleLogRecord(), attributes });
  expect(logRecordOf(only('payload-logs'))?.attributes).toMatchObject({
    big: '12',
    date: '1970-01-01T00:00:00.000Z',
    fn: null,
    symbol: null,
    missing: null,
    lone: '\ufffd',
    thrown: null,
    after: 'still there',
  });
  expect(logs.dropped).toBe(0);
});

test('what is too large is cut, and its beginning comes back', () => {
  const small = new TraceBufferLogRecordProcessor({ name: 'payload-small', size: 8192 });
  small.onEmit({ ...sampleLogRecord(), body: 'x'.repeat(100_000) });
  expect(only('payload-small').message).toMatch(/^x{3000,}….*$/);
  small.onEmit({ ...sampleLogRecord(), body: 'ü'.repeat(3_000_000), attributes: { a: 1 } });
  expect(only('payload-small').message).toMatch(/^ü{1000,}/);
  logs.onEmit({ ...sampleLogRecord(), body: 'y'.repeat(3_000_000) });
  expect(only('payload-logs').message).toMatch(/^y{100000,}…$/);
  logs.onEmit({ ...sampleLogRecord(), attributes: { list: new Array(1_000_000).fill('entry') } });
  expect(only('payload-logs').message).toBe('low on memory…');
});

test('any bytes decode to something, in bounded time', () => {
  for (const kind of [RecordKind.SPAN_START, RecordKind.SPAN_END, RecordKind.OTEL_LOG]) {
    raw.clear();
    const sizes = Array.from({ length: 400 }, (_, size) => size);
    for (const size of sizes) raw.appendBytes(kind, 30, randomBytes(size));
    raw.appendBytes(kind, 30, Buffer.alloc(100_000, 0x06));
    raw.appendBytes(kind, 30, Buffer.alloc(100_000, 0x07));
    raw.appendBytes(kind, 30, Buffer.alloc(100_000, 0xff));
    const records = ownRecords('payload-raw');
    expect(records).toHaveLength(403);
    for (const record of records) expect(typeof record.message).toBe('string');
  }
});

test('a payload that was cut at any byte decodes', () => {
  for (const [store, buffer, kind] of [
    [() => spans.onEnd(sampleSpan()), spans.buffer, RecordKind.SPAN_END],
    [() => logs.onEmit(sampleLogRecord()), logs.buffer, RecordKind.OTEL_LOG],
  ] as const) {
    raw.clear();
    const whole = payloadOf(buffer, store);
    for (let size = 0; size <= whole.length; size++) raw.appendBytes(kind, 30, whole.subarray(0, size));
    const records = ownRecords('payload-raw');
    expect(records).toHaveLength(whole.length + 1);
    expect(records.at(-1)?.fields).toMatchObject({ attributes: expect.any(Object) });
  }
});

/** Bytes of a record behind its ids. */
function payloadOf(buffer: TraceBuffer, store: () => void): Buffer {
  let bytes = Buffer.alloc(0);
  const spy = vi.spyOn(buffer, 'appendPayload').mockImplementation((_kind, _severity, payload) => {
    bytes = Buffer.alloc(payload.payloadSize);
    payload.writePayload(bytes, 0);
    return true;
  });
  store();
  spy.mockRestore();
  return bytes.subarray(24);
}

import './trace-directory.ts';
import { randomBytes } from 'node:crypto';
import { endianness } from 'node:os';
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
import { LogField, SpanBit, SpanField } from '../src/payload-layout.ts';
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
  const stored = spanOf(only('payload-spans')) as StoredSpan;
  const { parentSpanContext, links } = span;
  const own = ['spanContext', 'parentSpanContext', 'links'];
  expect(stored).toMatchObject(
    Object.fromEntries(Object.entries(span).filter(([key]) => !own.includes(key))),
  );
  expect(stored.parentSpanContext).toEqual(parentSpanContext);
  expect(stored.spanContext().traceState?.serialize()).toBe('vendor=x');
  expect(stored.links).toMatchObject(links);
});

test('everything in a log record comes back', () => {
  logs.onEmit(sampleLogRecord());
  expect(logRecordOf(only('payload-logs'))).toEqual(sampleLogRecord());
});

test('every field lies where the layout says', () => {
  const word = (bytes: Buffer, at: number): number =>
    endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const span = payloadOf(spans.buffer, () => spans.onEnd(sampleSpan()));
  expect(word(span, SpanField.START)).toBe(1_700_000_000);
  expect(word(span, SpanField.START + 4)).toBe(1);
  expect(span.toString('hex', SpanField.PARENT, SpanField.PARENT + 8)).toBe('00f067aa0ba902b7');
  expect([span[SpanField.KIND], span[SpanField.FLAGS], span[SpanField.BITS], span[SpanField.STATUS]]).toEqual(
    [1, 1, SpanBit.REMOTE_PARENT, 0],
  );
  expect(word(span, SpanField.END)).toBe(1_700_000_001);
  const dropped = [SpanField.DROPPED_ATTRIBUTES, SpanField.DROPPED_EVENTS, SpanField.DROPPED_LINKS];
  expect(dropped.map((at) => word(span, at))).toEqual([4, 5, 6]);
  expect(span.toString('utf8', SpanField.END_TEXTS, SpanField.END_TEXTS + 10)).toBe('\tGET /cart');
  expect(word(span, SpanField.RESOURCE)).not.toBe(0);
  expect(word(span, SpanField.SCOPE)).not.toBe(0);

  const start = payloadOf(spans.buffer, () => spans.onStart(sampleSpan(), undefined as never));
  expect(start.toString('utf8', SpanField.START_TEXTS, SpanField.START_TEXTS + 10)).toBe('\tGET /cart');

  const log = payloadOf(logs.buffer, () => logs.onEmit(sampleLogRecord()));
  expect([LogField.TIME, LogField.OBSERVED].map((at) => word(log, at + 4))).toEqual([1, 2]);
  expect(log.subarray(LogField.SEVERITY, LogField.SEVERITY + 2).reduce((sum, byte) => sum + byte, 0)).toBe(
    14,
  );
  expect(log[LogField.FLAGS]).toBe(1);
  expect(word(log, LogField.DROPPED_ATTRIBUTES)).toBe(2);
  expect([word(log, LogField.RESOURCE), word(log, LogField.SCOPE)]).not.toContain(0);
  expect(log.toString('utf8', LogField.TEXTS, LogField.TEXTS + 5)).toBe('\u0004WARN');
});

test('resources, scopes and names of attributes are written once', () => {
  const defined = vi.spyOn(logs.buffer, 'define');
  const record = { ...sampleLogRecord(), attributes: { 'once.only': 1 } };
  for (let i = 0; i < 3; i++)
    logs.onEmit({ ...record, resource: { attributes: { 'service.name': 'once' } } });
  expect(defined.mock.calls.map(([{ type }]) => type).sort()).toEqual(['otel-key', 'otel-resource']);
  defined.mockClear();
  const names = Array.from({ length: 6000 }, (_, index) => `name ${index}`);
  for (const name of names) logs.onEmit({ ...record, attributes: { [name]: 1 } });
  expect(defined.mock.calls.length).toBeLessThanOrEqual(4096);
  const stored = ownRecords('payload-logs').slice(-6000);
  expect(stored.map((entry) => Object.keys(logRecordOf(entry)?.attributes ?? {})[0])).toEqual(names);
  defined.mockRestore();
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
  logs.onEmit({
    ...sampleLogRecord(),
    attributes: { list: Array.from({ length: 1_000_000 }, () => 'entry') },
  });
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

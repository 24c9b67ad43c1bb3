import './trace-directory.ts';
import {
  type DecodedField,
  decodeEvent,
  type FieldValue,
  type OpenSink,
  outTypeName,
  Provider,
} from '@tracebuf/etw';
import { expect, test } from 'vitest';
import {
  EtwLogRecordExporter,
  EtwSpanExporter,
  type ExportResult,
  type LogRecordLike,
  type SpanLike,
} from '../src/index.ts';
import { rfc3339 } from '../src/rfc3339.ts';
import { sampleLogRecord, sampleSpan } from './samples.ts';

/** An event, as the decoder reads its bytes. */
interface Written {
  readonly name: string;
  readonly level: number;
  readonly keyword: bigint;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly outTypes: Readonly<Record<string, string>>;
  readonly order: readonly string[];
  readonly activityId: string | undefined;
  readonly size: number;
}

/** A provider whose events are decoded as they are written. */
function listening(): { provider: Provider; written: Written[] } {
  const written: Written[] = [];
  const sink: OpenSink = () => ({
    isOpen: true,
    isEnabled: () => true,
    write({ descriptor, metadata, metadataSize, data, dataSize }, activityId) {
      const event = decodeEvent(metadata.subarray(0, metadataSize), data.subarray(0, dataSize));
      expect(event.fault).toBeUndefined();
      const outTypes: Record<string, string> = {};
      const fields = plain(event.fields, outTypes);
      written.push({
        name: event.name,
        level: descriptor[4] as number,
        keyword: descriptor.readBigUInt64LE(8),
        fields,
        outTypes,
        order: Object.keys(fields),
        activityId: activityId?.toString('hex'),
        size: metadataSize + dataSize,
      });
      return 0;
    },
    declare: () => {
      throw new Error('not used');
    },
    close: () => undefined,
  });
  return { provider: new Provider('MyCompany_Shop', { sinks: [sink] }), written };
}

function plain(fields: readonly DecodedField[], outTypes: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ declaration, value }) => {
      outTypes[declaration.name] = outTypeName(declaration.outType);
      return [declaration.name, isStruct(value) ? plain(value.fields, outTypes) : value];
    }),
  );
}

function isStruct(value: FieldValue): value is { readonly fields: readonly DecodedField[] } {
  return typeof value === 'object' && 'fields' in value;
}

function exportSpan(span: SpanLike, options: object = {}): Written {
  const { provider, written } = listening();
  new EtwSpanExporter({ provider, ...options }).export([span], ({ code }) => expect(code).toBe(0));
  return written[0] as Written;
}

function exportLog(record: LogRecordLike, options: object = {}): Written {
  const { provider, written } = listening();
  new EtwLogRecordExporter({ provider, ...options }).export([record], ({ code }) => expect(code).toBe(0));
  return written[0] as Written;
}

test('a span is an event of Common Schema 4.0', () => {
  const attributes = {
    'http.request.method': 'GET',
    'http.response.status_code': 503,
    'url.full': 'https://ü/',
    cached: false,
    ratio: 0.5,
    size: 12,
    tags: ['a', 'b'],
  };
  const status = { code: 2, message: 'overloaded' };
  const { name, level, keyword, fields, outTypes, order, activityId } = exportSpan({
    ...sampleSpan(),
    attributes,
    status,
  });
  expect({ name, level, keyword, activityId }).toEqual({
    name: 'Span',
    level: 5,
    keyword: 1n,
    activityId: undefined,
  });
  expect(order).toEqual(['__csver__', 'PartA', 'PartC', 'PartB']);
  expect(fields).toEqual({
    __csver__: 0x400,
    PartA: {
      time: '2023-11-14T22:13:21.000000002Z',
      ext_dt: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
      ext_cloud: { role: 'shop' },
    },
    PartC: { cached: 0, ratio: 0.5, size: 12n, tags: '["a","b"]' },
    PartB: {
      _typeName: 'Span',
      name: 'GET /cart',
      kind: 1,
      startTime: '2023-11-14T22:13:20.000000001Z',
      parentId: '00f067aa0ba902b7',
      links: '[{"toTraceId":"0af7651916cd43dd8448eb211c80319c","toSpanId":"b7ad6b7169203331"}]',
      statusMessage: 'overloaded',
      httpMethod: 'GET',
      httpUrl: 'https://ü/',
      httpStatusCode: 503n,
      success: 0,
    },
  });
  for (const text of ['time', 'traceId', 'role', 'name', 'httpUrl', '_typeName'])
    expect(outTypes[text]).toBe('UTF8');
  expect(outTypes).toMatchObject({ success: 'BOOLEAN', links: 'JSON', tags: 'JSON', __csver__: 'UNSIGNED' });
});

test('a span without any of what is optional has none of it', () => {
  const { parentSpanContext: _parent, ...span } = sampleSpan();
  const { fields } = exportSpan({
    ...span,
    attributes: {},
    links: [],
    resource: { attributes: {} },
    status: { code: 1, message: 'not told' },
  });
  expect(Object.keys(fields)).toEqual(['__csver__', 'PartA', 'PartB']);
  expect(Object.keys(fields.PartA as object)).toEqual(['time', 'ext_dt']);
  expect(Object.keys(fields.PartB as object)).toEqual(['_typeName', 'name', 'kind', 'startTime', 'success']);
  expect(fields.PartB).toMatchObject({ success: 1 });
});

test('of two names for one field the newer is taken, and the other stays in Part C', () => {
  const attributes = { 'http.method': 'OLD', 'http.request.method': 'NEW', 'db.system': 'sqlite' };
  const { fields } = exportSpan({ ...sampleSpan(), attributes });
  expect(fields.PartB).toMatchObject({ httpMethod: 'NEW', dbSystem: 'sqlite' });
  expect(fields.PartC).toEqual({ 'http.method': 'OLD' });
});

test('a log record is an event of Common Schema 4.0', () => {
  const record = sampleLogRecord();
  const { name, level, fields, order } = exportLog({
    ...record,
    attributes: { ...record.attributes, event_id: 42 },
  });
  expect({ name, level }).toEqual({ name: 'Log', level: 3 });
  expect(order).toEqual(['__csver__', 'PartA', 'PartC', 'PartB']);
  expect(fields.PartB).toEqual({
    _typeName: 'Log',
    body: 'low on memory',
    severityNumber: 14,
    severityText: 'WARN',
    eventId: 42n,
    name: 'memory.low',
  });
  expect(fields.PartC).toEqual({ free: 12.5, unit: 'MiB', parts: '{"old":1,"young":[2,null,"x"]}' });
});

test('an event id that is no whole number stays in Part C, which counts it', () => {
  const { fields } = exportLog({ ...sampleLogRecord(), attributes: { event_id: 'E42', more: 1 } });
  expect(fields.PartC).toEqual({ event_id: 'E42', more: 1n });
  expect(fields.PartB).not.toHaveProperty('eventId');
});

test.each([
  [undefined, 5],
  [0, 5],
  [1, 5],
  [5, 5],
  [9, 4],
  [12, 4],
  [13, 3],
  [17, 2],
  [21, 1],
  [24, 1],
])('severity %s has level %i', (severityNumber, level) => {
  expect(exportLog({ ...sampleLogRecord(), severityNumber }).level).toBe(level);
});

test('what has no room of its own in Part C goes into one field of it', () => {
  const attributes = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key${i}`, i]));
  for (const { fields } of [
    exportSpan({ ...sampleSpan(), attributes: { ...attributes, 'db.name': 'x', 'http.method': 'GET' } }),
    exportLog({ ...sampleLogRecord(), attributes }),
  ]) {
    const { env_properties: rest, ...own } = fields.PartC as Record<string, unknown>;
    const others = JSON.parse(String(rest)) as Record<string, unknown>;
    expect(Object.keys(own)).toHaveLength(89);
    expect([...Object.keys(own), ...Object.keys(others)]).toEqual(Object.keys(attributes));
  }
});

test('an event stays within what Windows takes, whatever is in it', () => {
  const huge = 'ü'.repeat(100_000);
  const names = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`${huge}${i}`.slice(-5000), huge]));
  const status = { code: 2, message: huge };
  const span = exportSpan({
    ...sampleSpan(),
    name: huge,
    attributes: { ...names, 'url.full': huge },
    status,
  });
  expect(span.size).toBeLessThan(65_000);
  expect((span.fields.PartB as Record<string, string>).name).toMatch(/^ü+…$/);
  const log = exportLog({ ...sampleLogRecord(), body: { huge }, attributes: names, severityText: huge });
  expect(log.size).toBeLessThan(65_000);
});

test('names with NULs, and values that JSON can’t hold, cost neither the event nor the others', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const { fields } = exportLog({
    ...sampleLogRecord(),
    attributes: { 'a\0b': 1, cycle, big: [1n], none: null },
  });
  expect(fields.PartC).toEqual({ ab: 1n, cycle: '', big: '["1"]', none: '' });
});

test('options: name, keyword, attributes of the resource, activity id', () => {
  const options = {
    eventName: 'Request',
    keyword: 0x21n,
    resourceAttributes: ['host.name', 'none'],
    activityId: true,
  };
  const resource = { attributes: { 'service.name': 'shop', 'service.instance.id': 'i1', 'host.name': 'h' } };
  const { name, keyword, fields, activityId } = exportSpan(
    { ...sampleSpan(), attributes: {}, resource },
    options,
  );
  expect({ name, keyword, activityId }).toEqual({
    name: 'Request',
    keyword: 0x21n,
    activityId: `b7ad6b7169203331${'0'.repeat(16)}`,
  });
  expect(fields.PartC).toEqual({ 'host.name': 'h' });
  expect(fields.PartA).toMatchObject({ ext_cloud: { role: 'shop', roleInstance: 'i1' } });
});

test('an exporter that nobody listens to does nothing, and one that is shut down fails', async () => {
  const exporter = new EtwSpanExporter({ provider: 'MyCompany_Quiet' });
  const results: ExportResult[] = [];
  exporter.export([sampleSpan()], (result) => results.push(result));
  await exporter.shutdown();
  await exporter.shutdown();
  await exporter.forceFlush();
  exporter.export([sampleSpan()], (result) => results.push(result));
  expect(results.map(({ code }) => code)).toEqual([0, 1]);
  expect(results[1]?.error?.message).toBe(
    'The exporter to the ETW provider "MyCompany_Quiet" has been shut down',
  );
});

test('a span that throws fails the batch, but not the others', () => {
  const { provider, written } = listening();
  const exporter = new EtwSpanExporter({ provider });
  const results: ExportResult[] = [];
  exporter.export([null as unknown as SpanLike, sampleSpan()], (result) => results.push(result));
  expect(results).toMatchObject([{ code: 1, error: expect.any(TypeError) }]);
  expect(written).toHaveLength(1);
  expect(exporter.dropped).toBe(1);
});

test.each([
  [{}, /provider/],
  [{ provider: '' }, /''.*provider/],
  [{ provider: 'with space' }, /with space/],
  [{ provider: 'P', keyword: -1 }, /keyword/],
  [{ provider: 'P', colour: 'red' }, /colour/],
])('an option that can’t be used throws when it is made: %j', (options, message) => {
  expect(() => new EtwLogRecordExporter(options as never)).toThrow(message);
});

test('times have as many digits as they need', () => {
  expect(
    [0, 500_000_000, 1_000, 1, 999_999_999].map((nanoseconds) => rfc3339([0, nanoseconds]).slice(19)),
  ).toEqual(['Z', '.500Z', '.000001Z', '.000000001Z', '.999999999Z']);
});

import './trace-directory.ts';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { TraceRecord } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import { isEndMark, spanOf, TraceBufferSpanExporter, TraceBufferSpanProcessor } from '../src/index.ts';
import { ownRecords } from './fixture.ts';
import { sdkLines } from './sdk-lines.ts';

const RESOURCE = { 'service.name': 'shop' };
const REMOTE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
};

const kinds = (records: readonly TraceRecord[]): string[] => records.map(({ kind }) => kind);

describe.each(sdkLines)('SDK $version', (sdk) => {
  test('a span is stored when it starts, and again when it ends', async () => {
    const name = `span-${sdk.version}`;
    const processor = new TraceBufferSpanProcessor({ name, size: 65536 });
    const provider = sdk.tracers(processor, RESOURCE);
    const tracer = provider.getTracer('checkout', '1.2.3');
    const linked = { ...REMOTE, isRemote: false };
    const span = tracer.startSpan('GET /cart', {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': 'GET', 'user.ids': [1, 2.5], cached: false },
      links: [{ context: linked, attributes: { reason: 'retry' } }],
      startTime: [1_700_000_000, 123_456_789],
    });
    const [start] = ownRecords(name);
    expect(start).toMatchObject({
      kind: 'span-start',
      level: 'info',
      message: 'GET /cart started',
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
    });
    const started = spanOf(start as TraceRecord);
    expect(started).toMatchObject({
      name: 'GET /cart',
      kind: SpanKind.SERVER,
      startTime: [1_700_000_000, 123_456_789],
      ended: false,
      attributes: { 'http.request.method': 'GET', 'user.ids': [1, 2.5], cached: false },
      links: [{ context: linked, attributes: { reason: 'retry' } }],
      resource: { attributes: expect.objectContaining(RESOURCE) },
      instrumentationScope: { name: 'checkout', version: '1.2.3' },
    });

    span.setAttribute('http.response.status_code', 200);
    span.addEvent('cache miss', { key: 'cart' }, [1_700_000_000, 200_000_000]);
    span.updateName('GET /cart/{id}');
    span.end([1_700_000_001, 23_456_789]);
    const end = ownRecords(name)[1] as TraceRecord;
    expect(end).toMatchObject({
      kind: 'span-end',
      level: 'info',
      message: 'GET /cart/{id} ended after 900 ms',
    });
    expect(end.spanId).toBe(span.spanContext().spanId);
    expect(spanOf(end)).toMatchObject({
      name: 'GET /cart/{id}',
      startTime: [1_700_000_000, 123_456_789],
      endTime: [1_700_000_001, 23_456_789],
      duration: [0, 900_000_000],
      ended: true,
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200 },
      events: [{ name: 'cache miss', time: [1_700_000_000, 200_000_000], attributes: { key: 'cart' } }],
    });
    expect(spanOf(end)?.spanContext().traceFlags).toBe(1);
    expect(processor.dropped).toBe(0);
    await provider.shutdown();
    await provider.shutdown();
    expect(ownRecords(name)).toHaveLength(2);
  });

  test('a parent is stored, and whether it is in another process', async () => {
    const name = `parent-${sdk.version}`;
    const provider = sdk.tracers(new TraceBufferSpanProcessor({ name, size: 65536 }), RESOURCE);
    const tracer = provider.getTracer('checkout');
    const server = tracer.startSpan('server', {}, trace.setSpanContext(ROOT_CONTEXT, REMOTE));
    const inner = tracer.startSpan('inner', {}, trace.setSpan(context.active(), server));
    inner.end();
    server.end();
    const parents = ownRecords(name).map((record) => spanOf(record)?.parentSpanContext);
    const remote = { traceId: REMOTE.traceId, spanId: REMOTE.spanId, isRemote: true };
    const local = { traceId: REMOTE.traceId, spanId: server.spanContext().spanId, isRemote: false };
    expect(parents).toMatchObject([remote, local, local, remote]);
    await provider.shutdown();
  });

  test('a span with an error has its level, and is told beside its start as well', async () => {
    const name = `error-${sdk.version}`;
    const provider = sdk.tracers(new TraceBufferSpanProcessor({ name, size: 65536 }), RESOURCE);
    const span = provider.getTracer('checkout').startSpan('pay');
    span.recordException(new RangeError('too much'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'card refused' });
    span.end();
    const [start, mark, end] = ownRecords(name) as [TraceRecord, TraceRecord, TraceRecord];
    expect(kinds([start, mark, end])).toEqual(['span-start', 'span-end', 'span-end']);
    expect([start, mark, end].map(isEndMark)).toEqual([false, true, false]);
    expect([mark.spanId, end.spanId]).toEqual([start.spanId, start.spanId]);
    expect([mark.level, end.level]).toEqual(['info', 'error']);
    expect(end.message).toMatch(/^pay failed after [\d.e+-]+ ms: card refused$/);
    expect(spanOf(end)?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'card refused' });
    expect(spanOf(end)?.events[0]).toMatchObject({
      name: 'exception',
      attributes: { 'exception.type': 'RangeError', 'exception.message': 'too much' },
    });
    await provider.shutdown();
  });

  test('resource attributes that come later are added', async () => {
    const name = `late-${sdk.version}`;
    let settle: (value: string) => void = () => undefined;
    const late = new Promise<string>((resolve) => {
      settle = resolve;
    });
    const provider = sdk.lateTracers(new TraceBufferSpanProcessor({ name, size: 65536 }), late);
    provider.getTracer('checkout').startSpan('early').end();
    const attributes = () => spanOf(ownRecords(name)[0] as TraceRecord)?.resource.attributes;
    expect(attributes()).toMatchObject({ 'service.name': 'shop' });
    expect(attributes()).not.toHaveProperty('host.id');
    settle('h1');
    await expect.poll(attributes).toMatchObject({ 'service.name': 'shop', 'host.id': 'h1' });
    await provider.shutdown();
  });

  test('the exporter stores what the batch processor of the SDK hands it', async () => {
    const name = `exported-${sdk.version}`;
    const provider = sdk.tracers(
      sdk.batchSpans(new TraceBufferSpanExporter({ name, size: 65536 })),
      RESOURCE,
    );
    const tracer = provider.getTracer('checkout');
    for (const span of ['one', 'two', 'three']) tracer.startSpan(span).end();
    await provider.forceFlush();
    const records = ownRecords(name);
    expect(kinds(records)).toEqual(['span-end', 'span-end', 'span-end']);
    expect(records.map((record) => spanOf(record)?.name)).toEqual(['one', 'two', 'three']);
    await provider.shutdown();
  });
});

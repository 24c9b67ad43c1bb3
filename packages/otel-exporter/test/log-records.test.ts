import './trace-directory.ts';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { TraceRecord } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import { logRecordOf, TraceBufferLogRecordExporter, TraceBufferLogRecordProcessor } from '../src/index.ts';
import { ownRecords } from './fixture.ts';
import { sdkLines } from './sdk-lines.ts';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

describe.each(sdkLines)('SDK $version', (sdk) => {
  test('a log record is stored when it is emitted', async () => {
    const name = `log-${sdk.version}`;
    const provider = sdk.loggers(new TraceBufferLogRecordProcessor({ name, size: 65536 }));
    const logger = provider.getLogger('checkout', '1.2.3');
    logger.emit({
      severityNumber: 17,
      severityText: 'ERROR',
      body: { text: 'card refused', tries: [1, 2], nested: { deep: true } },
      attributes: { 'order.id': 4711, ratio: 0.25 },
      timestamp: [1_700_000_000, 123_456_789],
      context: trace.setSpanContext(ROOT_CONTEXT, SPAN),
    });
    logger.emit({ body: 'plain', context: context.active() });
    const [error, plain] = ownRecords(name) as [TraceRecord, TraceRecord];
    expect(error).toMatchObject({
      kind: 'otel-log',
      level: 'error',
      message: '{"text":"card refused","tries":[1,2],"nested":{"deep":true}}',
      traceId: SPAN.traceId,
      spanId: SPAN.spanId,
    });
    expect(logRecordOf(error)).toMatchObject({
      hrTime: [1_700_000_000, 123_456_789],
      severityNumber: 17,
      severityText: 'ERROR',
      body: { text: 'card refused', tries: [1, 2], nested: { deep: true } },
      attributes: { 'order.id': 4711, ratio: 0.25 },
      instrumentationScope: { name: 'checkout', version: '1.2.3' },
      spanContext: SPAN,
    });
    expect(plain).toMatchObject({ level: 'info', message: 'plain' });
    expect(plain).not.toHaveProperty('traceId');
    await provider.shutdown();
    await provider.shutdown();
  });

  test('the exporter stores what the batch processor of the SDK hands it', async () => {
    const name = `exported-log-${sdk.version}`;
    const exporter = new TraceBufferLogRecordExporter({ name, size: 65536 });
    const provider = sdk.loggers(sdk.batchLogs(exporter));
    const logger = provider.getLogger('checkout');
    for (const body of ['one', 'two']) logger.emit({ body, severityNumber: 13 });
    await provider.forceFlush();
    expect(ownRecords(name).map(({ message, level }) => [message, level])).toEqual([
      ['one', 'warn'],
      ['two', 'warn'],
    ]);
    await provider.shutdown();
  });
});

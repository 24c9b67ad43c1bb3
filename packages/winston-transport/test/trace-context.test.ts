import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, test } from 'vitest';
import './trace-directory.ts';
import winston from 'winston';
import { TraceBufferTransport, traceContext, traceContextMeta } from '../src/index.ts';
import { ownRecords } from './fixture.ts';

const API = Symbol.for('opentelemetry.js.api.1');
const ACTIVE_SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

/** What `@opentelemetry/api` registers, as far as anybody outside can see it. */
function registerOpenTelemetry(span: () => unknown): void {
  (globalThis as Record<symbol, unknown>)[API] = {
    version: '1.9.0',
    context: { active: () => ({ getValue: (key: symbol) => (key === ACTIVE_SPAN ? span() : undefined) }) },
  };
}

afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[API];
});

let count = 0;
const { combine, json } = winston.format;

function setUp(options: winston.LoggerOptions) {
  const name = `context-${count++}`;
  const logger = winston.createLogger({
    ...options,
    transports: [new TraceBufferTransport({ name, size: 65536 })],
  });
  return { logger, records: () => ownRecords(name) };
}

test("a record belongs to OpenTelemetry's active span without any format, unless its info says otherwise", () => {
  registerOpenTelemetry(() => ({ spanContext: () => ({ traceId, spanId, traceFlags: 1 }) }));
  const { logger, records } = setUp({});
  const other = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) };
  logger.info('in a span');
  logger.info('of another', other);
  registerOpenTelemetry(() => ({ spanContext: () => ({ traceId: 'x', spanId: 7 }) }));
  logger.info('of none');
  const [first, second, third] = records();
  expect(first).toMatchObject({ traceId, spanId });
  expect(first).not.toHaveProperty('fields');
  expect(second).toMatchObject({ traceId: other.trace_id, spanId: other.span_id });
  expect(third).not.toHaveProperty('traceId');
});

describe('traceContext()', () => {
  test("takes OpenTelemetry's active span", () => {
    registerOpenTelemetry(() => ({ spanContext: () => ({ traceId, spanId, traceFlags: 1 }) }));
    const { logger, records } = setUp({ format: combine(traceContext(), json()) });
    logger.info('in a span');
    expect(records()).toMatchObject([
      { traceId, spanId, fields: { trace_id: traceId, span_id: spanId, trace_flags: '01' } },
    ]);
  });

  test('adds nothing without OpenTelemetry, without a span, or with a broken one', () => {
    const { logger, records } = setUp({ format: combine(traceContext(), json()) });
    logger.info('none');
    registerOpenTelemetry(() => undefined);
    logger.info('no span');
    registerOpenTelemetry(() => ({
      spanContext: () => ({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }),
    }));
    logger.info('invalid');
    registerOpenTelemetry(() => {
      throw new Error('broken');
    });
    logger.info('broken');
    (globalThis as Record<symbol, unknown>)[API] = {};
    logger.info('empty');
    expect(records()).toHaveLength(5);
    for (const record of records()) expect(record).not.toHaveProperty('fields');
  });

  test('takes an AsyncLocalStorage, across awaits and timers', async () => {
    const storage = new AsyncLocalStorage<{ requestId: string }>();
    const { logger, records } = setUp({ format: combine(traceContext({ context: storage }), json()) });
    const request = async (requestId: string, ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      logger.info(`done ${requestId}`);
    };
    await Promise.all(
      ['a', 'b', 'c'].map((requestId, i) => storage.run({ requestId }, () => request(requestId, 9 - i * 3))),
    );
    logger.info('outside');
    expect(records().map(({ message, fields }) => [message, fields?.requestId])).toEqual([
      ['done c', 'c'],
      ['done b', 'b'],
      ['done a', 'a'],
      ['outside', undefined],
    ]);
  });

  test('takes a Map, or a function; ids of its own become those of the record', () => {
    const storage = new AsyncLocalStorage<Map<string, unknown>>();
    const map = setUp({ format: combine(traceContext({ context: storage }), json()) });
    storage.run(new Map([['tenant', 't1']]), () => map.logger.info('m'));
    expect(map.records()).toMatchObject([{ fields: { tenant: 't1' } }]);
    const own = setUp({ format: combine(traceContext({ context: () => ({ traceId, spanId }) }), json()) });
    own.logger.info('m');
    expect(own.records()).toMatchObject([{ traceId, spanId }]);
  });

  test('the span is added to a context of your own, unless that has one', () => {
    registerOpenTelemetry(() => ({ spanContext: () => ({ traceId, spanId, traceFlags: 1 }) }));
    const both = setUp({ format: combine(traceContext({ context: () => ({ user: 5 }) }), json()) });
    both.logger.info('m');
    expect(both.records()).toMatchObject([{ traceId, spanId, fields: { user: 5 } }]);
    const other = 'f'.repeat(32);
    const own = setUp({
      format: combine(traceContext({ context: () => ({ traceId: other, spanId }) }), json()),
    });
    own.logger.info('m');
    expect(own.records()).toMatchObject([{ traceId: other }]);
  });

  test('never overwrites, never throws', () => {
    const { logger, records } = setUp({
      format: combine(
        traceContext({ context: () => ({ user: 'context', message: 'context', level: 'context' }) }),
        traceContext({
          context: () => {
            throw new Error('no');
          },
        }),
        traceContext({ context: () => 'text' }),
        json(),
      ),
    });
    logger.info('mine', { user: 'call' });
    expect(records()).toMatchObject([{ message: 'mine', level: 'info', fields: { user: 'call' } }]);
  });

  test('ids that are none are fields like others', () => {
    for (const context of [
      { traceId: 'short', spanId },
      { traceId },
      { traceId, spanId: 5 },
      { traceId: 7 },
    ]) {
      const { logger, records } = setUp({
        format: combine(traceContext({ context: () => context }), json()),
      });
      logger.info('m');
      expect(records()).toMatchObject([{ message: 'm', fields: context }]);
      expect(records()[0]).not.toHaveProperty('spanId', expect.any(Number));
    }
  });
});

describe('traceContextMeta()', () => {
  test('is read at each log call, child loggers included', () => {
    const storage = new AsyncLocalStorage<{ requestId: number }>();
    const defaultMeta = traceContextMeta({ context: storage, keys: ['requestId'], meta: { service: 'web' } });
    const { logger, records } = setUp({ defaultMeta });
    storage.run({ requestId: 1 }, () => logger.info('a'));
    storage.run({ requestId: 2 }, () => logger.child({ part: 'x' }).info('b', { more: 1 }));
    logger.info('c');
    expect(records().map(({ fields }) => fields)).toEqual([
      { requestId: 1, service: 'web' },
      { requestId: 2, service: 'web', part: 'x', more: 1 },
      { service: 'web' },
    ]);
  });

  test("gives the ids of OpenTelemetry's span", () => {
    registerOpenTelemetry(() => ({ spanContext: () => ({ traceId, spanId, traceFlags: 0 }) }));
    const { logger, records } = setUp({ defaultMeta: traceContextMeta() });
    logger.info('m');
    expect(records()).toMatchObject([{ traceId, spanId, fields: { trace_flags: '00' } }]);
  });
});

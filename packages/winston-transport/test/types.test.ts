import { expectTypeOf, test } from 'vitest';
import './trace-directory.ts';
import type { RecordDecoder } from '@tracebuf/ring';
import winston from 'winston';
import type TransportStream from 'winston-transport';
import {
  type Format,
  type LogQuery,
  type LogResult,
  type LogStream,
  TraceBufferTransport,
  type TraceBufferTransportOptions,
  traceContext,
  traceContextMeta,
  winstonDecoder,
} from '../src/index.ts';

test('a transport is what winston takes for one', () => {
  expectTypeOf<TraceBufferTransport>().toExtend<TransportStream>();
  expectTypeOf<TraceBufferTransport>().toExtend<NonNullable<winston.LoggerOptions['exceptionHandlers']>>();
  expectTypeOf(TraceBufferTransport).toBeConstructibleWith();
  expectTypeOf(TraceBufferTransport).toBeConstructibleWith({ name: 'web', size: 65536, keepLevel: 'crit' });
  expectTypeOf(winston.createLogger).toBeCallableWith({ transports: [new TraceBufferTransport()] });
});

test('options', () => {
  expectTypeOf<TraceBufferTransportOptions['level']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<TraceBufferTransportOptions['keepLevel']>().toEqualTypeOf<
    string | number | false | undefined
  >();
  expectTypeOf<TraceBufferTransportOptions['policy']>().toEqualTypeOf<'overwrite' | 'discard' | undefined>();
  expectTypeOf(winston.format.json()).toExtend<Format>();
  expectTypeOf<{ level: number }>().not.toExtend<TraceBufferTransportOptions>();
  // @ts-expect-error: an option of another transport
  const other: TraceBufferTransportOptions = { filename: 'x.log' };
  expectTypeOf(other).toExtend<object>();
});

test('results', () => {
  expectTypeOf<TraceBufferTransport['stream']>().returns.toEqualTypeOf<LogStream>();
  expectTypeOf<TraceBufferTransport['log']>().returns.toEqualTypeOf<boolean>();
  expectTypeOf<LogQuery['order']>().toEqualTypeOf<'asc' | 'desc' | undefined>();
  expectTypeOf<TraceBufferTransport['query']>().toBeCallableWith(
    { rows: 5 },
    (_error: Error | null, results?: LogResult[]) => results,
  );
});

test('formats and the decoder', () => {
  expectTypeOf(traceContext).returns.toExtend<winston.Logform.Format>();
  expectTypeOf(traceContextMeta).returns.toEqualTypeOf<Record<string, unknown>>();
  expectTypeOf(winstonDecoder).toEqualTypeOf<RecordDecoder>();
});

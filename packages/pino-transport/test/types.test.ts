import type { Writable } from 'node:stream';
import type { TraceBuffer } from '@tracebuf/ring';
import type { DestinationStream, pino, StreamEntry } from 'pino';
import { expectTypeOf, test } from 'vitest';
import transport, {
  type SpanIds,
  type TraceBufferDestination,
  type TraceBufferDestinationOptions,
  type TraceBufferTransportOptions,
  traceBuffer,
} from '../src/index.ts';

test('the destination fits where pino takes one', () => {
  expectTypeOf(traceBuffer).returns.toEqualTypeOf<TraceBufferDestination>();
  expectTypeOf<TraceBufferDestination>().toExtend<DestinationStream>();
  expectTypeOf<{ level: 'error'; stream: TraceBufferDestination }>().toExtend<StreamEntry>();
  expectTypeOf<TraceBufferDestination>().toExtend<NonNullable<Parameters<typeof pino.multistream>[0]>>();
  expectTypeOf<TraceBufferDestination['buffer']>().toEqualTypeOf<TraceBuffer>();
});

test('options are those of the buffer and those of the logger', () => {
  expectTypeOf<TraceBufferDestinationOptions['keepLevel']>().toExtend<string | number | false | undefined>();
  expectTypeOf<TraceBufferDestinationOptions['context']>().toEqualTypeOf<
    (() => SpanIds | undefined) | undefined
  >();
  expectTypeOf<TraceBufferTransportOptions>().not.toHaveProperty('context');
});

test('the transport makes a stream', () => {
  expectTypeOf(transport).returns.resolves.toExtend<Writable>();
});

import './trace-directory.ts';
import {
  type Context,
  type ContextManager,
  context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
import {
  type ExportResult,
  type LogRecordLike,
  type SpanLike,
  TraceBufferLogRecordExporter,
  TraceBufferLogRecordProcessor,
  TraceBufferSpanExporter,
  TraceBufferSpanProcessor,
} from '../src/index.ts';
import { ownRecords } from './fixture.ts';
import { sampleLogRecord, sampleSpan } from './samples.ts';

afterEach(() => diag.disable());

const exporters = [
  {
    what: 'spans',
    make: (name: string) => new TraceBufferSpanExporter({ name, size: 65536 }),
    good: sampleSpan() as SpanLike & LogRecordLike,
  },
  {
    what: 'log records',
    make: (name: string) => new TraceBufferLogRecordExporter({ name, size: 65536 }),
    good: sampleLogRecord() as SpanLike & LogRecordLike,
  },
];

test.each(exporters)('an exporter of $what answers success within the call', async ({ what, make, good }) => {
  const exporter = make(`good ${what}`);
  const results: ExportResult[] = [];
  exporter.export([good, good], (result) => results.push(result));
  expect(results).toEqual([{ code: 0 }]);
  expect(ownRecords(`good ${what}`)).toHaveLength(2);
  await exporter.forceFlush();
  await exporter.forceFlush();
  await exporter.shutdown();
});

test.each(exporters)(
  'a record of $what that throws fails the batch, but not the others',
  async ({ what, make, good }) => {
    const error = vi.fn();
    const none = () => undefined;
    diag.setLogger({ error, warn: none, info: none, debug: none, verbose: none }, DiagLogLevel.ERROR);
    const exporter = make(`bad ${what}`);
    const bad = Object.defineProperty({ ...good }, 'instrumentationScope', {
      get: () => {
        throw new RangeError('no scope');
      },
    });
    const results: ExportResult[] = [];
    exporter.export([bad, good, bad], (result) => results.push(result));
    expect(results).toEqual([{ code: 1, error: new RangeError('no scope') }]);
    expect(exporter.dropped).toBe(2);
    expect(error).toHaveBeenCalledTimes(1);
    expect(ownRecords(`bad ${what}`)).toHaveLength(1);
    await exporter.shutdown();
  },
);

test.each(exporters)(
  'after shutdown, exports of $what fail, and shutdown and forceFlush do nothing',
  async ({ what, make, good }) => {
    const exporter = make(`shut ${what}`);
    await exporter.shutdown();
    await exporter.shutdown();
    await exporter.forceFlush();
    const results: ExportResult[] = [];
    exporter.export([good], (result) => results.push(result));
    expect(results).toEqual([
      { code: 1, error: expect.objectContaining({ message: expect.stringMatching('shut down') }) },
    ]);
    expect(ownRecords(`shut ${what}`)).toHaveLength(0);
  },
);

test.each(exporters)(
  'a callback of $what that throws is not the exporter’s failure',
  async ({ what, make, good }) => {
    const exporter = make(`callback ${what}`);
    const callback = () => {
      throw new Error('in the callback');
    };
    expect(() => exporter.export([good], callback)).not.toThrow();
    await exporter.shutdown();
    expect(() => exporter.export([good], callback)).not.toThrow();
  },
);

test('a processor never throws, whatever a span or record is', async () => {
  const spans = new TraceBufferSpanProcessor({ name: 'hostile spans', size: 65536 });
  const logs = new TraceBufferLogRecordProcessor({ name: 'hostile logs', size: 65536 });
  const throwing = new Proxy({} as SpanLike & LogRecordLike, {
    get: () => {
      throw new Error('no');
    },
  });
  const nothing = {} as SpanLike & LogRecordLike;
  for (const hostile of [throwing, nothing, null as unknown as SpanLike & LogRecordLike]) {
    spans.onStart(hostile, undefined as never);
    spans.onEnd(hostile);
    logs.onEmit(hostile);
  }
  expect(spans.dropped).toBe(6);
  expect(logs.dropped).toBe(3);
  await spans.shutdown();
  await logs.shutdown();
  spans.onStart(sampleSpan(), undefined as never);
  spans.onEnd(sampleSpan());
  logs.onEmit(sampleLogRecord());
  expect(ownRecords('hostile spans')).toHaveLength(0);
});

test('what is switched off, or below the level, is not stored', async () => {
  const spans = new TraceBufferSpanProcessor({ name: 'quiet spans', size: 65536, level: 'error' });
  spans.onStart(sampleSpan(), undefined as never);
  spans.onEnd(sampleSpan());
  spans.onEnd({ ...sampleSpan(), status: { code: 2 } });
  expect(ownRecords('quiet spans').map(({ level }) => level)).toEqual(['error']);
  await spans.shutdown();
});

test('file work of the recorder is not traced', async () => {
  const manager = new (class implements ContextManager {
    current: Context = ROOT_CONTEXT;
    active = (): Context => this.current;
    with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
      to: Context,
      fn: F,
      _this?: ThisParameterType<F>,
      ...args: A
    ): ReturnType<F> {
      const before = this.current;
      this.current = to;
      try {
        return fn(...args);
      } finally {
        this.current = before;
      }
    }
    bind = <T>(_context: Context, target: T): T => target;
    enable = (): this => this;
    disable = (): this => this;
  })();
  context.setGlobalContextManager(manager);
  try {
    const spans = new TraceBufferSpanProcessor({ name: 'suppressed', size: 65536 });
    const suppressed: unknown[] = [];
    const key = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
    const define = vi.spyOn(spans.buffer, 'define').mockImplementation(() => {
      suppressed.push(context.active().getValue(key));
    });
    spans.onEnd(sampleSpan());
    expect(suppressed.length).toBeGreaterThan(2);
    expect(new Set(suppressed)).toEqual(new Set([true]));
    define.mockRestore();
    await spans.shutdown();
  } finally {
    context.disable();
  }
});

test('an option that can’t be used throws when it is made', () => {
  expect(() => new TraceBufferSpanProcessor({ size: 12 })).toThrow(/size/);
  expect(() => new TraceBufferSpanProcessor('spans' as never)).toThrow(/options/);
  expect(() => new TraceBufferLogRecordExporter({ colour: 'red' } as never)).toThrow(/colour/);
});

test('a span and its exporter may share a buffer; the last one closes it', async () => {
  const processor = new TraceBufferSpanProcessor({ name: 'shared', size: 65536 });
  const exporter = new TraceBufferSpanExporter({ name: 'shared', size: 65536 });
  expect(exporter.buffer).toBe(processor.buffer);
  await processor.shutdown();
  exporter.export([sampleSpan()], () => undefined);
  expect(ownRecords('shared')).toHaveLength(1);
  await exporter.shutdown();
  exporter.buffer.log('closed');
  expect(ownRecords('shared')).toHaveLength(1);
});

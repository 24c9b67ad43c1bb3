import { context, SpanKind } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BatchSpanProcessor, type ReadableSpan, type Span, TracerProvider } from '@opentelemetry/sdk-trace';
import { TraceBufferSpanProcessor } from '@tracebuf/otel-exporter';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, interleave, ratio } from '../interleave.ts';

/** Spans that are made before anything is timed, and used again and again. */
const POOL = 512;

/** What the batch processor holds before it is flushed; it drops what is beyond its queue. */
const QUEUE = 2048;

/** Spans of the SDK as a server has them, ended, with eight attributes and an event. */
function makeSpans(): readonly Span[] {
  const tracer = new TracerProvider().getTracer('bench', '1.0.0');
  return Array.from({ length: POOL }, (_, index) => {
    const span = tracer.startSpan('GET /orders/{id}', {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'GET',
        'url.scheme': 'https',
        'url.path': `/orders/${index}`,
        'server.address': 'shop.example.com',
        'server.port': 443,
        'network.protocol.version': '1.1',
      },
    });
    span.setAttribute('http.response.status_code', 200);
    span.setAttribute('http.route', '/orders/{id}');
    span.addEvent('cache miss', { 'cache.key': `order:${index}` });
    span.end();
    return span as Span;
  });
}

export const contenders = {
  traceBuffer(): Contender {
    const processor = new TraceBufferSpanProcessor({ name: 'bench' });
    const spans = makeSpans();
    const parent = context.active();
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) {
          const span = spans[i % POOL] as Span;
          processor.onStart(span, parent);
          processor.onEnd(span);
        }
      },
    };
  },

  /** All that an exporter by OTLP does, but the sending. */
  batch(): Contender {
    let bytes = 0;
    const exporter = {
      export(batch: ReadableSpan[], callback: (result: { code: number }) => void): void {
        bytes += ProtobufTraceSerializer.serializeRequest(batch)?.byteLength ?? 0;
        callback({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
    };
    const processor = new BatchSpanProcessor({ exporter, maxQueueSize: QUEUE * 2 });
    const spans = makeSpans();
    const parent = context.active();
    return {
      async run(operations) {
        for (let i = 0; i < operations; i++) {
          const span = spans[i % POOL] as Span;
          processor.onStart(span, parent);
          processor.onEnd(span);
          if (i % QUEUE === QUEUE - 1) await processor.forceFlush();
        }
        await processor.forceFlush();
        if (operations > 0 && bytes === 0) throw new Error('nothing was serialized');
      },
    };
  },
};

export const spanProcessor: Comparison = {
  name: 'span-processor',
  what: 'TraceBufferSpanProcessor, start and end of a span with eight attributes and an event, over BatchSpanProcessor with the serialisation of the OTLP exporter (protobuf), nothing sent',
  unit: '',
  bar: { kind: 'at most', value: 0.5 },
  async measure(effort) {
    const subject = contender(import.meta.url, 'traceBuffer');
    return ratio(await interleave(subject, contender(import.meta.url, 'batch'), effort));
  },
};

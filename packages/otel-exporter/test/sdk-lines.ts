import { createRequire } from 'node:module';
import type { LoggerProvider, TracerProvider } from '@opentelemetry/api';
import type * as resourcesOf3 from '@opentelemetry/resources';
import type * as logsOf3 from '@opentelemetry/sdk-logs';
import type * as traceOf3 from '@opentelemetry/sdk-trace';
import type * as nodeOf1 from 'sdk-node-1';
import type * as nodeOf2 from 'sdk-node-2';
import type * as nodeOf3 from 'sdk-node-3';
import type { LogRecordLike, ResultCallback, SpanLike } from '../src/index.ts';

// As programs of CommonJS load them: what they have for bundlers is no ES module to Node.js.
const require = createRequire(import.meta.url);
const sdk1 = require('sdk-node-1') as typeof nodeOf1;
const sdk2 = require('sdk-node-2') as typeof nodeOf2;
const sdk3 = require('sdk-node-3') as typeof nodeOf3;
const trace3 = require('@opentelemetry/sdk-trace') as typeof traceOf3;
const logs3 = require('@opentelemetry/sdk-logs') as typeof logsOf3;
const resources3 = require('@opentelemetry/resources') as typeof resourcesOf3;

/** A processor of spans, as all SDKs take it. */
export type AnySpanProcessor = nodeOf1.tracing.SpanProcessor &
  nodeOf2.tracing.SpanProcessor &
  traceOf3.SpanProcessor;
/** A processor of log records, as all SDKs take it. */
export type AnyLogRecordProcessor = nodeOf1.logs.LogRecordProcessor &
  nodeOf2.logs.LogRecordProcessor &
  logsOf3.LogRecordProcessor;

/** An exporter, as all batch processors take it. */
interface AnyExporter<T> {
  export(records: readonly T[], callback: ResultCallback): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** A provider that can be shut down. */
type Ends<T> = T & { forceFlush(): Promise<unknown>; shutdown(): Promise<unknown> };

/** The parts of one major version of OpenTelemetry's SDK that the tests use. */
export interface SdkLine {
  readonly version: string;
  readonly tracers: (processor: AnySpanProcessor, resource: Record<string, string>) => Ends<TracerProvider>;
  readonly loggers: (processor: AnyLogRecordProcessor) => Ends<LoggerProvider>;
  /** Attributes that come later, among one that is there. */
  readonly lateTracers: (processor: AnySpanProcessor, late: Promise<string>) => Ends<TracerProvider>;
  readonly batchSpans: (exporter: AnyExporter<SpanLike>) => AnySpanProcessor;
  readonly batchLogs: (exporter: AnyExporter<LogRecordLike>) => AnyLogRecordProcessor;
  readonly nodeSdk: (
    spans: AnySpanProcessor,
    logs: AnyLogRecordProcessor,
  ) => { start(): void; shutdown(): Promise<void> };
}

const NODE = { autoDetectResources: false, instrumentations: [], metricReaders: [] };

export const sdkLines: readonly SdkLine[] = [
  {
    version: '1',
    tracers: (processor, attributes) =>
      new sdk1.tracing.BasicTracerProvider({
        spanProcessors: [processor],
        resource: new sdk1.resources.Resource(attributes),
      }) as unknown as Ends<TracerProvider>,
    loggers: (processor) => {
      const provider = new sdk1.logs.LoggerProvider();
      provider.addLogRecordProcessor(processor);
      return provider as unknown as Ends<LoggerProvider>;
    },
    lateTracers: (processor, late) =>
      new sdk1.tracing.BasicTracerProvider({
        spanProcessors: [processor],
        resource: new sdk1.resources.Resource(
          { 'service.name': 'shop' },
          late.then((value) => ({ 'host.id': value })),
        ),
      }) as unknown as Ends<TracerProvider>,
    batchSpans: (exporter) =>
      new sdk1.tracing.BatchSpanProcessor(exporter as never) as unknown as AnySpanProcessor,
    batchLogs: (exporter) =>
      new sdk1.logs.BatchLogRecordProcessor(exporter as never) as unknown as AnyLogRecordProcessor,
    nodeSdk: (spans, logs) =>
      new sdk1.NodeSDK({
        autoDetectResources: false,
        serviceName: 'shop',
        spanProcessors: [spans],
        logRecordProcessors: [logs],
      }),
  },
  {
    version: '2',
    tracers: (processor, attributes) =>
      new sdk2.tracing.BasicTracerProvider({
        spanProcessors: [processor],
        resource: sdk2.resources.resourceFromAttributes(attributes),
      }) as unknown as Ends<TracerProvider>,
    loggers: (processor) =>
      new sdk2.logs.LoggerProvider({ processors: [processor] }) as unknown as Ends<LoggerProvider>,
    lateTracers: (processor, late) =>
      new sdk2.tracing.BasicTracerProvider({
        spanProcessors: [processor],
        resource: sdk2.resources.detectResources({
          detectors: [{ detect: () => ({ attributes: { 'service.name': 'shop', 'host.id': late } }) }],
        }),
      }) as unknown as Ends<TracerProvider>,
    batchSpans: (exporter) =>
      new sdk2.tracing.BatchSpanProcessor(exporter as never) as unknown as AnySpanProcessor,
    batchLogs: (exporter) =>
      new sdk2.logs.BatchLogRecordProcessor({
        exporter: exporter as never,
      }) as unknown as AnyLogRecordProcessor,
    nodeSdk: (spans, logs) =>
      new sdk2.NodeSDK({
        ...NODE,
        serviceName: 'shop',
        spanProcessors: [spans],
        logRecordProcessors: [logs],
      }),
  },
  {
    version: '3',
    tracers: (processor, attributes) =>
      new trace3.TracerProvider({
        spanProcessors: [processor],
        resource: resources3.resourceFromAttributes(attributes),
      }),
    loggers: (processor) => new logs3.LoggerProvider({ processors: [processor] }),
    lateTracers: (processor, late) =>
      new trace3.TracerProvider({
        spanProcessors: [processor],
        resource: resources3.detectResources({
          detectors: [{ detect: () => ({ attributes: { 'service.name': 'shop', 'host.id': late } }) }],
        }),
      }),
    batchSpans: (exporter) =>
      new trace3.BatchSpanProcessor({ exporter: exporter as never }) as unknown as AnySpanProcessor,
    batchLogs: (exporter) =>
      new logs3.BatchLogRecordProcessor({ exporter: exporter as never }) as unknown as AnyLogRecordProcessor,
    nodeSdk: (spans, logs) =>
      new sdk3.NodeSDK({
        ...NODE,
        serviceName: 'shop',
        spanProcessors: [spans],
        logRecordProcessors: [logs],
      }),
  },
];

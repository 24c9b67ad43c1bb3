import { EventLevel, OutType } from '@tracebuf/etw';
import { attributesWith } from './common-schema-event.ts';
import { type EtwExporterOptions, EtwTarget } from './etw-exporter.ts';
import { exportBatch, type ResultCallback } from './export-batch.ts';
import { rfc3339 } from './rfc3339.ts';
import { type SpanLike, StatusCode } from './types.ts';

/**
 * Fields of Part B by attribute, older names of the semantic conventions included. Of two names for one field, the one that
 * comes first here is taken; the other stays in Part C.
 */
const PART_B: readonly (readonly [attribute: string, field: string])[] = [
  ['db.system.name', 'dbSystem'],
  ['db.system', 'dbSystem'],
  ['db.namespace', 'dbName'],
  ['db.name', 'dbName'],
  ['db.query.text', 'dbStatement'],
  ['db.statement', 'dbStatement'],
  ['http.request.method', 'httpMethod'],
  ['http.method', 'httpMethod'],
  ['url.full', 'httpUrl'],
  ['http.url', 'httpUrl'],
  ['http.response.status_code', 'httpStatusCode'],
  ['http.status_code', 'httpStatusCode'],
  ['messaging.system', 'messagingSystem'],
  ['messaging.destination.name', 'messagingDestination'],
  ['messaging.destination', 'messagingDestination'],
  ['messaging.url', 'messagingUrl'],
  ['rpc.system.name', 'rpcSystem'],
  ['rpc.system', 'rpcSystem'],
  ['rpc.response.status_code', 'rpcGrpcStatusCode'],
  ['rpc.grpc.status_code', 'rpcGrpcStatusCode'],
];

/**
 * A span exporter of OpenTelemetry that writes ETW events of Common Schema 4.0: to Windows, and on every system to a trace
 * buffer of the provider, once somebody has enabled the provider (`trace-cli provider enable`).
 */
export class EtwSpanExporter {
  readonly #target: EtwTarget;

  /** @throws InvalidOptionError for an option that can't be used. */
  constructor(options: EtwExporterOptions) {
    this.#target = new EtwTarget(options, 'Span');
  }

  /** Spans that could not be written. */
  get dropped(): number {
    return this.#target.dropped;
  }

  /** Writes spans, and calls back within the call. Never throws. */
  export(spans: readonly SpanLike[], resultCallback: ResultCallback): void {
    exportBatch(this.#target, spans, (span) => this.#write(span), resultCallback);
  }

  /** Does nothing: what was exported is written. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends it, and the provider where it is its own. Later exports fail. */
  shutdown(): Promise<void> {
    this.#target.close();
    return Promise.resolve();
  }

  #write(span: SpanLike): void {
    const target = this.#target;
    const { provider, event, keyword } = target;
    if (!provider.isEnabled(EventLevel.Verbose, keyword)) return;
    const context = span.spanContext();
    const resource = span.resource.attributes;
    const attributes = attributesWith(span.attributes, resource, target.resourceAttributes);
    const mapped = takeMapped(attributes);
    event.begin(target.eventName, EventLevel.Verbose, keyword);
    target.partA(rfc3339(span.endTime), context, resource);
    event.partC([...attributes]);
    event.open('PartB');
    event.text('_typeName', 'Span');
    event.text('name', span.name);
    event.builder.addUint8('kind', span.kind);
    event.text('startTime', rfc3339(span.startTime));
    const parentId = span.parentSpanContext?.spanId ?? span.parentSpanId;
    if (parentId !== undefined) event.text('parentId', parentId);
    if (span.links.length > 0) {
      event.json(
        'links',
        span.links.map((link) => ({ toTraceId: link.context.traceId, toSpanId: link.context.spanId })),
      );
    }
    const failed = span.status.code === StatusCode.ERROR;
    const { message } = span.status;
    if (failed && message !== undefined && message !== '') event.text('statusMessage', message);
    for (const [field, value] of mapped) event.attribute(field, value);
    event.builder.addUint8('success', failed ? 0 : 1, OutType.BOOLEAN);
    event.close();
    target.write(context);
  }
}

/** Takes the attributes that have a field of their own out of all. */
function takeMapped(attributes: Map<string, unknown>): Map<string, unknown> {
  const mapped = new Map<string, unknown>();
  for (const [attribute, field] of PART_B) {
    if (mapped.has(field) || !attributes.has(attribute)) continue;
    mapped.set(field, attributes.get(attribute));
    attributes.delete(attribute);
  }
  return mapped;
}

import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { incidentOf } from '@tracebuf/exos-log';
import { type StoredLogRecord, type StoredSpan, spanOf } from '@tracebuf/otel-exporter';
import type { TraceRecord } from '@tracebuf/ring';
import { OpenSpans } from './open-spans.ts';
import { outgoingLog, outgoingLoss } from './outgoing-log.ts';
import { ProcessResources } from './process-resource.ts';
import type { FeedItem } from './record-feed.ts';

/** How requests are written. */
export type Protocol = 'protobuf' | 'json';

/** What a collector answers to a request that it has taken. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** Spans or log records: what of a feed belongs to it, and how it is sent. */
export interface Signal<T> {
  readonly name: 'spans' | 'log records';
  /** Where it is sent, below the URL of the collector. */
  readonly path: string;
  /** What an item makes to be sent: often nothing. */
  outgoing(item: FeedItem): T[];
  /** Whether a record is of this signal: what is missing before it counts as missing of it. */
  owns(record: TraceRecord): boolean;
  serialize(batch: readonly T[]): Uint8Array;
  readAnswer(body: Uint8Array): PartialSuccess;
}

const SAMPLED = 1;

/** Spans: those that have ended and were sampled, and those that a process that is over has left open. */
export class SpanSignal implements Signal<StoredSpan> {
  readonly name = 'spans';
  readonly path = 'v1/traces';
  readonly #serializer: typeof ProtobufTraceSerializer;
  readonly #open = new OpenSpans();
  readonly #resources = new ProcessResources();

  constructor(protocol: Protocol) {
    this.#serializer = protocol === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  }

  outgoing({ process, record, known, ring }: FeedItem): StoredSpan[] {
    if (record !== undefined) {
      this.#open.see(process, record);
      const span = spanOf(record);
      return known || span?.ended !== true ? [] : this.#sampled(process, [span]);
    }
    if (ring !== undefined) return [];
    const unfinished = this.#sampled(process, this.#open.takeUnfinished(process));
    this.#resources.delete(process.key);
    return unfinished;
  }

  owns({ kind }: TraceRecord): boolean {
    return kind === 'span-start' || kind === 'span-end';
  }

  serialize(batch: readonly StoredSpan[]): Uint8Array {
    return this.#serializer.serializeRequest(batch as never) ?? new Uint8Array();
  }

  readAnswer(body: Uint8Array): PartialSuccess {
    const { partialSuccess } = this.#serializer.deserializeResponse(body);
    return partialSuccessOf(partialSuccess?.rejectedSpans, partialSuccess?.errorMessage);
  }

  #sampled(process: FeedItem['process'], spans: readonly StoredSpan[]): StoredSpan[] {
    return spans
      .filter((span) => (span.spanContext().traceFlags & SAMPLED) !== 0)
      .map((span) => ({ ...span, resource: this.#resources.of(process, span.resource) }));
  }
}

/** Log records: all that is no span, incidents among them, and word of what was lost. */
export class LogSignal implements Signal<StoredLogRecord> {
  readonly name = 'log records';
  readonly path = 'v1/logs';
  readonly #serializer: typeof ProtobufLogsSerializer;
  readonly #resources = new ProcessResources();

  constructor(protocol: Protocol) {
    this.#serializer = protocol === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer;
  }

  outgoing(item: FeedItem): StoredLogRecord[] {
    const { process, record, known } = item;
    if (record === undefined) {
      if (item.ring === undefined) this.#resources.delete(process.key);
      return [];
    }
    // A span tells what its process says of itself, also to its log lines.
    const told = spanOf(record)?.resource;
    if (told !== undefined) this.#resources.of(process, told);
    if (known || !this.owns(record)) return [];
    const outgoing = item.missed > 0 ? [outgoingLoss(item, record, this.#resources.of(process))] : [];
    // Stored for other targets only: the system log of this process does not have it.
    if (incidentOf(record)?.inMemoryBuffer !== false) {
      outgoing.push(outgoingLog(item, record, (stored) => this.#resources.of(process, stored)));
    }
    return outgoing;
  }

  owns({ kind }: TraceRecord): boolean {
    return kind !== 'span-start' && kind !== 'span-end';
  }

  serialize(batch: readonly StoredLogRecord[]): Uint8Array {
    return this.#serializer.serializeRequest(batch as never) ?? new Uint8Array();
  }

  readAnswer(body: Uint8Array): PartialSuccess {
    const { partialSuccess } = this.#serializer.deserializeResponse(body);
    return partialSuccessOf(partialSuccess?.rejectedLogRecords, partialSuccess?.errorMessage);
  }
}

/** Untrusted: the JSON of 64-bit numbers may be text. */
function partialSuccessOf(rejected: unknown, message: unknown): PartialSuccess {
  const count = Number(rejected ?? 0);
  return {
    rejected: Number.isSafeInteger(count) && count > 0 ? count : 0,
    message: typeof message === 'string' ? message.slice(0, 200) : '',
  };
}

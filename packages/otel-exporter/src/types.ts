/**
 * What this package needs to know of OpenTelemetry's SDK, by shape: the packages of SDK 1, 2 and 3 differ in name and class,
 * but all their spans and log records have these parts.
 */

/** Seconds since 1970, and nanoseconds. */
export type HrTime = [seconds: number, nanoseconds: number];

/** Values of attributes; log records may hold what is nested as well. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Identity of a span. */
export interface SpanContextLike {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly traceFlags: number;
  /** Whether it came from another process. */
  readonly isRemote?: boolean | undefined;
  readonly traceState?: { serialize(): string } | undefined;
}

/** What sends: attributes such as `service.name`. */
export interface ResourceLike {
  readonly attributes: Attributes;
  readonly schemaUrl?: string | undefined;
  /** Whether some attributes are not known yet. */
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void>;
  /** SDK 2 and later: attributes, some of them promises. */
  getRawAttributes?(): readonly (readonly [string, unknown])[];
}

/** What made a span or log record: a library, or the program itself. */
export interface ScopeLike {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
  readonly attributes?: Attributes | undefined;
}

/** Another span that a span points to. */
export interface LinkLike {
  readonly context: SpanContextLike;
  readonly attributes?: Attributes | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** Something that happened during a span. */
export interface EventLike {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes?: Attributes | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** `SpanStatusCode` of the API. */
export const StatusCode = { UNSET: 0, OK: 1, ERROR: 2 } as const;

/** A span, as processors and exporters are given it. */
export interface SpanLike {
  readonly name: string;
  /** `SpanKind` of the API: 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number;
  spanContext(): SpanContextLike;
  /** SDK 2 and later. */
  readonly parentSpanContext?: SpanContextLike | undefined;
  /** SDK 1. */
  readonly parentSpanId?: string | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: Attributes;
  readonly links: readonly LinkLike[];
  readonly events: readonly EventLike[];
  readonly resource: ResourceLike;
  /** SDK 2 and later. */
  readonly instrumentationScope?: ScopeLike | undefined;
  /** SDK 1. */
  readonly instrumentationLibrary?: ScopeLike | undefined;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/** A log record, as processors and exporters are given it. */
export interface LogRecordLike {
  readonly hrTime: HrTime;
  readonly hrTimeObserved: HrTime;
  readonly spanContext?: SpanContextLike | undefined;
  readonly severityText?: string | undefined;
  /** `SeverityNumber`: 1 to 24. */
  readonly severityNumber?: number | undefined;
  readonly body?: unknown;
  readonly eventName?: string | undefined;
  readonly resource: ResourceLike;
  readonly instrumentationScope: ScopeLike;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** `ExportResultCode` of the SDK. */
export const ExportResultCode = { SUCCESS: 0, FAILED: 1 } as const;

/** What an exporter answers. */
export interface ExportResult {
  code: number;
  error?: Error;
}

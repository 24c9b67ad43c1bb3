/** Ids of a span, as OpenTelemetry's `span.spanContext()` gives them. */
export interface ActiveSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Flags of W3C's trace context, 0 to 255. */
  readonly traceFlags: number;
}

/** The parts of OpenTelemetry's global that are used here; it may be of any version, or not there. */
interface OpenTelemetryGlobal {
  readonly context?: { active(): { getValue(key: symbol): SpanLike | undefined } };
}

interface SpanLike {
  spanContext(): ActiveSpan;
}

/** Where `@opentelemetry/api` 1.x keeps what is registered with it. */
const OPENTELEMETRY = Symbol.for('opentelemetry.js.api.1');
/** Key of the active span in an OpenTelemetry context. */
const ACTIVE_SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
/** What OpenTelemetry gives for a span that is none. */
const INVALID_TRACE_ID = '0'.repeat(32);

/**
 * The span of OpenTelemetry that is active where this is called, without OpenTelemetry being imported: for adapters, which
 * store its ids with their records. Never throws.
 *
 * @returns `undefined` where no span is active, or the program has no OpenTelemetry.
 */
export function activeSpan(): ActiveSpan | undefined {
  const api = (globalThis as Record<symbol, unknown>)[OPENTELEMETRY] as OpenTelemetryGlobal | undefined;
  return api?.context === undefined ? undefined : spanOf(api.context);
}

function spanOf(context: NonNullable<OpenTelemetryGlobal['context']>): ActiveSpan | undefined {
  try {
    const span = context.active().getValue(ACTIVE_SPAN)?.spanContext();
    return span === undefined || span.traceId === INVALID_TRACE_ID ? undefined : span;
  } catch {
    return undefined;
  }
}

import type { AsyncLocalStorage } from 'node:async_hooks';
import { activeSpan } from '@tracebuf/ring';
import type { Format } from './transport-options.ts';

/** Context of the running call, as fields: `{ traceId, requestId, … }`. */
export type ContextFields = Readonly<Record<string, unknown>>;

/** Options of {@link traceContext} and {@link traceContextMeta}. */
export interface TraceContextOptions {
  /**
   * Where the context comes from: an `AsyncLocalStorage` that holds an object, or a function. Default: the active
   * span of OpenTelemetry alone; its ids are added to a context of your own too, unless it has some.
   */
  readonly context?: AsyncLocalStorage<unknown> | (() => unknown);
}

const nothing: ContextFields = Object.freeze({});

/**
 * A winston format that copies the running call's context into each info: of OpenTelemetry's active span
 * `trace_id`, `span_id` and `trace_flags`, or whatever {@link TraceContextOptions.context} gives. Fields that the
 * info has already are left alone. It never throws.
 *
 * ```ts
 * winston.createLogger({ format: winston.format.combine(traceContext(), winston.format.json()), … })
 * ```
 *
 * winston runs formats in the tick of the log call unless another transport makes the logger wait (a file that cannot
 * keep up); what waits is formatted later, in whatever context then runs. {@link traceContextMeta} is always in time.
 */
export function traceContext(options: TraceContextOptions = {}): Format {
  const read = readerOf(options);
  return {
    transform(info) {
      const fields = read();
      for (const key of Object.keys(fields)) {
        if (info[key] === undefined) define(info, key, fields[key]);
      }
      return info;
    },
  };
}

/**
 * Context for `createLogger({ defaultMeta })`: winston copies it within the log call, whatever its queue is doing.
 *
 * ```ts
 * winston.createLogger({ defaultMeta: traceContextMeta({ keys: ['requestId'], context: storage }), … })
 * ```
 *
 * @param options `keys` are the fields of the context to copy; the ids of the active span always are. `meta` is
 *   further metadata, as `defaultMeta` would hold it.
 */
export function traceContextMeta(
  options: TraceContextOptions & { readonly keys?: readonly string[]; readonly meta?: object } = {},
): Record<string, unknown> {
  const read = readerOf(options);
  const meta: Record<string, unknown> = { ...options.meta };
  const keys = new Set(['trace_id', 'span_id', 'trace_flags', ...(options.keys ?? ['traceId', 'spanId'])]);
  for (const key of keys) {
    // winston's Object.assign calls the getter in the caller's tick.
    Object.defineProperty(meta, key, { enumerable: true, configurable: true, get: () => read()[key] });
  }
  return meta;
}

function readerOf({ context }: TraceContextOptions): () => ContextFields {
  if (context === undefined) return activeSpanFields;
  const read: () => unknown = typeof context === 'function' ? context : () => context.getStore();
  return () => {
    let fields: ContextFields;
    try {
      const given = read();
      if (typeof given !== 'object' || given === null) return activeSpanFields();
      fields = (given instanceof Map ? Object.fromEntries(given) : given) as ContextFields;
      if (fields.traceId !== undefined || fields.trace_id !== undefined) return fields;
    } catch {
      return activeSpanFields();
    }
    const span = activeSpanFields();
    return span === nothing ? fields : { ...span, ...fields };
  };
}

/** Ids of OpenTelemetry's active span, by the names that its own instrumentation of winston uses. */
function activeSpanFields(): ContextFields {
  const span = activeSpan();
  if (span === undefined) return nothing;
  const { traceId, spanId, traceFlags } = span;
  return { trace_id: traceId, span_id: spanId, trace_flags: `0${Number(traceFlags).toString(16)}`.slice(-2) };
}

/** Not an assignment: the key may be `__proto__`. */
function define(info: object, key: string, value: unknown): void {
  Object.defineProperty(info, key, { value, enumerable: true, configurable: true, writable: true });
}

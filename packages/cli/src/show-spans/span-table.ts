import { isEndMark, type StoredSpan, spanOf } from '@tracebuf/otel-exporter';
import type { TraceRecord } from '@tracebuf/ring';

/** One span, as all of its records tell it. */
export interface SpanEntry {
  readonly traceId: string;
  readonly spanId: string;
  /** What is known of it: its end where there is one, else its start. */
  span: StoredSpan;
  /** The record of its start, or of its end where the start was overwritten. */
  readonly record: TraceRecord;
  /**
   * `ended`; `failed` where only that is known, as its end was overwritten; `open` where it has not ended, but still may.
   */
  state: 'ended' | 'failed' | 'open';
  /** What was logged in it. */
  readonly logs: TraceRecord[];
}

/** The spans of some records, by trace, and what was logged in them. */
export class SpanTable {
  readonly #spans = new Map<string, SpanEntry>();
  readonly #marks = new Set<string>();
  readonly #logs = new Map<string, TraceRecord[]>();
  readonly #wanted: string;
  readonly #keepsLogs: boolean;

  /**
   * @param wanted First digits of the trace ids that are wanted; empty: all.
   * @param keepsLogs Whether to keep what else belongs to the spans.
   */
  constructor(wanted: string, keepsLogs: boolean) {
    this.#wanted = wanted;
    this.#keepsLogs = keepsLogs;
  }

  /** Takes a record. */
  add(record: TraceRecord): void {
    const { traceId, spanId } = record;
    if (traceId === undefined || spanId === undefined || !traceId.startsWith(this.#wanted)) return;
    const key = `${traceId} ${spanId}`;
    const span = spanOf(record);
    if (span === undefined) {
      if (isEndMark(record)) this.#marks.add(key);
      else if (this.#keepsLogs) pushTo(this.#logs, key, record);
      return;
    }
    const known = this.#spans.get(key);
    if (known === undefined) {
      const state = span.ended ? 'ended' : 'open';
      this.#spans.set(key, { traceId, spanId, span, record, state, logs: [] });
    } else if (known.state !== 'ended') {
      // An end, or a start that was stored anew with what is known by now.
      known.span = span;
      if (span.ended) known.state = 'ended';
    }
  }

  /** All spans, by trace. Each is complete as far as its records were added. */
  traces(): Map<string, SpanEntry[]> {
    const traces = new Map<string, SpanEntry[]>();
    for (const [key, entry] of this.#spans) {
      if (entry.state === 'open' && this.#marks.has(key)) entry.state = 'failed';
      entry.logs.push(...(this.#logs.get(key) ?? []));
      pushTo(traces, entry.traceId, entry);
    }
    return traces;
  }
}

function pushTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

import { parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import type { PlacedRecord, RecordSource, Selection, Work } from '@tracebuf/sqlite';

/** Records of one trace that are read at most. */
const MOST = 10_000;
/** Deeper spans are shown no further to the right. */
const MAX_DEPTH = 40;

/** A span or a record in it, where it stands. */
export interface OutlineRow {
  readonly depth: number;
  readonly span: OutlineSpan | undefined;
  /** What stands here: of a span its start, or what there is of it. */
  readonly record: TraceRecord | undefined;
}

/** A span, with what is in it by time. */
export interface OutlineSpan {
  readonly spanId: string;
  name: string;
  parentId: string | undefined;
  start: number;
  /** Microseconds; `undefined` while it has not ended. */
  duration: number | undefined;
  isFailed: boolean;
  record: TraceRecord | undefined;
  readonly inside: (OutlineSpan | TraceRecord)[];
}

/** The records of a trace, of which there may be more than are read. */
export function* readTrace(source: RecordSource, traceId: string): Work<PlacedRecord[]> {
  const text = `traceId == '${traceId.replace(/[\\'%_]/g, '\\$&')}'`;
  const selection: Selection = { filter: parseFilter(text) };
  return yield* source.read(selection, undefined, 'forward', MOST);
}

/**
 * Puts the records of a trace into its spans. A span is told by the records of its start and end; where those are not there, by
 * what was logged in it. Untrusted: spans that are each other's parents stand at the root.
 */
export function outlineOf(records: readonly TraceRecord[]): OutlineSpan[] {
  const spans = new Map<string, OutlineSpan>();
  for (const record of records) {
    if (record.spanId === undefined) continue;
    const span = spans.get(record.spanId) ?? newSpan(record.spanId, record.time);
    spans.set(record.spanId, span);
    tell(span, record);
  }
  const roots: OutlineSpan[] = [];
  for (const span of spans.values()) {
    const parent = span.parentId === undefined ? undefined : spans.get(span.parentId);
    if (parent === undefined || isInside(parent, span, spans)) {
      span.parentId = undefined;
      roots.push(span);
    } else parent.inside.push(span);
  }
  for (const span of spans.values()) span.inside.sort((left, right) => startOf(left) - startOf(right));
  return roots.sort((left, right) => left.start - right.start);
}

function newSpan(spanId: string, start: number): OutlineSpan {
  return {
    spanId,
    name: `span ${spanId}`,
    parentId: undefined,
    start,
    duration: undefined,
    isFailed: false,
    record: undefined,
    inside: [],
  };
}

/** Takes what a record says of its span. */
function tell(span: OutlineSpan, record: TraceRecord): void {
  const { fields = {}, kind, time } = record;
  if (kind !== 'span-start' && kind !== 'span-end') {
    span.inside.push(record);
    return;
  }
  const { span: name, parentSpanId, duration, status } = fields;
  if (typeof name === 'string') span.name = name;
  if (typeof parentSpanId === 'string') span.parentId = parentSpanId;
  if (status === 'error') span.isFailed = true;
  if (kind === 'span-end') {
    span.duration = typeof duration === 'number' ? duration * 1000 : 0;
    // Its end is written when it is over, its start may be gone.
    if (span.record === undefined) span.start = time - span.duration;
    span.record = record;
  } else {
    span.start = time;
    span.record ??= record;
  }
}

/** Whether a span is, by its parents, inside of another: then that one can't be inside of it. */
function isInside(span: OutlineSpan, other: OutlineSpan, spans: ReadonlyMap<string, OutlineSpan>): boolean {
  let at: OutlineSpan | undefined = span;
  for (let steps = 0; at !== undefined && steps <= spans.size; steps++) {
    if (at === other) return true;
    at = at.parentId === undefined ? undefined : spans.get(at.parentId);
  }
  return at !== undefined;
}

function startOf(item: OutlineSpan | TraceRecord): number {
  return 'inside' in item ? item.start : item.time;
}

/** The rows of an outline, without what is in folded spans. No recursion: a trace may be deep. */
export function outlineRows(roots: readonly OutlineSpan[], folded: ReadonlySet<string>): OutlineRow[] {
  const rows: OutlineRow[] = [];
  const rest: { readonly item: OutlineSpan | TraceRecord; readonly depth: number }[] = [];
  for (const item of roots.toReversed()) rest.push({ item, depth: 0 });
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { item, depth } = next;
    if (!('inside' in item)) {
      rows.push({ depth, span: undefined, record: item });
      continue;
    }
    rows.push({ depth, span: item, record: item.record });
    if (folded.has(item.spanId)) continue;
    for (const inner of item.inside.toReversed())
      rest.push({ item: inner, depth: Math.min(depth + 1, MAX_DEPTH) });
  }
  return rows;
}

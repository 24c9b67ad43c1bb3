import type { TraceRecord } from '@tracebuf/ring';
import { type CallRecord, callRecord, callStart } from '@tracebuf/sqlite';

/** What is deeper is shown no further to the right. */
const MAX_DEPTH = 40;

/** A span, a call, or a record in one of them, where it stands. */
export interface OutlineRow {
  readonly depth: number;
  readonly node: OutlineNode | undefined;
  /** What stands here: of a span or a call its begin or end. */
  readonly record: TraceRecord | undefined;
}

/** A span or a call, with what is in it by time. */
export interface OutlineNode {
  /** Tells it from all others. */
  readonly id: string;
  name: string;
  parentId: string | undefined;
  start: number;
  /** Microseconds; `undefined` while it has not ended. */
  duration: number | undefined;
  isFailed: boolean;
  /** Of a call: what it came to, such as `returned 3`. */
  result: string;
  record: TraceRecord | undefined;
  readonly inside: (OutlineNode | TraceRecord)[];
}

/**
 * Puts records into their spans and calls. A span is told by the records of its start and end; where those are not there, by
 * what was logged in it. A call is in the call around it, or else in the span that was active. Untrusted: what is in each other
 * in turn stands at the root.
 */
export function outlineOf(records: readonly TraceRecord[]): OutlineNode[] {
  const nodes = new Map<string, OutlineNode>();
  const nodeOf = (id: string, start: number): OutlineNode => {
    const node = nodes.get(id) ?? newNode(id, start);
    nodes.set(id, node);
    return node;
  };
  for (const record of records) {
    const { spanId, time } = record;
    const span = spanId === undefined ? undefined : nodeOf(spanId, time);
    const call = callRecord(record);
    if (call !== undefined) tellCall(nodeOf(callId(record, call.call), time), record, call);
    else if (span !== undefined) tellSpan(span, record);
  }
  const roots: OutlineNode[] = [];
  for (const node of nodes.values()) {
    const parent = parentOf(node, nodes);
    if (parent === undefined || isInside(parent, node, nodes)) {
      node.parentId = undefined;
      roots.push(node);
    } else parent.inside.push(node);
  }
  for (const node of nodes.values()) node.inside.sort((left, right) => startOf(left) - startOf(right));
  return roots.sort((left, right) => left.start - right.start);
}

/** Numbers of calls count within a thread and buffer. */
function callId({ process, pid, thread, buffer }: TraceRecord, call: number): string {
  return JSON.stringify([process, pid, thread, buffer, call]);
}

function newNode(id: string, start: number): OutlineNode {
  return {
    id,
    name: `span ${id}`,
    parentId: undefined,
    start,
    duration: undefined,
    isFailed: false,
    result: '',
    record: undefined,
    inside: [],
  };
}

/** The call or span that it is in, as far as that is here: a call may be in one whose records are gone. */
function parentOf(node: OutlineNode, nodes: ReadonlyMap<string, OutlineNode>): OutlineNode | undefined {
  const parent = node.parentId === undefined ? undefined : nodes.get(node.parentId);
  if (parent !== undefined || node.record === undefined || callRecord(node.record) === undefined)
    return parent;
  const { spanId } = node.record;
  if (spanId === undefined) return undefined;
  node.parentId = spanId;
  return nodes.get(spanId);
}

/** Takes what a record says of its span. */
function tellSpan(span: OutlineNode, record: TraceRecord): void {
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

/** Takes what a record says of its call. */
function tellCall(node: OutlineNode, record: TraceRecord, call: CallRecord): void {
  const { func, parent, end, dur } = call;
  if (parent !== undefined) node.parentId = callId(record, parent);
  if (end === undefined) {
    node.name = record.message;
    node.start = record.time;
    node.record = record;
    return;
  }
  // What it was called with may be gone.
  if (node.record === undefined) {
    node.name = func;
    node.start = callStart(record, call);
  }
  node.duration = (dur ?? 0) / 1000;
  node.isFailed = end === 'threw';
  node.result = record.message.startsWith(`${func} `)
    ? record.message.slice(func.length + 1)
    : record.message;
  node.record ??= record;
}

/** Whether a node is, by its parents, inside of another: then that one can't be inside of it. */
function isInside(node: OutlineNode, other: OutlineNode, nodes: ReadonlyMap<string, OutlineNode>): boolean {
  let at: OutlineNode | undefined = node;
  for (let steps = 0; at !== undefined && steps <= nodes.size; steps++) {
    if (at === other) return true;
    at = at.parentId === undefined ? undefined : nodes.get(at.parentId);
  }
  return at !== undefined;
}

function startOf(item: OutlineNode | TraceRecord): number {
  return 'inside' in item ? item.start : item.time;
}

/** The rows of an outline, without what is in folded nodes. No recursion: a trace may be deep. */
export function outlineRows(roots: readonly OutlineNode[], folded: ReadonlySet<string>): OutlineRow[] {
  const rows: OutlineRow[] = [];
  const rest: { readonly item: OutlineNode | TraceRecord; readonly depth: number }[] = [];
  for (const item of roots.toReversed()) rest.push({ item, depth: 0 });
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { item, depth } = next;
    if (!('inside' in item)) {
      rows.push({ depth, node: undefined, record: item });
      continue;
    }
    rows.push({ depth, node: item, record: item.record });
    if (folded.has(item.id)) continue;
    for (const inner of item.inside.toReversed())
      rest.push({ item: inner, depth: Math.min(depth + 1, MAX_DEPTH) });
  }
  return rows;
}

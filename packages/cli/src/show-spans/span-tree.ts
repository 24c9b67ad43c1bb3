import type { HrTime } from '@tracebuf/otel-exporter';
import type { SpanEntry } from './span-table.ts';

/** A span with those inside it, by their start. */
export interface SpanNode {
  readonly entry: SpanEntry;
  readonly children: SpanNode[];
}

/** The spans of one trace. */
export interface TraceTree {
  readonly traceId: string;
  /** When the first of them started, in microseconds since 1970. */
  readonly start: number;
  readonly spans: readonly SpanEntry[];
  /** Spans whose parent is not here, by their start. */
  readonly roots: readonly SpanNode[];
}

/** A time in microseconds since 1970. */
export function microseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000_000 + nanoseconds / 1000;
}

/** Puts the spans of one trace together. Untrusted: of spans that are each other's parents the first is a root. */
export function treeOf(traceId: string, spans: readonly SpanEntry[]): TraceTree {
  const sorted = [...spans].sort((a, b) => startOf(a) - startOf(b));
  const nodes = new Map<string, SpanNode>(
    sorted.map((entry) => [entry.spanId, { entry, children: [] }] as const),
  );
  const parent = ({ entry }: SpanNode): SpanNode | undefined =>
    nodes.get(entry.span.parentSpanContext?.spanId ?? '');
  const roots: SpanNode[] = [];
  for (const node of nodes.values()) (parent(node)?.children ?? roots).push(node);

  const reached = new Set<SpanNode>();
  for (const { node } of walk(roots)) reached.add(node);
  for (const node of nodes.values()) {
    if (reached.has(node)) continue;
    const siblings = parent(node)?.children ?? [];
    siblings.splice(siblings.indexOf(node), 1);
    roots.push(node);
    for (const { node: inside } of walk([node])) reached.add(inside);
  }
  const [first] = sorted;
  return { traceId, start: first === undefined ? 0 : startOf(first), spans: sorted, roots };
}

/** A node, where it stands. */
export interface WalkedNode {
  readonly node: SpanNode;
  /** What stands before it in a drawn tree. */
  readonly indent: string;
  /** What stands before all that is below it. */
  readonly below: string;
}

/** Deeper spans are not drawn further to the right. */
const MAX_INDENT = 40 * 3;

/** The nodes of a tree in the order in which they are shown. No recursion: a trace may be deep. */
export function* walk(roots: readonly SpanNode[]): Generator<WalkedNode, void> {
  const rest: WalkedNode[] = [];
  for (const root of roots.toReversed()) rest.push({ node: root, indent: '', below: '' });
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    yield next;
    const { children } = next.node;
    const before = next.below.slice(0, MAX_INDENT);
    for (let index = children.length - 1; index >= 0; index--) {
      const node = children[index];
      if (node === undefined) continue;
      const isLast = index === children.length - 1;
      rest.push({
        node,
        indent: `${before}${isLast ? '└─ ' : '├─ '}`,
        below: `${before}${isLast ? '   ' : '│  '}`,
      });
    }
  }
}

function startOf({ span }: SpanEntry): number {
  return microseconds(span.startTime);
}

import { styleText } from 'node:util';
import { milliseconds, StatusCode, spanKindName } from '@tracebuf/otel-exporter';
import { formatRecord, type TraceRecord, textTime, visibleText } from '@tracebuf/ring';
import { plural } from '../quantity.ts';
import { formatDuration } from './duration.ts';
import type { SpanEntry } from './span-table.ts';
import { microseconds, type TraceTree, type WalkedNode, walk } from './span-tree.ts';

/** How traces are laid out as text. */
export interface SpanLayout {
  readonly color: boolean;
  readonly utc: boolean;
  /** Whether to say which process a span is of. */
  readonly process: boolean;
  /** Whether the process of a span can still end it, by its name and pid. */
  readonly mayEnd: (entry: SpanEntry) => boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Style = Parameters<typeof styleText>[0];

const COLUMN = 10;

/** A trace as text: a line about it, then a line for each span and for what was logged in it. */
export function traceText(tree: TraceTree, layout: SpanLayout): string {
  const { traceId, start, spans, roots } = tree;
  const paint = painter(layout.color);
  const open = spans.filter(({ state }) => state === 'open').length;
  const failed = spans.filter(isFailed).length;
  const counts = [plural(spans.length, 'span')];
  if (failed > 0) counts.push(paint('red', `${failed} failed`));
  if (open > 0) counts.push(paint('yellow', `${open} not ended`));
  let text = `${paint('bold', `trace ${visibleText(traceId)}`)}  ${textTime(Math.floor(start), layout.utc)}  ${counts.join(', ')}\n`;
  for (const walked of walk(roots)) text += spanText(walked, start, layout);
  return text;
}

/** Whether a span has ended with an error. */
export function isFailed({ span, state }: SpanEntry): boolean {
  return state === 'failed' || span.status.code === StatusCode.ERROR;
}

function spanText({ node, indent, below }: WalkedNode, traceStart: number, layout: SpanLayout): string {
  const { entry } = node;
  const { span, record, logs } = entry;
  const paint = painter(layout.color);
  const offset = `+${formatDuration((microseconds(span.startTime) - traceStart) / 1000)}`.padStart(COLUMN);
  const margin = `${' '.repeat(COLUMN * 2)}  `;
  const parts = [
    `${paint('dim', offset)}${durationText(entry, layout)}  ${paint('dim', indent)}${visibleText(span.name)}`,
  ];
  if (span.kind !== 0) parts.push(paint('dim', spanKindName(span.kind)));
  if (layout.process) parts.push(paint('dim', `${visibleText(record.process)}.${record.pid}`));
  if (entry.state === 'open') parts.push(paint('yellow', layout.mayEnd(entry) ? 'open' : 'UNFINISHED'));
  if (isFailed(entry)) parts.push(paint('red', failureText(entry)));
  const parent = span.parentSpanContext;
  if (indent === '' && parent !== undefined) {
    const where = parent.isRemote === true ? 'of another process' : 'not here';
    parts.push(paint('dim', `(parent ${visibleText(parent.spanId)} ${where})`));
  }
  let text = `${parts.join('  ')}\n`;
  const bar = node.children.length > 0 ? '│ ' : '  ';
  for (const log of logs) {
    const line = formatRecord(withoutIds(log), {
      color: layout.color,
      utc: layout.utc,
      process: layout.process,
      buffer: false,
    });
    text += `${margin}${paint('dim', below + bar)}${line.replaceAll('\n', `\n${margin}`)}\n`;
  }
  return text;
}

function durationText(entry: SpanEntry, { now, mayEnd }: SpanLayout): string {
  const { span, state } = entry;
  if (state === 'ended') return formatDuration(milliseconds(span.duration)).padStart(COLUMN);
  const isOpen = state === 'open' && mayEnd(entry);
  const text = isOpen ? `${formatDuration(Math.max(0, now - microseconds(span.startTime) / 1000))}…` : '-';
  return text.padStart(COLUMN);
}

/** The status message, else what was thrown last. */
function failureText({ span }: SpanEntry): string {
  const { message } = span.status;
  if (message !== undefined && message !== '') return `failed: ${visibleText(message)}`;
  const exception = span.events.findLast(({ name }) => name === 'exception')?.attributes;
  const parts = [exception?.['exception.type'], exception?.['exception.message']];
  const told = parts.filter((part) => typeof part === 'string' && part !== '').join(': ');
  return told === '' ? 'failed' : `failed: ${visibleText(told)}`;
}

/** Keys by which log lines say the ids of their span, which stands above them. */
const ID_KEYS = ['trace_id', 'span_id', 'trace_flags', 'traceId', 'spanId'];

function withoutIds({ traceId: _trace, spanId: _span, fields, ...rest }: TraceRecord): TraceRecord {
  const others = Object.entries(fields ?? {}).filter(([key]) => !ID_KEYS.includes(key));
  return others.length === 0 ? rest : { ...rest, fields: Object.fromEntries(others) };
}

function painter(color: boolean): (style: Style, text: string) => string {
  return (style, text) => (color && text !== '' ? styleText(style, text, { validateStream: false }) : text);
}

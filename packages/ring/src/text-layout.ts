import { styleText } from 'node:util';
import { Level } from './level.ts';
import type { TraceRecord } from './record.ts';
import { visibleText } from './visible-text.ts';

/** How records are laid out as text. */
export interface TextLayout {
  /** Whether to colour; default `false`. */
  readonly color?: boolean;
  /** Whether to show UTC instead of local time; default `false`. */
  readonly utc?: boolean;
  /** Whether to name the process and pid on each line; default `false`. */
  readonly process?: boolean;
  /** Whether to name the buffer on each line; default `false`. */
  readonly buffer?: boolean;
}

const LEVEL_WIDTH = 5;

/**
 * Lays a record out as text, the same way in every command: time, level, origin, message, fields.
 *
 * ```
 * 2026-01-02 03:04:05.123456 INFO  web.4711 mybuf: request completed  status=200 url="/"
 * ```
 *
 * The result is one line without its newline; only a stack among the fields adds indented lines of its own. Nothing
 * in it is obeyed by a terminal.
 */
export function formatRecord(record: TraceRecord, layout: TextLayout = {}): string {
  const { color = false, utc = false } = layout;
  const time = paint(color, 'dim', textTime(record.time, utc));
  const level = paintLevel(
    color,
    record.severity,
    visibleText(record.level).toUpperCase().padEnd(LEVEL_WIDTH),
  );
  const origin = paint(color, 'cyan', originOf(record, layout));
  if (record.kind === 'lost' || record.kind === 'cleared') {
    const label = record.kind === 'lost' ? 'LOST ' : 'CLEAR';
    return `${time} ${paint(color, 'magenta', label)} ${origin}${visibleText(record.message)}`;
  }
  const fields = fieldsText(record, color);
  return `${time} ${level} ${origin}${visibleText(record.message)}${fields}${stackText(record, color)}`;
}

/** A time to the microsecond, local or UTC: `2026-01-02 03:04:05.123456`, with a `Z` behind it in UTC. */
export function textTime(microseconds: number, utc: boolean): string {
  const second = Math.floor(microseconds / 1_000_000);
  // Records come many to a second, and the calendar is the slow part.
  if (second !== lastSecond || utc !== lastUtc) {
    const date = new Date(second * 1000);
    if (Number.isNaN(date.getTime())) return textTime(0, utc);
    lastSecond = second;
    lastUtc = utc;
    lastText = utc ? date.toISOString().slice(0, -5).replace('T', ' ') : localText(date);
  }
  return `${lastText}.${String(microseconds - second * 1_000_000).padStart(6, '0')}${utc ? 'Z' : ''}`;
}

let lastSecond: number | undefined;
let lastUtc = false;
let lastText = '';

function localText(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function originOf(record: TraceRecord, layout: TextLayout): string {
  const parts: string[] = [];
  if (layout.process === true) parts.push(`${visibleText(record.process)}.${record.pid}`);
  if (layout.buffer === true) parts.push(visibleText(record.buffer));
  if (record.thread !== 0) parts.push(`thread ${record.thread}`);
  return parts.length === 0 ? '' : `${parts.join(' ')}: `;
}

function fieldsText(record: TraceRecord, color: boolean): string {
  let text = '';
  for (const [key, value] of Object.entries(record.fields ?? {})) {
    if (value === undefined || (key === 'stack' && typeof value === 'string')) continue;
    text += ` ${paint(color, 'dim', `${visibleText(key)}=`)}${visibleText(valueText(key, value))}`;
  }
  if (record.traceId !== undefined)
    text += ` ${paint(color, 'dim', `traceId=${visibleText(record.traceId)}`)}`;
  if (record.spanId !== undefined) text += ` ${paint(color, 'dim', `spanId=${visibleText(record.spanId)}`)}`;
  return text === '' ? '' : ` ${text}`;
}

/** An error's stack is shown below the line, so the field itself leaves it out. */
function valueText(_key: string, value: unknown): string {
  const shown = hasStack(value) ? { ...value, stack: undefined } : value;
  return JSON.stringify(shown) ?? String(shown);
}

function stackText(record: TraceRecord, color: boolean): string {
  const { fields } = record;
  if (fields === undefined) return '';
  const stacks: string[] = [];
  if (typeof fields.stack === 'string') stacks.push(fields.stack);
  for (const value of Object.values(fields)) if (hasStack(value)) stacks.push(value.stack);
  return stacks
    .flatMap((stack) => stack.split('\n'))
    .map((line) => `\n    ${paint(color, 'dim', visibleText(line.trimEnd()))}`)
    .join('');
}

function hasStack(value: unknown): value is { readonly stack: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string';
}

function paintLevel(color: boolean, severity: number, text: string): string {
  if (severity >= Level.fatal) return paint(color, ['bgRed', 'white'], text);
  if (severity >= Level.error) return paint(color, 'red', text);
  if (severity >= Level.warn) return paint(color, 'yellow', text);
  if (severity >= Level.info) return paint(color, 'green', text);
  return paint(color, severity >= Level.debug ? 'blue' : 'gray', text);
}

type Style = Parameters<typeof styleText>[0];

function paint(color: boolean, style: Style, text: string): string {
  return color && text !== '' ? styleText(style, text, { validateStream: false }) : text;
}

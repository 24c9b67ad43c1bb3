import { isoTime, type TraceRecord, textTime, visibleText } from '@tracebuf/ring';
import { fitWidth, textWidth } from '../text-width.ts';
import { type CallSurroundings, writeCall } from './call-detail.ts';
import { plainLine, type StyledLine } from './styled-line.ts';

/** Deepest and longest that is shown of one record: fields come from other programs. */
const MAX_DEPTH = 32;
const MAX_LINES = 10_000;
const TITLE = '36';
const INDENT = 2;

/**
 * A record in full: its own keys, its message with all its lines, its fields with theirs; or what belongs to its call.
 *
 * @param surroundings Of the call that the record is of.
 */
export function detailLines(
  record: TraceRecord,
  width: number,
  { color, utc }: { readonly color: boolean; readonly utc: boolean },
  surroundings?: CallSurroundings,
): StyledLine[] {
  const { time, level, severity, process, pid, thread, buffer, seq, kind, traceId, spanId, count } = record;
  const lines: StyledLine[] = [];
  const title = color ? TITLE : '1';
  const add = (indent: number, key: string, value: string): void => {
    const start = ' '.repeat(indent) + (key === '' ? '' : value === '' ? `${key}:` : `${key}: `);
    const texts = value.split('\n').map((line) => visibleText(line.replace(/\r$/, '')));
    const [first = '', ...rest] = texts;
    // Several lines stand below their name.
    if (rest.length > 0 && key !== '') {
      lines.push([{ text: start, style: title }]);
      for (const text of texts) push(text, indent + INDENT);
      return;
    }
    const [head = '', ...more] = wrap(first, Math.max(8, width - textWidth(start)));
    lines.push(
      key === ''
        ? plainLine(start + head)
        : [
            { text: start, style: title },
            { text: head, style: '' },
          ],
    );
    for (const text of more) push(text, textWidth(start));
    for (const text of rest) push(text, indent);
  };
  const push = (text: string, indent: number): void => {
    for (const part of wrap(text, Math.max(8, width - indent)))
      lines.push(plainLine(' '.repeat(indent) + part));
  };
  const addValue = (indent: number, key: string, value: unknown, depth: number): void => {
    if (lines.length > MAX_LINES) return;
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    if (entries.length === 0 || depth >= MAX_DEPTH) {
      add(indent, key, typeof value === 'string' ? value : shortJson(value));
      return;
    }
    lines.push([{ text: `${' '.repeat(indent)}${key}:`, style: title }]);
    for (const [name, inner] of entries) addValue(indent + INDENT, visibleText(name), inner, depth + 1);
  };
  add(0, 'time', `${textTime(time, utc)}  (${isoTime(time)})`);
  add(0, 'level', `${level} (${severity})`);
  add(0, 'process', `${process}.${pid}${thread === 0 ? '' : `, thread ${thread}`}`);
  add(0, 'buffer', `${buffer}, record ${seq}`);
  add(0, 'kind', kind);
  if (count !== undefined) add(0, 'count', String(count));
  if (traceId !== undefined) add(0, 'traceId', traceId);
  if (spanId !== undefined) add(0, 'spanId', spanId);
  lines.push([]);
  add(0, '', record.message);
  if (record.fields !== undefined) lines.push([]);
  if (surroundings !== undefined) writeCall(record, surroundings, add);
  else
    for (const [name, value] of Object.entries(record.fields ?? {})) addValue(0, visibleText(name), value, 0);
  if (lines.length > MAX_LINES) {
    lines.length = MAX_LINES;
    lines.push(plainLine('… more is not shown; use "trace-cli query" with --json'));
  }
  return lines;
}

function shortJson(value: unknown): string {
  try {
    return fitWidth(JSON.stringify(value) ?? String(value), 1000);
  } catch {
    return '…';
  }
}

/** Breaks a text into lines of at most some columns. */
function wrap(text: string, columns: number): string[] {
  if (textWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const character of text) {
    const next = textWidth(character);
    if (width + next > columns) {
      lines.push(line);
      line = '';
      width = 0;
      if (lines.length > MAX_LINES) break;
    }
    line += character;
    width += next;
  }
  return [...lines, line];
}

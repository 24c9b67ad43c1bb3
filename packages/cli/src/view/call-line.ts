import { type TraceRecord, textTime, visibleText } from '@tracebuf/ring';
import type { CallRecord } from '@tracebuf/sqlite';
import { formatDuration } from '../show-spans/duration.ts';
import { textWidth } from '../text-width.ts';
import { plainLine, type Segment, type StyledLine } from './styled-line.ts';

/** Columns of a file and its line. */
const FILE_WIDTH = 24;
/** Deeper calls are shown no further to the right. */
const MAX_DEPTH = 60;

/** Parts of a line of a call, by what they are; only seen where there are colours. */
const STYLES = {
  time: '2',
  thread: '36',
  file: '34',
  begin: '32',
  return: '33',
  exception: '31',
  func: '1',
  name: '35',
  dur: '2',
} as const;

/**
 * A record of a call as one line: time, thread, file, and as far to the right as the call is deep `-->` or `<--` with what the
 * message says.
 */
export function callLine(
  record: TraceRecord,
  call: CallRecord,
  { color, utc }: { readonly color?: boolean; readonly utc?: boolean },
): StyledLine {
  const style = (part: keyof typeof STYLES): string => (color === true ? STYLES[part] : '');
  const { process, pid, thread } = record;
  const who = `${visibleText(process)}.${pid}${thread === 0 ? '' : ` thread ${thread}`}`;
  const arrow = call.end === undefined ? '-->' : '<--';
  const way = call.end === undefined ? 'begin' : call.end === 'threw' ? 'exception' : 'return';
  const line: Segment[] = [
    { text: textTime(record.time, utc === true), style: style('time') },
    { text: ` ${who} `, style: style('thread') },
    { text: fileText(call), style: style('file') },
    { text: ` ${' '.repeat(Math.min(call.depth, MAX_DEPTH))}`, style: '' },
    { text: `${arrow} `, style: style(way) },
    ...callText(record, call, color === true),
  ];
  if (call.dur !== undefined) line.push({ text: `  ${formatDuration(call.dur / 1e6)}`, style: style('dur') });
  return line;
}

/** What the message of a call says, in its parts. */
function callText({ message }: TraceRecord, { func, end, args }: CallRecord, color: boolean): Segment[] {
  const style = (part: keyof typeof STYLES): string => (color ? STYLES[part] : '');
  if (!message.startsWith(func)) return [...plainLine(visibleText(message))];
  const line: Segment[] = [{ text: visibleText(func), style: style('func') }];
  let at = func.length;
  const upTo = (end: number, textStyle: string): void => {
    if (end > at) line.push({ text: visibleText(message.slice(at, end)), style: textStyle });
    at = Math.max(at, end);
  };
  if (end === undefined) {
    // Names are looked for one behind the other, as they stand there.
    for (const { name } of args) {
      const found = message.indexOf(`${name} = `, at);
      if (found < 0) break;
      upTo(found, '');
      upTo(found + name.length, style('name'));
    }
  } else
    upTo(
      at + (end === 'threw' ? ' threw' : ' returned').length,
      style(end === 'threw' ? 'exception' : 'name'),
    );
  upTo(message.length, '');
  return line;
}

/** The end of a path says more than its beginning. */
function fileText({ module = '', line }: CallRecord): string {
  const text = visibleText(`${module}${line === undefined ? '' : `:${line}`}`);
  let shown = '';
  let width = 0;
  for (const character of Array.from(text).toReversed()) {
    const columns = textWidth(character);
    if (width + columns > FILE_WIDTH - (shown.length + character.length < text.length ? 1 : 0)) {
      shown = `…${shown}`;
      width++;
      break;
    }
    shown = character + shown;
    width += columns;
  }
  return ' '.repeat(Math.max(0, FILE_WIDTH - width)) + shown;
}

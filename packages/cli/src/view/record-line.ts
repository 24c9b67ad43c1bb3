import { formatRecord, type TextLayout, type TraceRecord, textTime } from '@tracebuf/ring';
import { callRecord } from '@tracebuf/sqlite';
import { callLine } from './call-line.ts';
import { parseStyled, type StyledLine } from './styled-line.ts';

/** How times are shown: as they are, from one record on, or from the line above. */
export type TimeMode = 'absolute' | 'relative' | 'delta';

/** What each mode shows, in the order of the key that changes it. */
export const TIME_MEANINGS: Readonly<Record<TimeMode, string>> = {
  absolute: 'Times as they are',
  relative: 'Times since the current record',
  delta: 'Times since the line above',
};

/** What a line of the list is laid out by. */
export interface LineLayout extends TextLayout {
  readonly time: TimeMode;
  /** Microseconds from which on `relative` counts. */
  readonly origin: number;
}

/** Columns of a time that is a difference: microseconds of a day, with sign. */
const DIFFERENCE_WIDTH = 14;

/**
 * A record as one line of the list: as `show trace` lays it out, without the lines of a stack; calls by their depth.
 *
 * @param previous Time of the line above.
 */
export function recordLine(
  record: TraceRecord,
  layout: LineLayout,
  previous: number | undefined,
): StyledLine {
  const line = wholeLine(record, layout);
  if (layout.time === 'absolute') return line;
  const [first, ...rest] = line;
  const shown = textTime(record.time, layout.utc === true);
  if (first === undefined || !first.text.startsWith(shown)) return line;
  const since = layout.time === 'relative' ? layout.origin : (previous ?? record.time);
  const text = difference(record.time - since).padStart(DIFFERENCE_WIDTH);
  return [{ text: text + first.text.slice(shown.length), style: first.style }, ...rest];
}

function wholeLine(record: TraceRecord, layout: LineLayout): StyledLine {
  const call = callRecord(record);
  if (call !== undefined) return callLine(record, call, layout);
  const whole = formatRecord(record, layout);
  const end = whole.indexOf('\n');
  return parseStyled(end < 0 ? whole : whole.slice(0, end));
}

/** A span of time with its sign, to the microsecond: `+0.001234`, `-12.000000`. */
function difference(microseconds: number): string {
  const size = Math.abs(microseconds);
  const seconds = Math.floor(size / 1_000_000);
  return `${microseconds < 0 ? '-' : '+'}${seconds}.${String(size % 1_000_000).padStart(6, '0')}`;
}

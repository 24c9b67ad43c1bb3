import { InvalidTimeLimitError } from './errors.ts';

/** What stands after `starting` or `ending`: `date <d>`, `time <t>`, or both. */
export interface TimeLimit {
  /** `mm/dd`, `mm/dd/yyyy`, `yyyy-mm-dd`, or a whole ISO 8601 time. */
  readonly date?: string;
  /** `hh`, `hh:mm`, `hh:mm:ss` or `hh:mm:ss.hh`. */
  readonly time?: string;
}

/** What a time limit is relative to. */
export interface TimeLimitContext {
  /** The present, in ms since the epoch: it gives the year and the day that are left out. */
  readonly now: number;
  /** Whether times are UTC instead of local; default `false`. */
  readonly utc?: boolean;
}

/** A stretch of time, from its first microsecond to its last: as long as the smallest unit that was written. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

const DATE_FORMS = 'give the date as mm/dd, mm/dd/yyyy or ISO 8601';
const TIME_FORMS = 'give the time as hh, hh:mm, hh:mm:ss or hh:mm:ss.hh';

/**
 * Reads a limit of time. Both limits include what they name: `ending` goes on to the last microsecond of the smallest
 * unit that was written, so that `ending date 01/02` takes all of that day, and `ending time 10:15` all of that minute.
 *
 * @param edge Which end it is.
 * @returns Microseconds since 1970.
 * @throws {InvalidTimeLimitError} A date or a time can't be read, or is in no calendar.
 */
export function parseTimeLimit(
  edge: 'starting' | 'ending',
  { date, time }: TimeLimit,
  context: TimeLimitContext,
): number {
  const stretch = stretchOf(date, time, context);
  return edge === 'starting' ? stretch.first : stretch.last;
}

function stretchOf(date: string | undefined, time: string | undefined, context: TimeLimitContext): Stretch {
  if (date === undefined && time === undefined) {
    throw new InvalidTimeLimitError('', 'give "date <date>", "time <time>", or both');
  }
  if (date !== undefined && /T/i.test(date)) {
    if (time === undefined) return isoStretch(date, context);
    throw new InvalidTimeLimitError(time, `${JSON.stringify(date)} has a time already; leave one out`);
  }
  const [year, month, day] = dateParts(date, context);
  if (time === undefined) {
    const next = epoch([year, month, day + 1], [], context);
    return { first: epoch([year, month, day], [], context), last: next - 1 };
  }
  const clock = timeParts(time);
  const first = epoch([year, month, day], clock.parts, context) + clock.fraction;
  return { first, last: first + clock.unit - 1 };
}

type CalendarDay = readonly [year: number, month: number, day: number];

/** Microseconds of a day and a time of it. */
function epoch([year, month, day]: CalendarDay, clock: readonly number[], context: TimeLimitContext): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock;
  const date = new Date(0);
  // The setters take years before 100 as they are.
  if (context.utc === true) {
    date.setUTCFullYear(year, month - 1, day);
    date.setUTCHours(hours, minutes, seconds, 0);
  } else {
    date.setFullYear(year, month - 1, day);
    date.setHours(hours, minutes, seconds, 0);
  }
  return date.getTime() * 1000;
}

function dateParts(text: string | undefined, { now, utc = false }: TimeLimitContext): CalendarDay {
  const today = new Date(now);
  const year = utc ? today.getUTCFullYear() : today.getFullYear();
  if (text === undefined) {
    return utc
      ? [year, today.getUTCMonth() + 1, today.getUTCDate()]
      : [year, today.getMonth() + 1, today.getDate()];
  }
  const exos = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?$/.exec(text);
  if (exos !== null) return checkedDay(text, Number(exos[3] ?? year), Number(exos[1]), Number(exos[2]));
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (iso !== null) return checkedDay(text, Number(iso[1]), Number(iso[2]), Number(iso[3]));
  throw new InvalidTimeLimitError(text, DATE_FORMS);
}

function checkedDay(text: string, year: number, month: number, day: number): CalendarDay {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (month < 1 || month > 12 || day < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    throw new InvalidTimeLimitError(text, `no calendar of ${year} has that day; ${DATE_FORMS}`);
  }
  return [year, month, day];
}

const SECOND = 1_000_000;
/** Microseconds of the smallest unit, by how many are written: an hour, a minute, a second. */
const UNITS = [3600 * SECOND, 60 * SECOND, SECOND] as const;

interface ClockTime {
  readonly parts: readonly number[];
  /** Microseconds behind the second. */
  readonly fraction: number;
  /** Microseconds of the smallest unit that was written. */
  readonly unit: number;
}

function timeParts(text: string): ClockTime {
  const found = /^(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(text);
  if (found === null) throw new InvalidTimeLimitError(text, TIME_FORMS);
  const parts = found.slice(1, 4).filter((part) => part !== undefined);
  const [hours = 0, minutes = 0, seconds = 0] = parts.map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) {
    throw new InvalidTimeLimitError(text, `no day has that time; ${TIME_FORMS}`);
  }
  const digits = found[4];
  const unit = digits === undefined ? UNITS[parts.length - 1] : 10 ** (6 - digits.length);
  return {
    parts: [hours, minutes, seconds],
    fraction: digits === undefined ? 0 : Number(digits.padEnd(6, '0')),
    unit: unit ?? SECOND,
  };
}

/** `2026-01-02T10:15:30.5Z`, with a zone or in that of the context. */
function isoStretch(text: string, context: TimeLimitContext): Stretch {
  const found = /^(\d{4}-\d{2}-\d{2})T([\d:.]+)(Z|[+-]\d{2}:?\d{2})?$/i.exec(text);
  const [, day = '', time = '', zone] = found ?? [];
  if (found === null) throw new InvalidTimeLimitError(text, DATE_FORMS);
  const offset = zone === undefined ? 0 : zoneMinutes(text, zone);
  const { first, last } = stretchOf(day, time, zone === undefined ? context : { ...context, utc: true });
  const shift = offset * 60 * SECOND;
  return { first: first - shift, last: last - shift };
}

function zoneMinutes(text: string, zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) throw new InvalidTimeLimitError(text, 'its zone is none; give Z or ±hh:mm');
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

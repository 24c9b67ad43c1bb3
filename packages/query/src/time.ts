import { convertUnit, parseUnit } from './units.ts';

/** What a time in a filter is relative to. */
export interface TimeContext {
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  /** Minutes east of UTC of a time without a zone; `undefined` means the machine's own zone with its summer time. */
  readonly zoneOffset?: number | undefined;
}

/** How a time may be written, for messages. */
export const TIME_FORMATS: readonly string[] = [
  "'YYYY/MM/DD HH:MM:SS.ffffff'",
  "'YYYY-MM-DDTHH:MM:SSZ'",
  "'HH:MM:SS'",
  "'-5m'",
];

const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?`;
const DATE_TIME = new RegExp(
  String.raw`^(\d{4})([/-])(\d{1,2})\2(\d{1,2})(?:[T ]+${CLOCK}\s*(Z|[+-]\d{2}:?\d{2})?)?$`,
  'i',
);
const TIME_OF_DAY = new RegExp(`^${CLOCK}$`);
const RELATIVE = /^([+-])((?:\d{1,15}(?:\.\d{1,9})?[a-zµμ]{1,2}\s*)+)$/;

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micro: number;
}

/** Microseconds from one to nine digits after the point; what is finer than a microsecond is cut off. */
function micros(digits: string | undefined): number {
  return Number((digits ?? '').slice(0, 6).padEnd(6, '0'));
}

function isReal(wall: Wall): boolean {
  const { year, month, day, hour, minute, second } = wall;
  if (month < 1 || month > 12 || day < 1 || minute > 59 || second > 59 || hour > 23) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Turns wall-clock numbers into microseconds; the offset is in minutes east of UTC, `undefined` the machine's zone. */
function toMicros(wall: Wall, offset: number | undefined): number | undefined {
  if (!isReal(wall)) return undefined;
  const { year, month, day, hour, minute, second, micro } = wall;
  const seconds =
    offset === undefined
      ? new Date(year, month - 1, day, hour, minute, second).getTime()
      : Date.UTC(year, month - 1, day, hour, minute, second) - offset * 60_000;
  return seconds * 1000 + micro;
}

function clock(match: readonly (string | undefined)[], from: number): Omit<Wall, 'year' | 'month' | 'day'> {
  return {
    hour: Number(match[from] ?? 0),
    minute: Number(match[from + 1] ?? 0),
    second: Number(match[from + 2] ?? 0),
    micro: micros(match[from + 3]),
  };
}

function zone(text: string | undefined, context: TimeContext): number | undefined {
  if (text === undefined) return context.zoneOffset;
  if (text.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function today(context: TimeContext): { year: number; month: number; day: number } {
  const { now, zoneOffset } = context;
  if (zoneOffset === undefined) {
    const date = new Date(now);
    return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() };
  }
  const date = new Date(now + zoneOffset * 60_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function relative(sign: string, amounts: string, now: number): number | undefined {
  let micro = 0;
  for (const [, amount, name] of amounts.matchAll(/([\d.]+)([a-zµμ]{1,2})/g)) {
    const unit = parseUnit(name ?? '');
    if (unit === undefined) return undefined;
    micro += convertUnit(Number(amount), unit, 'us');
  }
  return Math.round(now * 1000 + (sign === '-' ? -micro : micro));
}

function readInstant(text: string, context: TimeContext): number | undefined {
  const dated = DATE_TIME.exec(text);
  if (dated !== null) {
    const date = { year: Number(dated[1]), month: Number(dated[3]), day: Number(dated[4]) };
    return toMicros({ ...date, ...clock(dated, 5) }, zone(dated[9], context));
  }
  const timed = TIME_OF_DAY.exec(text);
  if (timed !== null) return toMicros({ ...today(context), ...clock(timed, 1) }, context.zoneOffset);
  const shifted = RELATIVE.exec(text);
  if (shifted !== null) return relative(shifted[1] ?? '', shifted[2] ?? '', context.now);
  return text.toLowerCase() === 'now' ? Math.round(context.now * 1000) : undefined;
}

/**
 * Reads a point in time: `YYYY/MM/DD` or `YYYY-MM-DD`, with `HH:MM[:SS[.f]]` or alone (midnight); the same with `T`
 * and a zone (`Z`, `+02:00`); `HH:MM[:SS[.f]]` of today; `-5m`, `-1h30m`, `+10s` from now; `now`.
 * A time without a zone is local.
 *
 * @param text As written.
 * @param context What it is relative to.
 * @returns Whole microseconds since 1970-01-01T00:00:00Z, or `undefined` where the text is no such time.
 */
export function parseTime(text: string, context: TimeContext): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 64) return undefined;
  const value = readInstant(trimmed, context);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

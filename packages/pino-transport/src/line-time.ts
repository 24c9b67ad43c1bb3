const TIME_KEY = '"time":';

/** pino writes level and time first; further back it is somebody else's field. */
const SEARCHED = 256;

/** A number is seconds, milliseconds, microseconds or nanoseconds: from 2001 to 2286 its size tells which. */
const NUMBER_UNITS: readonly (readonly [from: number, perMillisecond: number])[] = [
  [1e9, 1e-3],
  [1e12, 1],
  [1e15, 1e3],
  [1e18, 1e6],
];

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Reads the time that pino gave a line.
 *
 * @returns Milliseconds since 1970, with a fraction where the line has more digits; `undefined` where there is none.
 */
export function lineTime(line: string): number | undefined {
  const key = line.slice(0, SEARCHED).indexOf(TIME_KEY);
  if (key < 0) return undefined;
  const from = key + TIME_KEY.length;
  if (line[from] === '"') {
    const end = line.indexOf('"', from + 1);
    return end < 0 || end - from > 64 ? undefined : milliseconds(line.slice(from + 1, end));
  }
  return milliseconds(Number.parseFloat(line.slice(from, from + 32)));
}

/**
 * Understands what `pino.stdTimeFunctions` and the usual functions of one's own make: milliseconds, seconds,
 * microseconds and nanoseconds since 1970, as a number or a text, and ISO 8601 with up to nine digits.
 *
 * @returns Milliseconds since 1970, or `undefined`.
 */
export function milliseconds(time: unknown): number | undefined {
  if (typeof time === 'number') {
    const unit = NUMBER_UNITS.find(([from]) => time >= from && time < from * 10);
    return unit === undefined ? undefined : time / unit[1];
  }
  if (typeof time !== 'string') return undefined;
  if (/^\d{10,19}$/.test(time)) return milliseconds(Number(time));
  const iso = ISO.exec(time);
  if (iso === null) return undefined;
  // Date knows three digits; the others are added.
  const whole = Date.parse(time.replace(/\.\d+/, ''));
  return Number.isNaN(whole) ? undefined : whole + Number(`0.${iso[1] ?? 0}`) * 1000;
}

import type { HrTime } from './types.ts';

const MAX_SECONDS = 8.64e12;

/** A time as RFC 3339 in UTC, with as many digits as it needs: none, 3, 6 or 9. */
export function rfc3339([seconds, nanoseconds]: HrTime): string {
  const whole = Number.isInteger(seconds) && Math.abs(seconds) <= MAX_SECONDS ? seconds : 0;
  const second = new Date(whole * 1000).toISOString().slice(0, -5);
  const digits = String(Math.trunc(nanoseconds) || 0)
    .padStart(9, '0')
    .replace(/(?:000){1,3}$/, '');
  return digits === '' ? `${second}Z` : `${second}.${digits}Z`;
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** The time that {@link rfc3339} has written; `undefined` for all else. */
export function hrTimeOf(text: unknown): HrTime | undefined {
  const match = typeof text === 'string' ? RFC3339.exec(text) : null;
  if (match === null) return undefined;
  const seconds = Date.parse(`${match[1]}Z`) / 1000;
  if (!(seconds >= 0)) return undefined;
  return [seconds, Number((match[2] ?? '').padEnd(9, '0'))];
}

import { parseTime } from '@tracebuf/query';
import { UsageError } from './errors.ts';

/** A span without a sign, such as `5m` or `1h30m`: that long ago. */
const SPAN = /^\d[\d.]*\s*[a-zµμ]/i;

/**
 * Reads a point in time: all that filters understand (`10:15`, `2026-01-02 10:15:30.5`, `2026-01-02T10:15:30Z`,
 * `-5m`, `now`), and `5m` for five minutes ago. Without a zone it is local.
 *
 * @param now Milliseconds since 1970.
 * @returns Microseconds since 1970.
 * @throws UsageError
 */
export function timeValue(text: string, now: number): number {
  const trimmed = text.trim();
  const time = parseTime(SPAN.test(trimmed) ? `-${trimmed}` : trimmed, { now, zoneOffset: undefined });
  if (time !== undefined) return time;
  throw new UsageError(
    `The time ${JSON.stringify(text)} can't be understood; give one such as 5m (ago), 10:15, "2026-01-02 10:15:30" or 2026-01-02T10:15:30Z`,
  );
}

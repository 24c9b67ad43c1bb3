const FIRST_MS = 500;
const FACTOR = 2;
const MAX_MS = 30_000;
/** No collector can send us away for longer. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/**
 * How long to wait before another try: what the collector asks for, else twice as long each time, up to 30 seconds, less a
 * random part, so that many forwarders do not come back at once.
 *
 * @param failures Tries that have failed so far, at least 1.
 * @param retryAfter Milliseconds that the collector asks for.
 * @param random From 0 to 1.
 */
export function retryDelay(
  failures: number,
  retryAfter: number | undefined,
  random: number = Math.random(),
): number {
  if (retryAfter !== undefined) return Math.min(retryAfter, MAX_RETRY_AFTER_MS);
  return Math.min(MAX_MS, FIRST_MS * FACTOR ** (failures - 1)) * (1 - random / 2);
}

/**
 * Reads the header `Retry-After`: seconds, or a date.
 *
 * @param now Milliseconds since 1970.
 * @returns Milliseconds; `undefined` where it is neither.
 */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

import { UsageError } from './errors.ts';

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PART = /(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)\s*/giy;

/**
 * Reads a span of time, such as `10m` or `1h30m`. Without the filter language, whose times are written so as well: the
 * options of commands are read by it at every start.
 *
 * @returns Milliseconds, more than 0.
 * @throws UsageError
 */
export function spanValue(text: string): number {
  const trimmed = text.trim();
  const parts = [...trimmed.matchAll(PART)];
  const isWhole = parts.map(([part]) => part).join('') === trimmed;
  const span = parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (MILLISECONDS[unit.toLowerCase()] ?? 0),
    0,
  );
  if (isWhole && span > 0) return span;
  throw new UsageError(
    `The duration ${JSON.stringify(text)} can't be understood; give one such as 10m or 1h30m`,
  );
}

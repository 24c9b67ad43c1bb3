import type { TimeUnit } from './ast.ts';

/** Nanoseconds in each unit. */
const NANOSECONDS: Readonly<Record<TimeUnit, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
};

/** The spellings of units that a filter may use. */
export const UNIT_NAMES: readonly string[] = Object.keys(NANOSECONDS);

/**
 * Reads a unit.
 *
 * @param text As written: `ns`, `us` (also `µs`), `ms`, `s`, `m`, `h` or `d`.
 */
export function parseUnit(text: string): TimeUnit | undefined {
  // Both the micro sign and the Greek letter are on keyboards.
  const name = text === 'µs' || text === 'μs' ? 'us' : text;
  return Object.hasOwn(NANOSECONDS, name) ? (name as TimeUnit) : undefined;
}

/**
 * Converts a number from one unit to another.
 *
 * @param value The number, in `from`.
 * @param from The unit it is in.
 * @param to The unit wanted.
 */
export function convertUnit(value: number, from: TimeUnit, to: TimeUnit): number {
  const [numerator, denominator] = [NANOSECONDS[from], NANOSECONDS[to]];
  // Never multiply by a fraction: 100 us are 0.1 ms, not 0.1 and a bit.
  return numerator >= denominator ? value * (numerator / denominator) : value / (denominator / numerator);
}

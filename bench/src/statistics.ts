/**
 * A quantile of some numbers, between two of them where it falls there.
 *
 * @param share 0 to 1.
 */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * The lower quartile: what it costs when nothing else is in the way. Noise only ever makes a batch slower, and the
 * least is a matter of luck.
 */
export function lowerQuartile(values: readonly number[]): number {
  return quantile(values, 0.25);
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The figure of a comparison, of those of its generations: one of them may have had bad luck. */
export function summary(each: readonly number[]): {
  readonly value: number;
  readonly spread: readonly [least: number, greatest: number];
} {
  return { value: median(each), spread: [Math.min(...each), Math.max(...each)] };
}

import { median } from './statistics.ts';

/** Buckets for each power of two: a figure is exact to 3 percent. */
const STEPS = 32;

/** Counts of durations in nanoseconds, up to 2^32 of them; recording one allocates nothing. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(33 * STEPS);
  #total = 0;
  /** The longest one. */
  max = 0;

  record(nanoseconds: number): void {
    const value = Math.min(Math.max(Math.round(nanoseconds), 1), 0xffff_ffff);
    const exponent = 31 - Math.clz32(value);
    const index = exponent * STEPS + Math.floor((value / 2 ** exponent - 1) * STEPS);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
    if (value > this.max) this.max = value;
  }

  get total(): number {
    return this.#total;
  }

  /**
   * The duration that a share of all does not exceed.
   *
   * @param share 0 to 1.
   */
  quantile(share: number): number {
    let left = share * this.#total;
    for (let index = 0; index < this.#counts.length; index++) {
      left -= this.#counts[index] ?? 0;
      if (left <= 0) return 2 ** Math.floor(index / STEPS) * (1 + ((index % STEPS) + 1) / STEPS);
    }
    return this.max;
  }

  /** What the comparisons show of it. */
  summary(): LatencySummary {
    return {
      calls: this.total,
      median: this.quantile(0.5),
      p999: this.quantile(0.999),
      max: this.max,
    };
  }
}

/** Durations in nanoseconds. */
export interface LatencySummary {
  readonly calls: number;
  readonly median: number;
  readonly p999: number;
  readonly max: number;
}

/** Several of one kind: the medians of their shares, and the longest of all. */
export function combined(all: readonly LatencySummary[]): LatencySummary {
  return {
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    median: median(all.map((one) => one.median)),
    p999: median(all.map((one) => one.p999)),
    max: Math.max(...all.map(({ max }) => max)),
  };
}

/** A duration as people read it. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds.toFixed(0)} ns`;
  return nanoseconds < 1e6 ? `${(nanoseconds / 1e3).toFixed(1)} µs` : `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

/** Durations as a row of the table shows them. */
export function described({ median, p999, max }: LatencySummary): string {
  return `p50 ${duration(median)}, p99.9 ${duration(p999)}, max ${duration(max)}`;
}

/** What the calls of one function came to, of those that have ended. Durations are in nanoseconds. */
export interface FunctionStatistics {
  readonly func: string;
  readonly module: string | undefined;
  readonly line: number | undefined;
  /** How many calls have ended. */
  readonly count: number;
  /** How many of them threw. */
  readonly errors: number;
  readonly total: number;
  /** Without the calls inside of them that ended before they did. */
  readonly self: number;
  /** What half of the calls took at most, to three digits. */
  readonly p50: number;
  readonly p99: number;
}

/** Digits of a duration that the distribution keeps. */
const LEAST = 1000;
const MAGNITUDES = 13;

/** A duration to three digits, rounded down: what it is counted under. */
export function durationBucket(duration: number): number {
  let width = 1;
  for (let limit = LEAST; duration >= limit && width < 10 ** MAGNITUDES; limit *= 10) width *= 10;
  return Math.floor(duration / width) * width;
}

/** {@link durationBucket} of a column, in SQL. */
export function durationBucketSql(column: string): string {
  const cases = Array.from(
    { length: MAGNITUDES },
    (_, digits) => `WHEN ${column} < ${LEAST * 10 ** digits} THEN ${10 ** digits}`,
  );
  const width = `(CASE ${cases.join(' ')} ELSE ${10 ** MAGNITUDES} END)`;
  return `CAST(${column} AS INTEGER) / ${width} * ${width}`;
}

/** The calls of one function, while they are being counted. */
export class FunctionTally {
  #count = 0;
  #errors = 0;
  #total = 0;
  #inside = 0;
  /** How many calls took how long. */
  readonly #durations = new Map<number, number>();

  /**
   * Takes calls that took about the same.
   *
   * @param bucket Their {@link durationBucket}.
   * @param total Of all of them.
   */
  add(bucket: number, count: number, total: number, errors: number): void {
    this.#count += count;
    this.#total += total;
    this.#errors += errors;
    this.#durations.set(bucket, (this.#durations.get(bucket) ?? 0) + count);
  }

  /** Takes time that calls inside of these have taken. */
  addInside(duration: number): void {
    this.#inside += duration;
  }

  /** What it came to. */
  statistics(of: Pick<FunctionStatistics, 'func' | 'module' | 'line'>): FunctionStatistics {
    const sorted = [...this.#durations].sort(([left], [right]) => left - right);
    const quantile = (share: number): number => {
      let rest = Math.ceil(this.#count * share);
      for (const [bucket, count] of sorted) {
        rest -= count;
        if (rest <= 0) return bucket;
      }
      return 0;
    };
    return {
      ...of,
      count: this.#count,
      errors: this.#errors,
      total: this.#total,
      // Calls that wait side by side may take longer in all than the one that they are inside of.
      self: Math.max(0, this.#total - this.#inside),
      p50: quantile(0.5),
      p99: quantile(0.99),
    };
  }
}

/** The line that stands for repeats that were not shown. */
export interface RepeatSummary<Entry> {
  /** The entry that was repeated; the line is shown under its condition. */
  readonly entry: Entry;
  /** When the last repeat happened, in microseconds: the time of the line. */
  readonly time: number;
  /** How many were not shown. */
  readonly count: number;
  /** `Previous message repeated 8 additional times in the last 210 second(s)`. */
  readonly text: string;
}

/** What a target has to show now, in this order. */
export interface RepeatDecision<Entry> {
  /** The repeats before this entry; absent: there were none. */
  readonly summary?: RepeatSummary<Entry>;
  /** Whether the entry itself is to be shown. */
  readonly show: boolean;
}

/** How repeats are suppressed. */
export interface RepeatSuppressionOptions {
  /** After how many microseconds repeats are summed up at the latest; default 60 s. */
  readonly interval?: number;
}

const MICROSECONDS = 1_000_000;
const DEFAULT_INTERVAL = 60 * MICROSECONDS;

/**
 * Suppresses repeats for one target: an entry with the same condition and the same rendered parameters as the one
 * before is not shown but counted, and summed up when a different entry comes, when the interval is over, and at the
 * end. It keeps no clock: every call says what time it is, in microseconds.
 */
export class RepeatSuppression<Entry> {
  readonly #interval: number;
  #previous: { readonly entry: Entry; readonly key: string } | undefined;
  #count = 0;
  #first = 0;
  #last = 0;

  constructor(options: RepeatSuppressionOptions = {}) {
    this.#interval = options.interval ?? DEFAULT_INTERVAL;
  }

  /**
   * Takes the next entry.
   *
   * @param key What makes two entries the same; see {@link repeatKey}.
   * @param time When it happened.
   */
  next(entry: Entry, key: string, time: number): RepeatDecision<Entry> {
    if (this.#previous?.key === key) {
      const summary = this.tick(time);
      if (this.#count === 0) this.#first = time;
      this.#count++;
      this.#last = time;
      return summary === undefined ? { show: false } : { summary, show: false };
    }
    const summary = this.flush();
    this.#previous = { entry, key };
    return summary === undefined ? { show: true } : { summary, show: true };
  }

  /** Sums up repeats whose interval is over; `undefined`: none are due. */
  tick(time: number): RepeatSummary<Entry> | undefined {
    return this.#count > 0 && time - this.#first >= this.#interval ? this.flush() : undefined;
  }

  /** When {@link RepeatSuppression.tick} is due; `undefined`: nothing is suppressed. */
  get due(): number | undefined {
    return this.#count > 0 ? this.#first + this.#interval : undefined;
  }

  /** Sums up what was suppressed, as at the end; `undefined`: nothing was. */
  flush(): RepeatSummary<Entry> | undefined {
    const previous = this.#previous;
    const count = this.#count;
    if (previous === undefined || count === 0) return undefined;
    this.#count = 0;
    const seconds = Math.round((this.#last - this.#first) / MICROSECONDS);
    const text = `Previous message repeated ${count} additional times in the last ${seconds} second(s)`;
    return { entry: previous.entry, time: this.#last, count, text };
  }
}

/** What makes two incidents the same: the condition, and the parameters as text. */
export function repeatKey(conditionId: string, values: readonly string[]): string {
  // JSON, because any separator could be in a value.
  return JSON.stringify([conditionId, ...values]);
}

/** How much work goes into a comparison. */
export interface Effort {
  /** Pairs of fresh processes: how code and data come to lie in memory differs from process to process. */
  readonly generations: number;
  /** Batches of each side in each pair. */
  readonly rounds: number;
}

/** What has to be reached. */
export interface Bar {
  readonly kind: 'at most' | 'at least';
  readonly value: number;
}

/** What came out. */
export interface Measurement {
  /** The figure that is held against the bar: the median of the generations. */
  readonly value: number;
  /** The figure's least and greatest over the generations, where there are several. */
  readonly spread?: readonly [least: number, greatest: number];
  /** The figures behind it, in words. */
  readonly detail: string;
}

/** One row of the table. */
export interface Comparison {
  /** For `--only`. */
  readonly name: string;
  /** What is measured over what. */
  readonly what: string;
  /** What follows the figure, such as ` ns`; empty for a ratio. */
  readonly unit: string;
  /** Missing where a figure is only told. */
  readonly bar?: Bar;
  /** @throws CannotMeasure where something this row needs is not there. */
  measure(effort: Effort): Promise<Measurement>;
}

/** Something a row needs is not on this machine: the row is shown as missing, with the reason and the remedy. */
export class CannotMeasure extends Error {
  override readonly name = 'CannotMeasure';
}

/** Whether a figure reaches its bar. */
export function reaches(value: number, bar: Bar): boolean {
  return bar.kind === 'at most' ? value <= bar.value : value >= bar.value;
}

import { performance } from 'node:perf_hooks';
import { diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, type HrTime } from './types.ts';

/** Told by an exporter how a batch went. */
export type ResultCallback = (result: ExportResult) => void;

/** Where an exporter stores what it is given. */
export interface BatchTarget {
  readonly isClosed: boolean;
  /** What it is, for people: `trace buffer "spans"`. */
  readonly label: string;
  /** Counts a record that could not be stored. */
  drop(error: unknown): void;
}

/**
 * Stores a batch and calls back, within the call. A record that can't be encoded fails the batch, but not the records behind it.
 *
 * @param store Encodes and appends one record.
 */
export function exportBatch<T>(
  target: BatchTarget,
  records: readonly T[],
  store: (record: T) => void,
  callback: ResultCallback,
): void {
  if (target.isClosed) {
    answer(callback, {
      code: ExportResultCode.FAILED,
      error: new Error(`The exporter to the ${target.label} has been shut down`),
    });
    return;
  }
  let failure: unknown;
  for (const record of records) {
    try {
      store(record);
    } catch (error) {
      failure ??= error;
      target.drop(error);
    }
  }
  if (failure === undefined) answer(callback, { code: ExportResultCode.SUCCESS });
  else answer(callback, { code: ExportResultCode.FAILED, error: asError(failure) });
}

function answer(callback: ResultCallback, result: ExportResult): void {
  try {
    callback(result);
  } catch (error) {
    diag.error('The callback of an export has thrown', error);
  }
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}

const MILLISECONDS = 1000;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;

/** A time of OpenTelemetry on the scale of `performance.now()`, never later than now: records are not of the future. */
export function monotonicTime([seconds, nanoseconds]: HrTime): number {
  const time = seconds * MILLISECONDS + nanoseconds / NANOSECONDS_PER_MILLISECOND - performance.timeOrigin;
  return Math.min(time, performance.now());
}

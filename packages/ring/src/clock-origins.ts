import { performance } from 'node:perf_hooks';

/** The instant from which the times of a thread's records count, on both clocks, in milliseconds. */
export interface ClockOrigins {
  /** Wall clock, since 1970. */
  readonly wall: number;
  /** Monotonic clock of the machine. */
  readonly monotonic: number;
}

/** Largest difference, in milliseconds, that is taken for rounding rather than for a step of the clock. */
const TOLERANCE = 2;

/** How often the clocks are read again where the thread was put aside between them. */
const TRIES = 10;

/** A pair of readings that took longer, in milliseconds, is read again. */
const QUICK = 0.05;

let origins: ClockOrigins | undefined;

/**
 * The instant that `performance.now()` counts from, told once for all rings of this thread. When the wall clock is
 * set, or the machine was suspended, it is not told anew: the records of a process are in the order of the monotonic
 * clock, whatever the wall clock does meanwhile (R11).
 *
 * @param ofProcess Asked once for the origins that an earlier thread of this process has told, if there is one.
 */
export function clockOrigins(ofProcess: () => ClockOrigins | undefined): ClockOrigins {
  origins ??= alike(measured(), ofProcess());
  return origins;
}

/** Threads start at different instants, but all of a process are the same distance between the clocks. */
function alike(own: ClockOrigins, other: ClockOrigins | undefined): ClockOrigins {
  if (other === undefined) return own;
  const wall = own.monotonic + other.wall - other.monotonic;
  // Within rounding, what this thread was told when it started is the most exact.
  return Math.abs(wall - own.wall) > TOLERANCE ? { ...own, wall } : own;
}

/**
 * `performance.timeOrigin` is exact to the microsecond, but was read when the thread started: after a step of the clock
 * the present time stands above it, though that is exact to the millisecond only.
 */
function measured(): ClockOrigins {
  const wall = lessNow(() => Date.now());
  const monotonic = lessNow(() => Number(process.hrtime.bigint()) / 1e6);
  const hasStepped = Math.abs(wall - performance.timeOrigin) > TOLERANCE;
  return { wall: hasStepped ? wall : performance.timeOrigin, monotonic };
}

/** What another clock showed when `performance.now()` was zero: put aside between the two, a thread would not know. */
function lessNow(clock: () => number): number {
  let least = Number.POSITIVE_INFINITY;
  let best = 0;
  for (let tries = 0; tries < TRIES && least > QUICK; tries++) {
    const before = performance.now();
    const other = clock();
    const took = performance.now() - before;
    if (took >= least) continue;
    least = took;
    best = other - before - took / 2;
  }
  return best;
}

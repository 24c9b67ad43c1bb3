import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Comparison, Effort } from '../comparison.ts';
import { combined, described, duration, type LatencySummary } from '../latency-histogram.ts';
import { median, summary } from '../statistics.ts';

/** What loop-delay-process.ts prints of tracing on, and of tracing off. */
interface LoopReport {
  /** How long turns of the loop took. */
  readonly turns: LatencySummary;
  /** How late timers came at most in 999 of 1000 cases, by Node's own histogram; in nanoseconds. */
  readonly timers: number;
}

type Side = 'on' | 'off';

function turnLoop({ rounds }: Effort): Readonly<Record<Side, LoopReport>> {
  const program = fileURLToPath(new URL('../loop-delay-process.ts', import.meta.url));
  const args = ['--conditions=@tracebuf/source', program, String(rounds / 10)];
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 });
  return JSON.parse(printed) as Readonly<Record<Side, LoopReport>>;
}

export const comparison: Comparison = {
  name: 'loop-delay',
  what: 'the longest of 1000 turns of an event loop (p99.9) with 20 log calls each, tracing on over tracing off; wall-clock time',
  unit: '',
  measure(effort) {
    const reports = Array.from({ length: effort.generations }, () => turnLoop(effort));
    const show = (side: Side): string => {
      const turns = described(combined(reports.map((report) => report[side].turns)));
      return `${turns}, timers p99.9 ${duration(median(reports.map((report) => report[side].timers)))}`;
    };
    const each = reports.map(({ on, off }) => on.turns.p999 / off.turns.p999);
    return Promise.resolve({ ...summary(each), detail: `on: ${show('on')}; off: ${show('off')}` });
  },
};

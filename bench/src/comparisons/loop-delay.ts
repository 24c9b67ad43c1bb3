import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Comparison, Effort } from '../comparison.ts';
import { described, duration, type LatencySummary } from '../latency-histogram.ts';
import { median, summary } from '../statistics.ts';

/** What loop-delay-process.ts prints. */
interface LoopReport {
  /** How long turns of the loop took. */
  readonly turns: LatencySummary;
  /** How late timers came, by Node's own histogram. */
  readonly timers: LatencySummary;
}

function turnLoop(tracing: 'on' | 'off', { rounds }: Effort): LoopReport {
  const program = fileURLToPath(new URL('../loop-delay-process.ts', import.meta.url));
  const args = ['--conditions=@tracebuf/source', program, tracing, String(rounds / 20)];
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 }),
  ) as LoopReport;
}

export const comparison: Comparison = {
  name: 'loop-delay',
  what: 'the longest of 1000 turns of an event loop (p99.9) with 20 log calls each, tracing on over tracing off; wall-clock time',
  unit: '',
  measure(effort) {
    const on: LoopReport[] = [];
    const off: LoopReport[] = [];
    for (let i = 0; i < effort.generations; i++) {
      // In turn, so that both see the same machine.
      on.push(turnLoop('on', effort));
      off.push(turnLoop('off', effort));
    }
    const each = on.map(({ turns }, i) => turns.p999 / (off[i] as LoopReport).turns.p999);
    const show = (reports: readonly LoopReport[]): string => {
      const turns = reports.map((report) => report.turns);
      const timers = median(reports.map((report) => report.timers.p999));
      const all = {
        calls: 0,
        median: median(turns.map((one) => one.median)),
        p999: median(turns.map((one) => one.p999)),
        max: Math.max(...turns.map(({ max }) => max)),
      };
      return `${described(all)}, timers p99.9 ${duration(timers)}`;
    };
    return Promise.resolve({ ...summary(each), detail: `on: ${show(on)}; off: ${show(off)}` });
  },
};

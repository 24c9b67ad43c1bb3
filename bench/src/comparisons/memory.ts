import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CannotMeasure, type Comparison } from '../comparison.ts';
import { summary } from '../statistics.ts';

/** KiB by name, as in /proc/self/smaps_rollup. */
type Memory = Readonly<Record<string, number>>;

/** What memory-process.ts prints. */
interface MemoryReport {
  /** Buffers made between `before` and `after`. */
  readonly count: number;
  /** Before and after the very first buffer. */
  readonly start: Memory;
  readonly first: Memory;
  readonly before: Memory;
  readonly after: Memory;
}

function report(mode: string): MemoryReport {
  if (!existsSync('/proc/self/smaps_rollup')) {
    throw new CannotMeasure('/proc/self/smaps_rollup is missing: Linux 4.14 or newer has it.');
  }
  const program = fileURLToPath(new URL('../memory-process.ts', import.meta.url));
  const args = ['--expose-gc', '--conditions=@tracebuf/source', program, mode];
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 }),
  ) as MemoryReport;
}

function measureMemory(name: string, mode: 'mapped' | 'positional', what: string): Comparison {
  return {
    name,
    what,
    unit: ' KiB',
    measure(effort) {
      const reports = Array.from({ length: effort.generations }, () => report(mode));
      const each = (key: string) =>
        summary(reports.map(({ count, before, after }) => ((after[key] ?? 0) - (before[key] ?? 0)) / count))
          .value;
      const once = (key: string) =>
        summary(reports.map(({ start, first }) => (first[key] ?? 0) - (start[key] ?? 0))).value;
      const proportional = reports.map(
        ({ count, before, after }) => ((after.Pss ?? 0) - (before.Pss ?? 0)) / count,
      );
      return Promise.resolve({
        ...summary(proportional),
        detail:
          `each: RSS ${each('Rss').toFixed(1)}, of it shared memory ${each('Pss_Shmem').toFixed(1)}, private ` +
          `${each('Pss_Anon').toFixed(1)}, V8's heap ${each('heap').toFixed(1)} KiB; the very first, with all it loads: ` +
          `RSS ${once('Rss').toFixed(0)}, PSS ${once('Pss').toFixed(0)} KiB`,
      });
    },
  };
}

export const memoryMapped: Comparison = measureMemory(
  'memory',
  'mapped',
  'memory (PSS) of a buffer of 20,480 bytes and 5,120 for errors, whose files have 33 KiB; mapped',
);

export const memoryPositional: Comparison = measureMemory(
  'memory-positional',
  'positional',
  'the same, positional: the file is in shared memory, which counts for nobody, and a copy on the heap',
);

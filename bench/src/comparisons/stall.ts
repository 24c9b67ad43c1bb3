import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Comparison, Effort, Measurement } from '../comparison.ts';
import { makeDiskDirectory } from '../disk.ts';
import { combined, described, type LatencySummary } from '../latency-histogram.ts';
import { scratchFile } from '../scratch.ts';
import { summary } from '../statistics.ts';

type Mode = 'mapped' | 'positional';

/** What stall-process.ts prints. */
interface StallReport {
  readonly calls: LatencySummary;
  readonly nothing: LatencySummary;
}

/** Longer than any of the processes runs, in milliseconds. */
const PATIENCE = 120_000;

const program = (name: string): string => fileURLToPath(new URL(`../${name}.ts`, import.meta.url));
const start = (name: string, args: readonly string[], directory: string) =>
  spawn(process.execPath, ['--conditions=@tracebuf/source', program(name), ...args], {
    env: { ...process.env, TRACEBUF_DIR: directory },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });

/** Seconds that one process logs for. */
function secondsOf({ rounds }: Effort): number {
  return rounds / 20;
}

async function stall(directory: string, mode: Mode, effort: Effort): Promise<StallReport> {
  const child = start('stall-process', [mode, String(secondsOf(effort))], directory);
  const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (child.exitCode !== 0)
    throw new Error(`The process that logs ended with ${child.exitCode ?? child.signalCode}.`);
  return JSON.parse(printed) as StallReport;
}

async function underWriteBack<T>(directory: string, measure: () => Promise<T>): Promise<T> {
  const child = start('dirty-pages-process', [directory], directory);
  const closed = once(child, 'close');
  const ready = once(child.stdout, 'data');
  try {
    await Promise.race([
      ready,
      closed.then(() => {
        throw new Error('The process that keeps the disk busy ended early.');
      }),
    ]);
    return await measure();
  } finally {
    child.stdin.end();
    await closed;
  }
}

async function measured(
  where: string,
  run: () => Promise<StallReport>,
  effort: Effort,
): Promise<Measurement> {
  const reports: StallReport[] = [];
  for (let i = 0; i < effort.generations; i++) reports.push(await run());
  const { value, spread } = summary(reports.map((report) => report.calls.p999 / 1000));
  const calls = combined(reports.map((report) => report.calls));
  const nothing = combined(reports.map((report) => report.nothing));
  const detail = `${where}: ${described(calls)} of ${calls.calls.toLocaleString('en')} calls; no call at all: ${described(nothing)}`;
  return { value, spread, detail };
}

function inMemory(name: string, mode: Mode): Comparison {
  return {
    name,
    what: `the longest of 1000 TraceBuffer.log (p99.9), ${mode}, in shared memory, at full rate`,
    unit: ' µs',
    measure: (effort) => {
      const directory = scratchFile(`stall-${mode}`);
      return measured('shared memory', () => stall(directory, mode, effort), effort);
    },
  };
}

function onDisk(name: string, mode: Mode): Comparison {
  return {
    name,
    what: `the same, ${mode}, on a disk while another process dirties pages and has them and the buffer's written back`,
    unit: ' µs',
    async measure(effort) {
      const disk = makeDiskDirectory();
      const directory = join(disk.path, 'rings');
      try {
        const where = `${disk.fileSystem} under write-back`;
        return await underWriteBack(directory, () =>
          measured(where, () => stall(directory, mode, effort), effort),
        );
      } finally {
        disk.remove();
      }
    },
  };
}

export const stallMemory: Comparison = inMemory('stall', 'mapped');
export const stallMemoryPositional: Comparison = inMemory('stall-positional', 'positional');
export const stallDisk: Comparison = onDisk('stall-disk', 'mapped');
export const stallDiskPositional: Comparison = onDisk('stall-disk-positional', 'positional');

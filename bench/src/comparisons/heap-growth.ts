import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Comparison } from '../comparison.ts';
import { summary } from '../statistics.ts';

const RECORDS = 10_000_000;

/** An odd number. */
const PROCESSES = 3;

/** What heap-process.ts prints. */
interface HeapReport {
  readonly records: number;
  /** Bytes. */
  readonly before: number;
  /** Bytes, before anything is collected. */
  readonly after: number;
  /** Garbage collections in between. */
  readonly collections: number;
}

export const comparison: Comparison = {
  name: 'heap',
  what: `growth of the heap over ${RECORDS.toLocaleString('en')} records; the bar leaves room for the turns of the event loop`,
  unit: ' B a record',
  bar: { kind: 'at most', value: 0.05 },
  measure() {
    // On a busy machine V8 may optimize late, and unoptimized code allocates: what counts is the middle one.
    const reports = Array.from({ length: PROCESSES }, grow).sort((a, b) => growth(a) - growth(b));
    const report = reports[(PROCESSES - 1) / 2] as HeapReport;
    return Promise.resolve({
      ...summary(reports.map(growth)),
      detail: `${kibibytes(report.before)} before, ${kibibytes(report.after)} after, ${report.collections} garbage collections`,
    });
  },
};

function grow(): HeapReport {
  const program = fileURLToPath(new URL('../heap-process.ts', import.meta.url));
  const args = ['--expose-gc', '--conditions=@tracebuf/source', program, String(RECORDS)];
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 }),
  ) as HeapReport;
}

/** Bytes for each record. */
function growth({ records, before, after }: HeapReport): number {
  return (after - before) / records;
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}

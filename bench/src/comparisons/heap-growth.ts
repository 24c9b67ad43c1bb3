import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Comparison } from '../comparison.ts';

const RECORDS = 10_000_000;

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
    const program = fileURLToPath(new URL('../heap-process.ts', import.meta.url));
    const output = execFileSync(
      process.execPath,
      ['--expose-gc', '--conditions=@tracebuf/source', program, String(RECORDS)],
      { encoding: 'utf8', timeout: 120_000 },
    );
    const { records, before, after, collections } = JSON.parse(output) as HeapReport;
    return Promise.resolve({
      value: (after - before) / records,
      detail: `${kibibytes(before)} before, ${kibibytes(after)} after, ${collections} garbage collections`,
    });
  },
};

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}

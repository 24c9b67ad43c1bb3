import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAX_CAPACITY } from '../../src/layout.ts';
import type { RingCounts } from '../../src/ring-reader.ts';
import { runFixture } from '../support/fixture.ts';
import { newTraceDirectory } from '../support/trace-directory.ts';
import { balances } from './fixtures/foreign-process.ts';

/** What fixtures/largest-ring.ts prints. */
interface Report {
  readonly placed: number;
  readonly read: number;
  readonly last: string;
  readonly counts: RingCounts;
  readonly problems: number;
  /** Processor time. */
  readonly seconds: number;
  /** Memory that it took at most, beyond what it had before it read. */
  readonly mib: number;
}

const MIB = 1024 * 1024;

describe.each(['mapped', 'positional'])('a %s ring of the largest size', (mode) => {
  test.each([
    ['that is one hole', 0],
    ['with a record in each MiB', MIB],
    // Records then lie across the pieces in which a reader copies.
    ['with a record in each 100,008 bytes', 100_008],
  ])('%s is read in bounded time and memory', { timeout: 600_000 }, async (_what, apart) => {
    const directory = newTraceDirectory();
    const fixture = join('..', 'hardening', 'fixtures', 'largest-ring');
    const { stdout, stderr, code } = await runFixture(fixture, {
      directory,
      args: [directory, mode, String(apart)],
      timeout: 550_000,
    });
    expect(code, stderr).toBe(0);
    const { placed, read, last, counts, problems, seconds, mib } = JSON.parse(stdout) as Report;
    expect(placed).toBe(apart === 0 ? 0 : Math.ceil(MAX_CAPACITY / apart));
    expect(read).toBe(placed);
    if (placed > 0) expect(last).toBe(`record ${placed}`);
    expect(counts).toMatchObject({ appended: placed, readable: placed, used: MAX_CAPACITY });
    expect(balances(counts)).toBe(true);
    // The holes are no records, which is told.
    expect(problems).toBe(1);
    console.log(
      `${mode}: ${read} records in 1 GiB, read and counted: ${seconds.toFixed(1)} s, ${mib.toFixed(0)} MiB`,
    );
    // Two walks over a GiB; far more than it takes, and far less than a ring.
    expect(seconds).toBeLessThan(200);
    expect(mib).toBeLessThan(100);
  });
});

import { expect, test } from 'vitest';
import { runFixture } from './support/fixture.ts';
import { newTraceDirectory } from './support/trace-directory.ts';

interface Measured {
  readonly records: number;
  /** Bytes of heap after a full collection, behind the records less before them. */
  readonly grown: number;
  readonly scavenges: number;
  readonly majors: number;
  /** Bytes outside of the heap, likewise. */
  readonly external: number;
}

/*
 * A record that allocated even 16 bytes would fill the young generation (a few MiB, --max-semi-space-size=1) some
 * hundred times over 10 million records, and each time a scavenge would empty it. So the number of scavenges tells
 * bytes per record to a fraction, whatever the machine's speed, where a difference of heap sizes would only tell
 * what survives. A few come from the start, from compiling, and from the observer itself.
 */
const MOST_SCAVENGES = 12;

test.each([
  ['log, mapped', 10_000_000],
  ['append with a time, mapped', 10_000_000],
  ['errors and chatter, mapped', 10_000_000],
  ['disabled', 10_000_000],
])('logging allocates nothing: %s', { timeout: 900_000 }, async (how, records) => {
  const end = await runFixture('many-logs', {
    directory: newTraceDirectory(),
    timeout: 850_000,
    execArgv: ['--expose-gc', '--max-semi-space-size=1'],
    args: [how, String(records)],
  });
  expect(end, end.stderr).toMatchObject({ code: 0 });
  const measured = JSON.parse(end.stdout) as Measured;
  console.log(`${how}: ${end.stdout.trim()}`);
  expect(measured.records).toBe(records);
  expect(measured.scavenges).toBeLessThan(MOST_SCAVENGES);
  expect(measured.majors).toBeLessThan(4);
  expect(measured.grown).toBeLessThan(256 * 1024);
  expect(measured.external).toBeLessThan(256 * 1024);
});

test('the number of scavenges tells an allocation: a fifth of the records, a fifth of the scavenges', {
  timeout: 900_000,
}, async () => {
  const end = await runFixture('many-logs', {
    directory: newTraceDirectory(),
    timeout: 850_000,
    execArgv: ['--expose-gc', '--max-semi-space-size=1'],
    args: ['allocates 16 bytes a record', '2000000'],
  });
  const { scavenges } = JSON.parse(end.stdout) as Measured;
  expect(scavenges).toBeGreaterThan((MOST_SCAVENGES * 2) / 5);
});

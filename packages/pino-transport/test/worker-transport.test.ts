import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recordsOf, runFixture } from './fixture.ts';
import { traceDirectory } from './trace-directory.ts';

test.for(['ms', 'iso'])('the worker transport learns names and keys from pino (time as %s)', (time) => {
  const { pid, stdout, stderr, status } = runFixture('worker-logger', [
    JSON.stringify({ name: 'w', size: 65536 }),
    time,
  ]);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const records = recordsOf(pid, 'w');
  expect(records).toMatchObject([
    { level: 'notice', message: 'from the worker', fields: { count: 1 } },
    { level: 'error', message: 'broken', fields: { problem: { type: 'Error' } } },
  ]);
  for (const record of records) {
    expect(record.thread).toBeGreaterThan(0);
    // The time of logging, not that of the worker, which had to start first.
    expect(record.time / 1000).toBeLessThanOrEqual(Number(stdout) + 1);
    expect(record.time / 1000).toBeGreaterThan(Number(stdout) - 5000);
  }
});

test('a directory that cannot be had is a warning, not an error event', () => {
  const parent = mkdtempSync(`${traceDirectory}/file-`);
  writeFileSync(`${parent}/not-a-directory`, '');
  const { stdout, stderr, status } = runFixture(
    'worker-logger',
    [JSON.stringify({ name: 'w', size: 65536 })],
    [],
    `${parent}/not-a-directory`,
  );
  rmSync(parent, { recursive: true, force: true });
  expect(stdout).not.toContain('error event');
  expect(stderr).toContain('Lines are not recorded');
  expect(status).toBe(0);
});

test('lines of one millisecond keep their order, whichever ring their levels lead to', () => {
  const options = JSON.stringify({ name: 'w', size: 65536 });
  const { pid, stdout, stderr, status } = runFixture('one-millisecond', [options, '100']);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const records = recordsOf(pid, 'w');
  expect(records.map(({ message }) => message)).toEqual(Array.from({ length: 100 }, (_, i) => `line ${i}`));
  for (const { time } of records) expect(Math.abs(time / 1000 - Number(stdout))).toBeLessThan(1);
});

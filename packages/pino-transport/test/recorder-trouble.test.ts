import { mkdtempSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runFixture } from './fixture.ts';
import { traceDirectory } from './trace-directory.ts';

test('a consumer that never comes does not make the heap grow (pino#2106, winston#2114)', () => {
  const { stdout, stderr } = runFixture('blocked-consumer', [], ['--expose-gc', '--max-old-space-size=64']);
  expect(stderr).toBe('');
  expect(Number(stdout)).toBeLessThan(1 << 20);
});

test.for(['mapped', 'positional'])(
  'with its directory removed, a %s recorder never throws (pino#1429)',
  (mode) => {
    const directory = mkdtempSync(`${traceDirectory}/gone-`);
    const { stdout, stderr, status } = runFixture('failing-recorder', [mode], [], directory);
    rmSync(directory, { recursive: true, force: true });
    expect({ stdout, stderr, status }).toEqual({ stdout: 'fine', stderr: '', status: 0 });
  },
);

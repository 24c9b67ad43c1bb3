import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findingsOf } from '../src/demo/verdict.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => {
  await sandbox.dispose();
});

/** The demo promises to end by then, in milliseconds. */
const LIMIT = 20_000;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('the demo finds the records of every answered request in the buffers of the killed service', async () => {
  const started = performance.now();
  const demo = sandbox.start(['demo']);
  const { code, stdout } = await demo.end();
  expect(demo.stderr).toBe('');
  expect(code).toBe(0);
  expect(performance.now() - started).toBeLessThan(LIMIT);

  expect(stdout).toMatch(/^\$ trace-cli ps --rate\nPROCESS .*\n(order-service +\d+ +alive .*\n){2}/m);
  expect(stdout).toMatch(/^\$ trace-cli ps\nPROCESS .*\n(order-service +\d+ +died .*\n){2}/m);
  expect(
    stdout.match(/^\$ trace-cli show trace order-service all --last 8\n.* http: |audit: /gm),
  ).not.toBeNull();
  for (const kind of [
    'requests, logged through pino',
    'orders, logged through winston',
    'errors, logged through pino',
  ]) {
    const [, answered = '', found = '', overwritten = '', missing = ''] =
      new RegExp(`^${kind} +([\\d,]+) +([\\d,]+) +([\\d,]+) +([\\d,]+) +[\\d,]+$`, 'm').exec(stdout) ?? [];
    const number = (text: string) => Number(text.replaceAll(',', ''));
    expect(number(found)).toBeGreaterThan(0);
    expect(number(found) + number(overwritten)).toBe(number(answered));
    expect(missing).toBe('0');
  }
  expect(stdout).toMatch(/^Verdict: nothing was lost\. The service answered [\d,]+ requests/m);
  expect(stdout).not.toContain('\x1b');

  const [, pid = ''] = /kill -9 (\d+)/.exec(stdout) ?? [];
  expect(isRunning(Number(pid))).toBe(false);
  expect(readdirSync(sandbox.directory)).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends the demo, and the service and its buffers with it', async (signal, expected) => {
  const demo = sandbox.start(['demo']);
  await demo.until(/alive/);
  const [, pid = ''] = /^order-service +(\d+) +alive/m.exec(demo.stdout) ?? [];
  expect(isRunning(Number(pid))).toBe(true);
  const { code, stdout } = await demo.stop(signal);
  expect(code).toBe(expected);
  expect(stdout).not.toContain('Verdict');
  expect(isRunning(Number(pid))).toBe(false);
  expect(readdirSync(sandbox.directory)).toEqual([]);
});

test('the service ends by itself when the demo is killed', async () => {
  const demo = sandbox.start(['demo']);
  await demo.until(/alive/);
  const [, pid = ''] = /^order-service +(\d+) +alive/m.exec(demo.stdout) ?? [];
  await demo.stop('SIGKILL');
  await expect.poll(() => isRunning(Number(pid)), { timeout: LIMIT }).toBe(false);
});

test('colours appear only where they are wanted', async () => {
  const { code, stdout } = await sandbox.start(['demo'], { FORCE_COLOR: '1' }).end();
  expect(code).toBe(0);
  expect(stdout).toContain('\x1b[32m\nVerdict');
});

/** Lines of `show trace --json` for records of the numbers. */
function shown(buffer: string, level: string, field: string, numbers: readonly number[]): string {
  return numbers
    .map((number) => `${JSON.stringify({ buffer, level, fields: { [field]: number } })}\n`)
    .join('');
}

const ANSWERS = [3, 4, 5, 6].map((number) => ({ request: number, audit: number + 10 }));
const AUDIT = shown('audit', 'info', 'audit', [13, 14, 15, 16]);

test('a record that newer ones have overwritten is not missing', () => {
  const json = shown('http', 'info', 'request', [5, 6, 7]) + AUDIT;
  expect(findingsOf(ANSWERS, json)[0]).toMatchObject({
    answered: 4,
    found: 2,
    overwritten: 2,
    missing: [],
    unanswered: 1,
  });
});

test('a record that is absent among newer and older ones is missing', () => {
  const json = shown('http', 'info', 'request', [3, 4, 6]) + AUDIT;
  expect(findingsOf(ANSWERS, json)[0]).toMatchObject({ found: 3, overwritten: 0, missing: [5] });
});

test('the newest record counts as missing where it is not there', () => {
  const json = shown('http', 'info', 'request', [3, 4, 5, 6]) + shown('audit', 'info', 'audit', [13, 14, 15]);
  expect(findingsOf(ANSWERS, json)[1]).toMatchObject({ found: 3, missing: [16] });
});

test('where nothing is there, everything is missing', () => {
  expect(findingsOf(ANSWERS, '').map(({ missing }) => missing)).toEqual([[3, 4, 5, 6], [13, 14, 15, 16], []]);
});

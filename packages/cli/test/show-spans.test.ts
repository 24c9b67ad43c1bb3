import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const SPANS = join(import.meta.dirname, 'programs', 'spans.ts');
const TRACE = '0af7651916cd43dd8448eb211c80319c';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

/** Runs the program of `programs/spans.ts` to its end. */
function make(mode: string, name = 'shop'): void {
  sandbox.runProgram(SPANS, [mode], { TRACEBUF_PROCESS: name });
}

test('a trace is a tree with durations, failures, and what was open when the process was killed', () => {
  make('kill');
  const { code, stdout, stderr } = sandbox.run(['show', 'spans', 'shop', '--utc']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`trace ${TRACE}  2026-01-02 03:00:00.000000Z  4 spans, 1 failed, 2 not ended
      +0 s         -  GET /cart  server  UNFINISHED
     +1 ms   12.5 ms  ├─ query  client
    +20 ms      5 ms  ├─ pay\\x1b[31m  failed: RangeError: too much
    +30 ms         -  └─ render  UNFINISHED
`);
});

test('--logs shows what was logged in each span below it', () => {
  make('kill');
  const { stdout } = sandbox.run(['show', 'spans', 'shop', '--logs', '--utc']);
  expect(stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}Z/g, 'TIME')).toMatch(
    new RegExp(
      [
        '  GET /cart  server  UNFINISHED\n {22}│ TIME INFO  request came\n',
        '  └─ render  UNFINISHED\n {27}TIME INFO  rendering\n',
      ].join('(?:.*\n){0,3}.*'),
    ),
  );
  expect(stdout).not.toContain('of no span');
});

test('a span of a process that runs is open, not unfinished', async () => {
  const child = sandbox.startProgram(SPANS, ['wait'], { TRACEBUF_PROCESS: 'shop' });
  await child.until(/ready/);
  const { stdout } = sandbox.run(['show', 'spans', 'shop']);
  expect(stdout).toMatch(/\S+… {2}GET \/cart {2}server {2}open\n/);
  expect(stdout).not.toContain('UNFINISHED');
  await child.stop();
  expect(sandbox.run(['show', 'spans', 'shop']).stdout).toContain('GET /cart  server  UNFINISHED');
});

test('--json prints an object for each span', () => {
  make('kill');
  const { stdout } = sandbox.run(['show', 'spans', 'shop', '--json', '--logs']);
  const spans = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(spans.map(({ name, state }) => [name, state])).toEqual([
    ['GET /cart', 'unfinished'],
    ['query', 'ended'],
    ['pay\u001b[31m', 'ended'],
    ['render', 'unfinished'],
  ]);
  expect(spans[0]).toMatchObject({
    traceId: TRACE,
    spanId: '00000000000000a1',
    kind: 'server',
    process: 'shop',
    start: '2026-01-02T03:00:00.000000Z',
    attributes: { 'http.request.method': 'GET' },
    scope: 'checkout',
    resource: { 'service.name': 'shop' },
    logs: [{ message: 'request came' }],
  });
  expect(spans[0]).not.toHaveProperty('end');
  expect(spans[1]).toMatchObject({ duration: 12.5, parentSpanId: '00000000000000a1', remoteParent: false });
  expect(spans[2]).toMatchObject({ error: true, events: [{ name: 'exception' }] });
});

test('traces are chosen by the first digits of an id, by failures, by what has not ended, and the newest', () => {
  make('kill');
  const shown = (...args: string[]) => sandbox.run(['show', 'spans', 'all', ...args]).stdout;
  expect(shown('--trace', '0AF7')).toContain(TRACE);
  expect(shown('--trace', 'ffff')).toBe('No spans.\n');
  expect(shown('--errors')).toContain(TRACE);
  expect(shown('--unfinished')).toContain(TRACE);
  expect(shown('--last', '0')).toBe('No spans.\n');
  const { code, stderr } = sandbox.run(['show', 'spans', 'all', '--trace', 'xyz']);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('"xyz"') });
});

test('a failed span whose end was overwritten in the ring for errors has failed all the same', () => {
  sandbox.runProgram(SPANS, ['many', String(1 << 20)], { TRACEBUF_PROCESS: 'shop' });
  const { stdout } = sandbox.run(['show', 'spans', 'shop', '--json']);
  const states = new Map<string, number>();
  for (const line of stdout.trimEnd().split('\n')) {
    const { name, state } = JSON.parse(line) as { name: string; state: string };
    if (name === 'noise') states.set(state, (states.get(state) ?? 0) + 1);
  }
  expect(states.get('failed')).toBeGreaterThan(100);
  expect(states.get('unfinished')).toBeUndefined();
});

test('a process without spans has none', async () => {
  await sandbox.writer('end', { records: [['mybuf', 'hello']] });
  expect(sandbox.run(['show', 'spans', 'web'])).toMatchObject({ code: 0, stdout: 'No spans.\n' });
  expect(sandbox.run(['show', 'spans', 'nobody']).code).toBe(3);
});

// npm run test:perfetto
//
// Has a file of `trace-cli export --format perfetto` loaded by a trace engine that others have made, and compares what it has found
// with what was recorded. Opt-in: it needs Chromium (Debian: apt-get install --no-install-recommends chromium), whose DevTools
// have one. Says so and ends with 0 where there is none.
//
// The importer of chrome://tracing is no longer part of Debian's Chromium, and Perfetto's trace processor comes by no package.
// This engine reads slices, instants and names of the same format; asynchronous slices of foreign programs it passes over.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import bundle from '../test/bundle-setup.ts';
import { Sandbox } from '../test/sandbox.ts';
import { loadTrace, needChromium } from './chromium.ts';

const version = needChromium();
await bundle();
const sandbox = new Sandbox();
try {
  const calls = sandbox.runProgram(join(import.meta.dirname, 'calls.ts'), [], { TRACEBUF_PROCESS: 'calls' });
  assert.equal(calls.code, 0, calls.stderr);
  const programs = join(import.meta.dirname, '..', 'test', 'programs');
  sandbox.runProgram(join(programs, 'spans.ts'), ['kill'], { TRACEBUF_PROCESS: 'shop' });
  const exported = sandbox.run(['export', '--output', 'trace.json']);
  assert.equal(exported.code, 0, exported.stderr);
  const text = readFileSync(join(sandbox.directory, 'trace.json'), 'utf8');
  const { traceEvents } = JSON.parse(text) as { readonly traceEvents: readonly { readonly ph: string }[] };

  const found = await loadTrace(text);
  assert.equal(found.events, traceEvents.length);
  assert.deepEqual(new Set(found.processes), new Set(['calls', 'shop']));
  const threads = found.threads.filter(({ slices }) => slices.length > 0);
  assert.deepEqual(threads.map(({ name }) => name).sort(), ['main', 'worker 1']);
  for (const { slices } of threads) {
    assert.deepEqual(
      slices.map(({ name, depth }) => [name, depth]),
      [
        ['outer', 0],
        ['inner', 1],
        ['inner', 1],
        ['inner', 1],
      ],
    );
    const [outer, ...inner] = slices;
    assert(outer !== undefined && outer.dur > 0);
    let last = outer.ts;
    for (const { ts, dur } of inner) {
      assert(ts >= last && ts + dur <= outer.ts + outer.dur, 'slices overlap');
      last = ts + dur;
    }
  }
  console.log(
    `ok    ${version}: ${found.events} events, ${threads.length} threads, ${threads.flatMap(({ slices }) => slices).length} slices as recorded`,
  );
} finally {
  await sandbox.dispose();
}

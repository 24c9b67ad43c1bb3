// npm run test:wine
//
// Writes ETW events under Node of Windows in Wine: through a recorder in C with the interface of advapi32, which has to see the
// same calls as here, and through Wine's own advapi32, which only tells that all is found and called. Opt-in: it needs Wine, and a
// compiler for Windows (Debian: apt-get install --no-install-recommends wine64 gcc-mingw-w64-x86-64-win32); what is
// missing it says. Delivery by a session of Windows can't be tested here.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listProcesses, openRoot, TraceReader } from '@tracebuf/ring';
import {
  app,
  needWine,
  prepareWine,
  runChecks,
  startInWine,
  windowsPath,
  work,
} from '../../ring/test-wine/wine.ts';
import '../src/decoder.ts';
import { buildRecorder } from '../test/native/recorder.ts';

const MINGW = 'x86_64-w64-mingw32-gcc';
const PACKAGES = join(import.meta.dirname, '../..');
const SCRIPT = 'etw/events.ts';

/** What a run under Wine has printed; it has come to its end. */
async function inWine(rings: string, args: readonly string[]): Promise<Record<string, unknown>[]> {
  const program = startInWine(SCRIPT, rings, args);
  assert.equal(await program.ended, 'code 0');
  const lines = program.lines();
  // After some crashes Wine ends with 0, too.
  assert.equal(lines.at(-1)?.end, true, JSON.stringify(lines));
  return lines;
}

/** The same program here. */
function here(args: readonly string[]): Record<string, unknown>[] {
  return execFileSync(
    process.execPath,
    ['--conditions=@tracebuf/source', join(import.meta.dirname, 'events.ts'), ...args],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env, TRACEBUF_DIR: join(work, 'rings-here') } },
  )
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

needWine();
prepareWine();
// Compiled, as it is published: Node does not run sources of packages in node_modules.
execFileSync('tsc', ['-b', join(PACKAGES, 'etw/tsconfig.lib.json')], { stdio: 'inherit', timeout: 120_000 });
for (const name of ['ring', 'etw']) {
  const installed = join(app, 'node_modules/@tracebuf', name);
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  cpSync(join(PACKAGES, name, 'dist'), join(installed, 'dist'), { recursive: true });
  const manifest = readFileSync(join(PACKAGES, name, 'package.json'), 'utf8');
  // Without the condition that leads to the sources.
  writeFileSync(join(installed, 'package.json'), manifest.replace(/"@tracebuf\/source": ".*",\s*/g, ''));
}
mkdirSync(join(app, 'etw'), { recursive: true });
cpSync(join(import.meta.dirname, 'events.ts'), join(app, SCRIPT));

const checks: Record<string, () => Promise<void>> = {
  'Windows finds and calls its own functions, and the trace buffer has the events': async () => {
    const rings = join(work, 'rings');
    const lines = await inWine(rings, ['system']);
    assert.deepEqual(lines[0], { platform: 'win32', isOpen: true, isEnabled: true });
    assert.deepEqual(lines.slice(1), [{ status: 0 }, { isOpen: false, end: true }]);
    const root = openRoot({ path: rings });
    assert(root !== undefined);
    const { processes } = listProcesses(root);
    root.close();
    using reader = new TraceReader(processes);
    const records = reader.poll().map(({ kind, message, fields }) => ({ kind, message, fields }));
    assert.deepEqual(records, [
      { kind: 'etw', message: 'Declared', fields: { path: 'C:\\x', keyword: '0x1' } },
      { kind: 'etw', message: 'Built', fields: { b: 'hé', keyword: '0x1' } },
    ]);
  },
};

if (spawnSync(MINGW, ['--version'], { timeout: 30_000 }).status === 0) {
  checks['the calls over the native boundary are those that are made here, bit by bit'] = async () => {
    const dll = join(work, 'recorder.dll');
    const source = join(import.meta.dirname, '../test/native/recorder.c');
    execFileSync(
      MINGW,
      ['-std=c11', '-Wall', '-Werror', '-O2', '-shared', '-static-libgcc', '-o', dll, source],
      {
        stdio: 'inherit',
        timeout: 60_000,
      },
    );
    const there = join(work, 'there.jsonl');
    const own = join(work, 'here.jsonl');
    const printedThere = await inWine(join(work, 'rings-there'), [
      'recorder',
      windowsPath(dll),
      windowsPath(there),
    ]);
    assert.deepEqual(printedThere, here(['recorder', buildRecorder(work), own]));
    const calls = (file: string): string[] => readFileSync(file, 'utf8').trim().split(/\r?\n/);
    assert.deepEqual(calls(there), calls(own));
    assert(calls(there).length > 10);
  };
} else {
  console.log(
    `SKIPPED: the recorder, as there is no ${MINGW}; on Debian: apt-get install gcc-mingw-w64-x86-64-win32`,
  );
}
await runChecks(checks);

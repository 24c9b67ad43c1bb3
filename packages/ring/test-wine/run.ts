// npm run test:wine
//
// Makes and reads rings under Node of Windows in Wine, and reads them across from here. Opt-in: it needs Wine
// (Debian: apt-get install --no-install-recommends wine64) and fetches, through npm, Node for Windows and the Windows
// binary of koffi into a folder that it keeps for the next time. Says so and ends with 0 where there is no Wine.
//
// Wine stands in for Windows: calls, structures and the file format are checked, NTFS and its sharing rules are not.

import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses, openRoot, TraceReader } from '../src/index.ts';
import {
  app,
  needWine,
  PATIENCE,
  prepareWine,
  runChecks,
  startInWine,
  type WineProcess,
  work,
} from './wine.ts';

const RECORDS = 1000;

const start = (rings: string, args: readonly string[]): WineProcess =>
  startInWine('test-wine/rings.ts', rings, args);

async function run(rings: string, args: readonly string[]): Promise<Record<string, unknown>[]> {
  const program = start(rings, args);
  assert.equal(await program.ended, 'code 0');
  return program.lines();
}

/** What a Windows program says that it reads. */
interface SeenThere {
  readonly processes: readonly { readonly state: string }[];
  readonly problems: readonly string[];
  readonly buffers: readonly { readonly counts: Readonly<Record<string, number>> }[];
  readonly records: readonly { readonly thread: number; readonly message: string }[];
}

/** The last line of a Windows program: what it reads. */
function lastLine(lines: readonly unknown[]): SeenThere {
  const last = lines.at(-1);
  assert(last !== undefined, 'it printed nothing');
  return last as SeenThere;
}

interface Seen {
  readonly records: readonly { readonly seq: number; readonly message: string }[];
  readonly counts: Record<string, number>;
  readonly mode: string;
}

/** What this Linux program reads of a directory that Windows programs have written. */
function readHere(rings: string): Seen {
  const root = openRoot({ path: rings });
  assert(root !== undefined);
  const { processes, problems } = listProcesses(root);
  root.close();
  assert.deepEqual(problems, []);
  // Of another platform: nothing is proven from here, so nothing is ever removed.
  assert.deepEqual(
    processes.map(({ state, info }) => [state, info.platform]),
    [['unknown', 'win32']],
  );
  using reader = new TraceReader(processes);
  const records = reader.poll().filter(({ kind }) => kind !== 'lost');
  const [buffer] = reader.buffers();
  assert(buffer !== undefined && reader.problems.length === 0);
  return { records, counts: { ...buffer.counts }, mode: buffer.mode };
}

/** Checks records of a ring and the ring for errors beside it, whose numbers run by themselves. */
function assertSound({ records, counts }: Seen, last: number): void {
  assert.equal(counts.appended, last);
  assert.equal(counts.readable, records.length);
  assert.equal(counts.damaged, 0);
  assert.equal((counts.readable ?? 0) + (counts.evicted ?? 0), last);
  const numbers = records.map(({ message }) => {
    const match = /^record (\d+) ähnlich 流れ$/.exec(message);
    assert(match !== null, message);
    return Number(match[1]);
  });
  assert(numbers.length > 100);
  // Both rings in order; records of the same microsecond may change places between them.
  for (const ring of [numbers.filter((n) => n % 10 === 0), numbers.filter((n) => n % 10 !== 0)]) {
    assert.deepEqual(
      ring,
      ring.toSorted((a, b) => a - b),
    );
  }
  assert.equal(Math.max(...numbers), last);
}

const checks: Record<string, () => Promise<void>> = {};
for (const mode of ['mapped', 'positional'] as const) {
  checks[`a ${mode} ring that Windows wrote is read here and there`] = async () => {
    const rings = join(work, `written-${mode}`);
    assert.deepEqual(await run(rings, ['write', mode]), [{ platform: 'win32', mode }]);
    const here = readHere(rings);
    assert.equal(here.mode, mode);
    assertSound(here, RECORDS);
    const there = lastLine(await run(rings, ['read']));
    assert.deepEqual(there.problems, []);
    assert.deepEqual(
      there.processes.map(({ state }) => state),
      ['ended'],
    );
    assert.deepEqual(
      there.records.map(({ message }) => message),
      here.records.map(({ message }) => message),
    );
  };
  checks[`a ${mode} ring whose Windows program is killed at full rate is whole`] = async () => {
    const rings = join(work, `killed-${mode}`);
    const program = start(rings, ['forever', mode]);
    for (let waited = 0; !program.lines().some(({ ready }) => ready === true); waited += 20) {
      assert(waited < PATIENCE, 'it did not start');
      await sleep(20);
    }
    await sleep(50 + Math.random() * 100);
    program.child.kill('SIGKILL');
    assert.equal(await program.ended, 'SIGKILL');
    const here = readHere(rings);
    assert((here.counts.appended ?? 0) > RECORDS);
    assertSound(here, here.counts.appended ?? 0);
    const there = lastLine(await run(rings, ['read']));
    assert.deepEqual(
      there.processes.map(({ state }) => state),
      ['died'],
    );
    assert.deepEqual(there.buffers[0]?.counts, here.counts);
  };
  checks[`threads of a Windows program have ${mode} rings of their own`] = async () => {
    const seen = lastLine(await run(join(work, `threads-${mode}`), ['workers', mode]));
    assert.deepEqual(new Set(seen.records.map(({ thread }) => thread)), new Set([0, 1]));
    assert.equal(seen.buffers[0]?.counts.appended, 2 * RECORDS);
  };
  checks[`a ${mode} ring is cleared and switched under Windows`] = async () => {
    const lines = await run(join(work, `control-${mode}`), ['control', mode]);
    assert.equal(lines.find(({ wanted }) => wanted !== undefined)?.wanted, false);
    const seen = lastLine(lines);
    assert.deepEqual(
      seen.records.map(({ message }) => message),
      ['after the clear'],
    );
  };
}

needWine();
prepareWine();
for (const folder of ['src', 'test-wine']) {
  rmSync(join(app, folder), { recursive: true, force: true });
  cpSync(join(import.meta.dirname, '..', folder), join(app, folder), { recursive: true });
}
cpSync(join(import.meta.dirname, '../package.json'), join(app, 'package.json'));
await runChecks(checks);

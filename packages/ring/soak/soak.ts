// npm run soak -- [--minutes N] [--kills K] [--writers W] [--directory DIR] [--keep DIR]
//
// Writers append at full rate in processes of their own, each record with its number and its own hash; readers follow
// them, take snapshots and clear at random; each writer is killed with SIGKILL at a random instant, and what it left is
// verified. Ends after N minutes or K kills, whichever comes first; without either after one minute. Prints what it saw;
// exits with 1 where anything was missing, torn, out of order or out of balance. Works below --directory, by default in
// shared memory, and leaves nothing there; --keep gets a copy of what was found faulty.
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { live } from './life.ts';
import { LOADS, type Load } from './load.ts';
import { describeTally, type Fault, faults, newTally } from './tally.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    kills: { type: 'string' },
    writers: { type: 'string' },
    directory: { type: 'string' },
    keep: { type: 'string' },
  },
});
const kills = positive('kills', values.kills) ?? Number.POSITIVE_INFINITY;
const minutes =
  positive('minutes', values.minutes) ?? (values.kills === undefined ? 1 : Number.POSITIVE_INFINITY);
/** Writers at work at a time. */
const writers = positive('writers', values.writers) ?? Math.max(1, availableParallelism() >> 1);

/** One writer in so many is killed while it makes its rings. */
const EARLY = 8;
/** Milliseconds of the longest life: long where time counts, short where kills count. */
const LONGEST_LIFE = kills === Number.POSITIVE_INFINITY ? 10_000 : 60;
const MAX_REPORTS = 20;
const PROGRESS_MS = 10_000;

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${name} is '${text}': give a number above 0.`);
  process.exit(2);
}

const directory = values.directory ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
const root = mkdtempSync(join(directory, 'tracebuf-soak-'));
// Writers share what Node compiled, so that they start in a third of the time.
process.env.NODE_COMPILE_CACHE = join(root, 'compiled');
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true, maxRetries: 10 });
});

const tally = newTally();
const start = performance.now();
const deadline = start + minutes * 60_000;
let stopping: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second one does not wait for what is being verified.
    if (stopping !== undefined) process.exit(1);
    stopping = signal;
    console.log(`${signal}: stopping`);
    for (const child of children) child.kill('SIGKILL');
  });
}

let reports = 0;
let unjudged = 0;

function say(fault: string): void {
  if (reports++ < MAX_REPORTS) console.log(`FAULT in ${fault}`);
}

function started(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

const loads = Object.entries(LOADS);
let next = 0;

/** Starts writers and kills them, one after the other. */
async function killer(): Promise<void> {
  while (next < kills && performance.now() < deadline && stopping === undefined) {
    const run = next++;
    const [name, load] = loads[run % loads.length] as [string, Load];
    const before = reports;
    const report: Fault = (kind, text) => {
      tally[kind]++;
      say(`run ${run} (${name}): ${kind}: ${text}`);
    };
    // Short lives are as many as long ones, whatever the scale.
    const lifetime = run % EARLY === EARLY - 1 ? undefined : LONGEST_LIFE ** Math.random();
    const path = join(root, String(run));
    try {
      await live({ path, load, lifetime, tally, report, started });
    } catch (error) {
      if (stopping === undefined) {
        unjudged++;
        say(`run ${run} (${name}): ${String(error)}`);
      }
    }
    if (reports > before && values.keep !== undefined)
      cpSync(path, join(values.keep, String(run)), { recursive: true });
    rmSync(path, { recursive: true, force: true });
  }
}

const progress = setInterval(() => {
  const seconds = Math.round((performance.now() - start) / 1000);
  const { kills: killed, acknowledged, readLive, torn } = tally;
  console.log(
    `${seconds} s: ${killed} kills, ${acknowledged} acknowledged, ${readLive} read live, ${torn} torn`,
  );
}, PROGRESS_MS);

await Promise.all(Array.from({ length: writers }, killer));
clearInterval(progress);
const seconds = (performance.now() - start) / 1000;
console.log(
  `${writers} writers at a time, ${seconds.toFixed(1)} s, Node ${process.version}, ${process.platform} ${process.arch}`,
);
console.log(describeTally(tally));
if (unjudged > 0) console.log(`lives that could not be judged: ${unjudged}`);
process.exitCode = faults(tally) + unjudged > 0 || tally.acknowledged === 0 ? 1 : 0;
if (stopping !== undefined) process.exitCode = 130;

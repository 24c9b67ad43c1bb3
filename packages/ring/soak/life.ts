import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses, openRoot } from '../src/index.ts';
import type { ProcessEntry } from '../src/process-entry.ts';
import { ACKNOWLEDGEMENT_BYTES, BUFFER, type Load } from './load.ts';
import type { Fault, Tally } from './tally.ts';
import { verifyRing } from './verify-ring.ts';
import { Visitor } from './visitor.ts';

/** How long a writer may take to start on a busy machine, in milliseconds. */
const PATIENCE = 120_000;
/** A kill while the rings are made comes within so many milliseconds of the start. */
const LONGEST_START = 400;
/** Between two looks at a writer at work there are at most so many milliseconds. */
const LONGEST_PAUSE = 50;

/** The life of one writer process. */
export interface Life {
  /** An empty directory of its own. */
  readonly path: string;
  readonly load: Load;
  /** Milliseconds at full rate before the kill; `undefined` kills at a random instant while the rings are made. */
  readonly lifetime: number | undefined;
  readonly tally: Tally;
  readonly report: Fault;
  /** Told the process, so that an interrupted soak can end it. */
  readonly started: (child: ChildProcess) => void;
}

/** Starts a writer with all of its threads, reads what it writes, kills it, and verifies what it has left. */
export async function live({ path, load, lifetime, tally, report, started }: Life): Promise<void> {
  mkdirSync(path);
  const rings = join(path, 'rings');
  const acknowledged = join(path, 'acknowledged');
  writeFileSync(acknowledged, Buffer.alloc(ACKNOWLEDGEMENT_BYTES));
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, 'writer.ts'), acknowledged, JSON.stringify(load)],
    { env: { ...process.env, TRACEBUF_DIR: rings }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  started(child);
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  let visitor: Visitor | undefined;
  try {
    if (lifetime === undefined) {
      await sleep(Math.random() * LONGEST_START);
      tally.early++;
    } else {
      await isReady(child, ended);
      const entry = processIn(rings);
      if (entry === undefined) report('missing', `a writer at work is not listed in ${rings}`);
      // Half of the writers are not watched at all: readers must not be what keeps the books right.
      else if (Math.random() < 0.5) visitor = new Visitor(entry, BUFFER, tally, report);
      await watch(child, visitor, lifetime);
    }
    child.kill('SIGKILL');
    const end = await ended;
    // A writer that ended by itself would have shown that logging can break a program.
    if (end !== 'SIGKILL') throw new Error(`the writer ended by itself with ${end}`);
    tally.kills++;
    visitor?.leave();
    const bytes = readFileSync(acknowledged);
    const words = new Float64Array(bytes.buffer, bytes.byteOffset, ACKNOWLEDGEMENT_BYTES / 8);
    const files = processIn(rings)?.ringFiles() ?? [];
    const expected = (load.workers + 1) * 2;
    if (lifetime !== undefined && files.length !== expected) {
      report('missing', `${files.length} rings instead of ${expected}`);
    }
    for (const file of files) verifyRing(load, file, words, tally, report);
  } finally {
    child.kill('SIGKILL');
    visitor?.close();
  }
}

async function watch(child: ChildProcess, visitor: Visitor | undefined, lifetime: number): Promise<void> {
  const until = performance.now() + lifetime;
  for (let left = lifetime; left > 0; left = until - performance.now()) {
    await sleep(Math.min(left, 1 + Math.random() * LONGEST_PAUSE));
    if (visitor === undefined) continue;
    // A stopped writer stands between any two of its stores for as long as it is looked at.
    const stops = Math.random() < 0.2;
    if (stops) child.kill('SIGSTOP');
    visitor.look();
    if (stops) child.kill('SIGCONT');
  }
}

function isReady(child: ChildProcess, ended: Promise<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the writer did not start')), PATIENCE);
    child.stdout?.once('data', () => {
      clearTimeout(timer);
      resolve();
    });
    ended.then((end) => {
      clearTimeout(timer);
      reject(new Error(`the writer ended by itself with ${end}`));
    }, reject);
  });
}

/** The only process of a directory. */
function processIn(path: string): ProcessEntry | undefined {
  const root = openRoot({ path });
  try {
    return root === undefined ? undefined : listProcesses(root).processes[0];
  } finally {
    root?.close();
  }
}

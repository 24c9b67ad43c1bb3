import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses, TraceReader } from '@tracebuf/ring';
import { expect, onTestFinished, test } from 'vitest';
import { Recorder } from '../src/recorder.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { expectSound } from './support/books.ts';
import { bundlePrograms } from './support/bundled-programs.ts';
import { useDirectories } from './support/directories.ts';

/** How many programs are killed: those that record, side by side, and those that write. */
const RECORDERS = { lanes: 3, kills: 240 };
const WRITERS = { lanes: 2, kills: 80 };

/** Starts a program; it is killed with the test at the latest. */
function start(program: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(tmpdir(), 'tracebuf-test-compiled'),
      // What retention removed could not be compared in the end.
      TRACEBUF_KEEP_PROCESSES: '100000',
      TRACEBUF_KEEP_BYTES: '1000000000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
    killSignal: 'SIGKILL',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/**
 * Kills a program at a random instant: every third one while it starts, the others when they have begun their work.
 *
 * @returns Whether it was killed, and did not end by itself before.
 */
async function killSomewhere(child: ChildProcess, turn: number): Promise<boolean> {
  const ended = once(child, 'exit');
  if (turn % 3 !== 0)
    await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), ended]);
  await sleep(Math.random() * 80);
  child.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return signal === 'SIGKILL';
}

/** Kills one program after the other, in lanes beside each other. @returns How many were killed. */
async function killAll(
  { lanes, kills }: typeof RECORDERS,
  next: (turn: number) => ChildProcess,
): Promise<number> {
  let turns = 0;
  let killed = 0;
  const lane = async (): Promise<void> => {
    while (turns < kills) if (await killSomewhere(next(turns), turns++)) killed++;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return killed;
}

test('killed hundreds of times, recorders and the programs they record lose nothing uncounted and double nothing', {
  timeout: 600_000,
}, async () => {
  const { database: path } = useDirectories();
  const [record = '', write = ''] = await bundlePrograms('record', 'writer');
  const lasting = start(write, 'lasting', '65536');
  const killed = await Promise.all([
    killAll(RECORDERS, () => start(record, path)),
    killAll(WRITERS, (turn) => start(write, `w${turn}`, '65536')),
  ]);
  expect(killed).toEqual([RECORDERS.kills, WRITERS.kills]);
  expect(await killSomewhere(lasting, 0)).toBe(true);
  new Recorder(path).close();

  const database = openTraceDatabase(path, { mode: 'read' });
  onTestFinished(() => database.close());
  const all = expectSound(database);
  // What the rings say was appended, less what was cut short by the kill itself.
  using reader = new TraceReader(listProcesses().processes);
  const appended = reader.buffers().reduce((sum, { counts }) => sum + counts.appended, 0);
  expect(all.reduce((sum, { position }) => sum + position, 0)).toBe(appended);
  expect(all.reduce((sum, { stored }) => sum + stored, 0)).toBeGreaterThan(1000);
  expect(database.prepare('SELECT DISTINCT state FROM processes').all()).toEqual([{ state: 'died' }]);
  // Every stored record is the one that was appended under that number.
  const { wrong } = database
    .prepare(
      "SELECT count(*) AS wrong FROM records WHERE kind = 'log' AND message NOT LIKE 'record % of ' || process",
    )
    .get() as { wrong: number };
  expect(wrong).toBe(0);
});

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'vitest';
import { programFolder } from '../src/installation.ts';
import { LOGGING_PROGRAMS, writeProgram } from '../src/programs.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { type PrintedRecord, Sandbox } from '../src/sandbox.ts';

/** Writes to standard output, which may be a pipe that is full. */
const SAY = `function say(text) {
  try { writeSync(1, text); } catch (error) { if (error.code !== 'EAGAIN') throw error; say(text); }
}`;

/** Logs without end, and says after each log call that it has returned. */
const ACKNOWLEDGING = `for (let i = 1; ; i++) { log('message ' + i); say(i + '\\n'); }
${SAY}`;

/** Logs in one burst, and lives on; another thread stores what is logged. */
const BURST_SIZE = 300;
const BURST = `for (let i = 1; i <= ${BURST_SIZE}; i++) log('message ' + i);\nsetInterval(() => {}, 60_000);`;

describe('what was logged before kill -9 is read back', () => {
  for (const [index, program] of LOGGING_PROGRAMS.entries()) {
    test.concurrent.for(NODE_MAJORS)(
      `of ${program.name} on Node %i`,
      async (major, { expect, onTestFinished }) => {
        const programs = programFolder();
        const sandbox = new Sandbox(programs, major, onTestFinished);
        const body = program.immediate ? ACKNOWLEDGING : BURST;
        const path = writeProgram(programs, `killed/${index}-node${major}`, program, 'ESM', body);
        const child = sandbox.start([path]);
        const stored = program.immediate
          ? await killAfter(child, 500)
          : await killWhenStored(child, sandbox, BURST_SIZE);
        expect(child.signalCode).toBe('SIGKILL');

        const numbers = (await sandbox.records()).map(numberOf);
        const [first = Number.NaN, last = Number.NaN] = [numbers[0], numbers.at(-1)];
        // All in order without a gap, and the last log call may have been killed between the record and its answer.
        expect(numbers).toEqual(Array.from({ length: last - first + 1 }, (_, at) => first + at));
        expect([stored, stored + 1]).toContain(last);
        expect((await sandbox.traceCli('ps', '--json', '--no-rate')).stdout).toContain('"state":"died"');
      },
    );
  }
});

/** Kills a program when it has acknowledged that many messages; answers the number of the last one it acknowledged. */
async function killAfter(child: ChildProcess, count: number): Promise<number> {
  let said = '';
  let problem = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > count) child.kill('SIGKILL');
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problem += text;
  });
  await once(child, 'close');
  const acknowledged = said.slice(0, said.lastIndexOf('\n')).split('\n');
  if (acknowledged.length < count) throw new Error(`The program ended by itself: ${problem}`);
  return Number(acknowledged.at(-1));
}

/** Kills a program when the last of its messages has reached the buffer; answers the number of that message. */
async function killWhenStored(child: ChildProcess, sandbox: Sandbox, count: number): Promise<number> {
  child.stdout?.resume();
  child.stderr?.resume();
  const closed = once(child, 'close');
  while (child.exitCode === null && child.signalCode === null) {
    // An exit code of 1 is no fault yet: the ring may be read in the instant in which it is being made.
    const { stdout } = await sandbox.traceCli('show', 'trace', 'all', 'all', '--last', '1');
    if (stdout.includes(`message ${count}`)) break;
    await sleep(100);
  }
  child.kill('SIGKILL');
  await closed;
  return count;
}

function numberOf({ message }: PrintedRecord): number {
  return Number(/^message (\d+)$/.exec(message)?.[1]);
}

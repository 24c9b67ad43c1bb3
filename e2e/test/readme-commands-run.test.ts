// The lines of the READMEs that begin with `trace-cli` or `npx trace-cli`, typed one after another while a program
// called `web` logs and has its calls traced.
import { once } from 'node:events';
import { describe, test } from 'vitest';
import { programFolder } from '../src/installation.ts';
import { commandLines } from '../src/markdown.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { type Outcome, outcomeOf, Sandbox } from '../src/sandbox.ts';

const READMES = ['README.md', 'packages/winston-transport/README.md', 'packages/cli/README.md'];

const lines = READMES.flatMap((file) => commandLines(file, ['trace-cli', 'npx trace-cli']));

const WEB = `
import { pino } from 'pino';
import { traceBuffer } from '@tracebuf/pino-transport';
import { CallTracer } from '@tracebuf/tracer';
import { setTimeout as sleep } from 'node:timers/promises';
const placeOrder = new CallTracer().trace(async function placeOrder(id) {
  await sleep(10);
  return id + 1;
});
await placeOrder(41);
const logger = pino(traceBuffer({ name: 'web', size: 262144 }));
setInterval(() => logger.warn('read timeout after 5 s'), 20);
setInterval(() => logger.error({ status: 503 }, 'no answer'), 20);
setTimeout(() => console.log('logs'), 200);
`;

describe('README command lines', () => {
  test('there are some in each README', ({ expect }) => {
    expect(new Set(lines.map(({ file }) => file))).toEqual(new Set(READMES));
  });

  test.concurrent.for(NODE_MAJORS)('all work on Node %i', async (major, { expect, onTestFinished }) => {
    const programs = programFolder();
    const sandbox = new Sandbox(programs, major, onTestFinished);
    const web = sandbox.start([programs.write('web.mjs', WEB)], { TRACEBUF_PROCESS: 'web' });
    if (web.stdout === null) throw new Error('The program has no pipe to read from');
    await once(web.stdout, 'data');

    for (const { file, line, text } of lines) {
      const follows = text.includes('--follow');
      const outcome = follows ? await followed(sandbox, text) : await sandbox.line(text);
      const where = `${file}:${line}: ${text}`;
      // 130: ended by Ctrl-C.
      expect({ ...outcome, stdout: '' }, where).toEqual({ code: follows ? 130 : 0, stdout: '', stderr: '' });
      if (/show trace/.test(text)) expect(outcome.stdout, where).toContain('read timeout after 5 s');
      if (text.endsWith(' ps')) expect(outcome.stdout, where).toMatch(/web .*alive|alive.* web/s);
    }
  });
});

/** Runs a command line that goes on for ever, and presses Ctrl-C when it has shown something. */
async function followed(sandbox: Sandbox, text: string): Promise<Outcome> {
  const child = sandbox.startLine(text);
  child.stdout?.once('data', () => child.kill('SIGINT'));
  return outcomeOf(child);
}

// The system log as a user has it: the program of the README with the packed package, looked at with the packed trace-cli.
import { once } from 'node:events';
import { describe, test } from 'vitest';
import { programFolder } from '../src/installation.ts';
import { codeBlocks, commandLines } from '../src/markdown.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { outcomeOf, Sandbox } from '../src/sandbox.ts';

const README = 'packages/exos-log/README.md';

const [first, second] = codeBlocks(README).filter(({ language }) => language === 'ts');
const lines = commandLines(README, ['trace-cli']);

/** What `show log` prints, without date, time and footer. */
const messagesIn = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => line.includes('<'))
    .map((line) => line.replace(/^\S+ \S+ /, ''));

describe('the system log of the README', () => {
  test('has a program, a change to the configuration, and command lines', ({ expect }) => {
    expect(first?.code).toContain('.register();');
    expect(second?.code).toContain('updateLogConfiguration(');
    expect(lines.length).toBeGreaterThan(2);
  });

  test.concurrent.for(NODE_MAJORS)(
    'raises an incident that all its command lines know of, on Node %i',
    async (major, { expect, onTestFinished }) => {
      const programs = programFolder();
      const sandbox = new Sandbox(programs, major, onTestFinished);
      const program = programs.write(`system-log/node${major}/program.ts`, first?.code ?? '');
      expect(await sandbox.node(program)).toEqual({ code: 0, stdout: '', stderr: '' });
      for (const { line, text } of lines) {
        const { code, stdout, stderr } = await sandbox.line(text);
        expect({ code, stderr }, `${README}:${line}: ${text}`).toEqual({ code: 0, stderr: '' });
        expect(stdout, `${README}:${line}: ${text}`).toContain('could_not_open');
      }
      expect(messagesIn((await sandbox.traceCli('show', 'log')).stdout)).toEqual([
        '<Erro:example.could_not_open> Unable to open somefile with r',
      ]);
    },
  );

  test.concurrent.for(NODE_MAJORS)(
    'keeps incidents, messages on disk and counters of a program that is killed, on Node %i',
    async (major, { expect, onTestFinished }) => {
      const programs = programFolder();
      const sandbox = new Sandbox(programs, major, onTestFinished);
      const body = `${first?.code}
elog.could_not_open('somefile', 'w');
console.log('raised');
setInterval(() => {}, 60_000);`;
      const child = sandbox.start([programs.write(`system-log/node${major}/killed.ts`, body)]);
      if (child.stdout === null) throw new Error('The program has no pipe to read from');
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await outcomeOf(child);
      const expected = ['w', 'r'].map(
        (mode) => `<Erro:example.could_not_open> Unable to open somefile with ${mode}`,
      );
      for (const log of ['memory-buffer', 'nvram']) {
        expect(messagesIn((await sandbox.traceCli('show', 'log', 'messages', log)).stdout), log).toEqual(
          expected,
        );
      }
      const { stdout } = await sandbox.traceCli('show', 'log', 'counters', 'example', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ occurred: 2, included: true, notified: 2 });
    },
  );

  test.concurrent.for(NODE_MAJORS)(
    'obeys a configuration that a program has changed, on Node %i',
    async (major, { expect, onTestFinished }) => {
      const programs = programFolder();
      const sandbox = new Sandbox(programs, major, onTestFinished);
      const path = programs.write(`system-log/node${major}/configure.ts`, second?.code ?? '');
      expect(await sandbox.node(path)).toEqual({ code: 0, stdout: '', stderr: '' });
      const listed = await sandbox.traceCli('show', 'log', 'configuration', 'filter', 'DefaultFilter');
      expect(listed.stdout).toMatch(/^I example \* {11}\* {23}CEWN----$/m);
    },
  );
});

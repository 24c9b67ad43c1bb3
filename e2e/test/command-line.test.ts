import { beforeAll, describe, test } from 'vitest';
import type { Consumer } from '../src/consumer.ts';
import { installAlone, packedPackages } from '../src/installation.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { Sandbox } from '../src/sandbox.ts';

describe('the packed command line, installed alone', () => {
  let consumer: Consumer;

  beforeAll(() => {
    consumer = installAlone('command-line', ['@tracebuf/cli']);
  });

  test.concurrent.for(NODE_MAJORS)(
    'the Node of the matrix is Node %i',
    async (major, { expect, onTestFinished }) => {
      const sandbox = new Sandbox(consumer, major, onTestFinished);
      expect((await sandbox.node('-p', 'process.versions.node')).stdout).toMatch(new RegExp(`^${major}\\.`));
      expect((await sandbox.line('node -p process.versions.node')).stdout).toMatch(
        new RegExp(`^${major}\\.`),
      );
    },
  );

  test.concurrent.for(NODE_MAJORS)(
    'trace-cli --version works on Node %i',
    async (major, { expect, onTestFinished }) => {
      const version = packedPackages().find(({ manifest }) => manifest.name === '@tracebuf/cli')?.manifest
        .version;
      expect(await new Sandbox(consumer, major, onTestFinished).line('trace-cli --version')).toEqual({
        code: 0,
        stdout: expect.stringContaining(`${version}`),
        stderr: '',
      });
    },
  );

  test.concurrent.for(NODE_MAJORS)(
    'npx trace-cli --help lists the commands on Node %i',
    async (major, { expect, onTestFinished }) => {
      // `--no`: if it were not installed, npx would look for it in the registry.
      const { code, stdout, stderr } = await new Sandbox(consumer, major, onTestFinished).line(
        'npx --no trace-cli -- --help',
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const command of ['ps', 'show trace', 'dump trace', 'prune', 'doctor', 'demo', 'completion']) {
        expect(stdout).toContain(command);
      }
    },
  );

  test.concurrent.for(NODE_MAJORS)(
    'doctor finds that buffers can be made, mapped and read on Node %i',
    async (major, { expect, onTestFinished }) => {
      const { code, stdout, stderr } = await new Sandbox(consumer, major, onTestFinished).traceCli(
        'doctor',
        '--json',
      );
      const found = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { name: string; verdict: string; detail: string });
      expect(found.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
      expect(found.length).toBeGreaterThan(3);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  test.concurrent.for(['bash', 'zsh', 'fish'])(
    'there is a completion script for %s',
    async (shell, { expect, onTestFinished }) => {
      const sandbox = new Sandbox(consumer, 26, onTestFinished);
      const { code, stdout, stderr } = await sandbox.traceCli('completion', shell);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('trace-cli');
      expect(stdout.split('\n').length).toBeGreaterThan(5);
    },
  );

  test('a filter and a time are understood by what is bundled', async ({ expect, onTestFinished }) => {
    const sandbox = new Sandbox(consumer, 22, onTestFinished);
    const where = ['show', 'trace', 'all', 'all', '--since', '5m', '--where'];
    expect(await sandbox.traceCli(...where, 'msg =~ /^open/i and level >= warn')).toMatchObject({ code: 0 });
    expect(await sandbox.traceCli(...where, 'level >= wran')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('warn'),
    });
  });

  test('trace-cli demo shows the last records of a killed service', async ({ expect, onTestFinished }) => {
    const sandbox = new Sandbox(consumer, 24, onTestFinished);
    const { code, stderr } = await sandbox.line('trace-cli demo');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await sandbox.records()).toEqual([]);
  });
});

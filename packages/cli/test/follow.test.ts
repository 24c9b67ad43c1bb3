import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

interface JsonRecord {
  readonly kind: string;
  readonly message: string;
  readonly seq: number;
  readonly count?: number;
}

const parse = (stdout: string): JsonRecord[] =>
  stdout
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as JsonRecord);

describe('show trace --follow', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => await sandbox.dispose());

  test('goes on with what comes, and ends with 130 on Ctrl-C', async () => {
    const writer = await sandbox.writer('tick', { records: [['mybuf', 'before']] });
    const follower = sandbox.start(['show', 'trace', 'web', 'all', '--follow']);
    await follower.until(/before[\s\S]*tick \d+\n[\s\S]*tick \d+\n/);
    expect(await follower.stop('SIGINT')).toMatchObject({ code: 130, stderr: '' });
    await writer.stop();
  });

  test.skipIf(!existsSync('/proc/self/fd'))(
    'opens no more files the longer it looks for processes (skipped where /proc does not list them)',
    async () => {
      await sandbox.writer('tick');
      const follower = sandbox.start(['show', 'trace', 'all', 'all', '--follow']);
      const openFiles = async (): Promise<number> => {
        await follower.until(/tick/);
        return readdirSync(`/proc/${follower.pid}/fd`).length;
      };
      const before = await openFiles();
      // Long enough for a dozen looks.
      await delay(3000);
      expect(await openFiles()).toBeLessThan(before + 5);
      await follower.stop('SIGINT');
    },
  );

  test('shows the last of what is there first', async () => {
    await sandbox.writer('tick', {
      records: [
        ['mybuf', 'one'],
        ['mybuf', 'two'],
        ['mybuf', 'three'],
      ],
    });
    const follower = sandbox.start(['show', 'trace', 'web', 'all', '--follow', '-n', '0', '--json']);
    await follower.until(/tick/);
    await follower.stop('SIGINT');
    const records = parse(follower.stdout);
    expect(records.map(({ message }) => message)).not.toContain('three');
    expect(records[0]?.seq).toBeGreaterThan(3);
  });

  test('of one process ends with it, all of its records shown', async () => {
    const writer = await sandbox.writer('tick');
    const follower = sandbox.start(['show', 'trace', String(writer.pid), 'all', '-f']);
    await follower.until(/tick 5\n/);
    await writer.stop('SIGKILL');
    const { code, stdout, stderr } = await follower.end();
    expect(code).toBe(0);
    expect(stderr).toBe(`# web.${writer.pid} died\n`);
    const shown = sandbox.run(['show', 'trace', 'web', 'all']).stdout;
    expect(stdout).toBe(shown);
  });

  test('of a dead process ends at once', async () => {
    const writer = await sandbox.writer('end', { records: [['mybuf', 'gone']] });
    await writer.end();
    const { code, stdout, stderr } = sandbox.run(['show', 'trace', 'web', 'all', '--follow']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `# web.${writer.pid} ended with exit code 0\n` });
    expect(stdout).toContain('gone');
  });

  test('by name goes on with the next process of that name', async () => {
    const first = await sandbox.writer('tick', { records: [['mybuf', 'from the first']] });
    const follower = sandbox.start(['show', 'trace', 'web', 'all', '--follow']);
    await follower.until(/from the first/);
    await first.stop('SIGKILL');
    const second = await sandbox.writer('wait', { records: [['mybuf', 'from the second']] });
    await sandbox.writer('wait', { name: 'webhook', records: [['mybuf', 'from another']] });
    await follower.until(/from the second/);
    await delay(600);
    const { stdout, stderr } = await follower.stop('SIGINT');
    expect(stdout).toContain(`web.${second.pid}`);
    expect(stdout).not.toContain('from another');
    expect(stderr).toBe(`# web.${first.pid} died\n`);
  });

  test('ends when the time of --until is over', async () => {
    await sandbox.writer('tick');
    const started = Date.now();
    const { code } = sandbox.run(['show', 'trace', 'web', 'all', '--follow', '--until', '+1s']);
    expect(code).toBe(0);
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  test('shows every record of a flood, or says how many it lost', async () => {
    const writer = await sandbox.writer('flood', {
      buffers: { mybuf: 4 * 1024 * 1024 },
      args: ['200000', '2'],
    });
    const follower = sandbox.start(['show', 'trace', String(writer.pid), 'all', '--follow', '--json']);
    const { code } = await follower.end();
    expect(code).toBe(0);
    const written = Number(/\d+/.exec(writer.stdout)?.[0]);
    const records = parse(follower.stdout);
    expect(account(records)).toBe(written);
  });

  test('with a reader that stalls, holds nothing back and counts what it missed', async () => {
    const writer = await sandbox.writer('flood', { buffers: { mybuf: 65536 }, args: ['50000', '6'] });
    // The reader wakes up when the writer has ended; until this test waits for it, that one is a zombie.
    const ended = `grep -qs ') Z' /proc/${writer.pid}/stat || ! [ -e /proc/${writer.pid} ]`;
    const stalled = `{ until ${ended}; do sleep 0.1; done; cat; }`;
    const follow = `$TRACE_CLI show trace ${writer.pid} all --follow --json | ${stalled}`;
    const { code, stdout } = sandbox.shell(follow);
    await writer.end();
    expect(code).toBe(0);
    const records = parse(stdout);
    expect(records.some(({ kind, count = 0 }) => kind === 'lost' && count > 0)).toBe(true);
    expect(account(records)).toBe(Number(/\d+/.exec(writer.stdout)?.[0]));
  });

  /** Checks that sequence numbers have no gap that no `lost` record tells, and answers the last. */
  function account(records: readonly JsonRecord[]): number {
    const [first] = records;
    // What was overwritten before the follower came is none of its losses.
    let next = first === undefined ? 0 : first.seq;
    for (const { kind, seq, count = 1 } of records) {
      expect(seq).toBe(next);
      next += kind === 'lost' ? count : 1;
    }
    return next - 1;
  }
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

describe('ps', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => await sandbox.dispose());

  test('says that there is nothing', () => {
    expect(sandbox.run(['ps'])).toEqual({
      code: 0,
      stdout: `No process has trace buffers in ${sandbox.env.TRACEBUF_DIR}: start one, or set TRACEBUF_DIR as it does.\n`,
      stderr: '',
    });
    expect(sandbox.run(['ps', '--json'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('lists live and dead processes, a line for each buffer', async () => {
    const live = await sandbox.writer('wait', {
      buffers: { http: 8192, mybuf: 20480 },
      records: [['http', 'x']],
    });
    const dead = await sandbox.writer('wait', { name: 'old' });
    const ended = await sandbox.writer('end', { name: 'done' });
    await dead.stop('SIGKILL');
    await ended.end();
    const { code, stdout } = sandbox.run(['ps']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(code).toBe(0);
    expect(rows[0]?.join(' ').replaceAll(/ +/g, ' ')).toBe(
      'PROCESS PID STATE AGE BUFFER SIZE USED RECORDS LOST LEVEL MODE THREADS',
    );
    expect(rows.slice(1).map((cells) => cells.slice(0, 3))).toEqual(
      expect.arrayContaining([
        ['web', String(live.pid), 'alive'],
        ['old', String(dead.pid), 'died'],
        ['done', String(ended.pid), 'ended (0)'],
      ]),
    );
    expect(rows).toHaveLength(5);
    expect(stdout).toMatch(/http +10 KiB +<1% +1 +0 +all +mapped +1\n/);
    expect(sandbox.run(['ps', 'web']).stdout.split('\n')).toHaveLength(4);
  });

  test('counts what the rings of ended workers held, also of buffers that are gone whole', async () => {
    await sandbox.writer('wait', { records: [['mybuf', 'x']] });
    const { directory } = JSON.parse(sandbox.run(['ps', '--json']).stdout) as { directory: string };
    const buffers = { mybuf: { rings: 4, records: 20 }, 'of a worker': { rings: 2, records: 7 } };
    const book = JSON.stringify({ formatVersion: 1, buffers, removing: [] });
    writeFileSync(join(directory, 'removed.1.json'), book, { mode: 0o600 });
    const { stdout } = sandbox.run(['ps']);
    expect(stdout).toMatch(/mybuf +25 KiB +<1% +1 +20 +all +mapped +1\n/);
    expect(stdout).toMatch(/of a worker +0 B +- +0 +7 +all +mapped +0\n/);
  });

  test('one object a line with stable keys', async () => {
    await sandbox.writer('wait', { records: [['mybuf', 'x']] });
    const { stdout } = sandbox.run(['ps', '--json', '--rate']);
    const status = JSON.parse(stdout) as { buffers: [Record<string, unknown>] };
    expect(Object.keys(status)).toEqual([
      'process',
      'pid',
      'state',
      'startedAt',
      'directory',
      'bytes',
      'buffers',
    ]);
    expect(Object.keys(status.buffers[0])).toEqual([
      'buffer',
      'size',
      'used',
      'records',
      'lost',
      'appended',
      'evicted',
      'discarded',
      'cleared',
      'damaged',
      'cut',
      'replaced',
      'enabled',
      'level',
      'mode',
      'policy',
      'threads',
      'rate',
    ]);
    expect(status.buffers[0]).toMatchObject({
      records: 1,
      lost: 0,
      appended: 1,
      mode: 'mapped',
      threads: [0],
    });
  });

  test('measures the rate where it is asked to', async () => {
    await sandbox.writer('tick');
    const status = JSON.parse(sandbox.run(['ps', '--json', '--rate']).stdout) as {
      buffers: [{ rate: number }];
    };
    expect(status.buffers[0].rate).toBeGreaterThan(5);
    expect(status.buffers[0].rate).toBeLessThan(60);
    expect(sandbox.run(['ps', '--rate']).stdout).toMatch(/RATE[\s\S]* \d+\/s /);
  });

  test('--watch goes on until Ctrl-C', async () => {
    await sandbox.writer('tick');
    const watching = sandbox.start(['ps', '--watch']);
    await watching.until(/RATE[\s\S]*RATE/);
    expect(await watching.stop('SIGINT')).toMatchObject({ code: 130, stderr: '' });
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

interface Status {
  readonly state: string;
  readonly buffers: readonly {
    readonly buffer: string;
    readonly records: number;
    readonly appended: number;
    readonly cleared: number;
    readonly enabled: boolean;
    readonly level: string;
  }[];
}

describe('control from outside', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => await sandbox.dispose());

  const status = (): Status => JSON.parse(sandbox.run(['ps', 'web', '--json']).stdout) as Status;
  const appended = (): number => status().buffers[0]?.appended ?? Number.NaN;

  test('a process in an endless loop is listed, read, disabled, cleared, set and enabled', async () => {
    const { pid } = await sandbox.writer('loop');
    expect(status()).toMatchObject({ state: 'alive', buffers: [{ buffer: 'mybuf', enabled: true }] });
    expect(sandbox.run(['show', 'trace', 'web', 'mybuf', '-n', '1']).stdout).toMatch(/turn \d+\n$/);

    const disabled = sandbox.run(['disable', 'trace', 'web', 'all']);
    expect(disabled).toEqual({ code: 0, stdout: `web.${pid} mybuf: disabled\n`, stderr: '' });
    const atRest = appended();
    expect(appended()).toBe(atRest);
    expect(status().buffers[0]?.enabled).toBe(false);
    expect(sandbox.run(['ps', 'web']).stdout).toMatch(/ off /);

    const { readable } = { readable: status().buffers[0]?.records };
    const cleared = sandbox.run(['clear', 'trace', 'web', 'mybuf']);
    expect(cleared).toEqual({
      code: 0,
      stdout: `web.${pid} mybuf: cleared ${readable} records\n`,
      stderr: '',
    });
    expect(sandbox.run(['show', 'trace', 'web', 'all']).stdout).toBe('');

    const set = sandbox.run(['set', 'trace', 'web', 'mybuf', 'level', 'warn']);
    expect(set).toEqual({ code: 0, stdout: `web.${pid} mybuf: stores warn and above\n`, stderr: '' });
    expect(sandbox.run(['enable', 'trace', 'web', 'mybuf']).stdout).toBe(`web.${pid} mybuf: enabled\n`);
    expect(appended()).toBe(atRest);
    expect(status().buffers[0]).toMatchObject({ enabled: true, level: 'warn' });

    const all = sandbox.run(['se', 't', 'web', 'mybuf', 'lev', '0']);
    expect(all.stdout).toBe(`web.${pid} mybuf: stores all levels\n`);
    await expect.poll(appended).toBeGreaterThan(atRest);
    expect(status().buffers[0]?.cleared).toBe(readable);
  });

  test('only the buffers that are named are told', async () => {
    await sandbox.writer('wait', {
      buffers: { http: 8192, sql: 8192 },
      records: [
        ['http', 'a'],
        ['sql', 'b'],
      ],
    });
    expect(sandbox.run(['clear', 'trace', 'web', 'HT', '--json']).stdout).toMatch(
      /^\{"process":"web","pid":\d+,"buffer":"http","cleared":1\}\n$/,
    );
    expect(status().buffers.map(({ buffer, records }) => [buffer, records])).toEqual([
      ['http', 0],
      ['sql', 1],
    ]);
  });

  test('what is over can be cleared, and obeys nothing else', async () => {
    const writer = await sandbox.writer('wait', { records: [['mybuf', 'x']] });
    await writer.stop('SIGKILL');
    expect(sandbox.run(['disable', 'trace', 'web', 'all'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `trace-cli: web.${writer.pid} died: its trace buffers can only be read and cleared.\n`,
    });
    expect(sandbox.run(['clear', 'trace', 'web', 'all'])).toMatchObject({
      code: 0,
      stdout: `web.${writer.pid} mybuf: cleared 1 record\n`,
    });
    await (await sandbox.writer('end', { records: [['mybuf', 'x']] })).end();
    expect(sandbox.run(['disable', 'trace', 'web', 'all']).stderr).toBe(
      'trace-cli: All 2 processes are over: their trace buffers can only be read and cleared.\n',
    );
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const WITNESS = join(import.meta.dirname, 'programs', 'load-witness.js');
/** Colours, and nothing else that a terminal obeys. */
const COLOR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
const RECORDS = [
  ['mybuf', 'starting', 'info'],
  ['http', 'GET / timeout after 30 s', 'warn'],
  ['mybuf', 'it broke', 'error'],
  ['mybuf', 'chatter', 'debug'],
] as const;
const BUFFERS = { mybuf: 20480, http: 8192 };

describe('show trace', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => await sandbox.dispose());

  const messages = (stdout: string): string[] =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { message: string }).message);

  test('shows all buffers of a live process, merged by time', async () => {
    const { pid } = await sandbox.writer('wait', { buffers: BUFFERS, records: RECORDS });
    const { code, stdout, stderr } = sandbox.run(['show', 'trace', 'web', 'all']);
    const lines = stdout.split('\n');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} INFO {2}mybuf: starting$/);
    expect(lines[1]).toMatch(/ WARN {2}http: GET \/ timeout after 30 s$/);
    expect(lines[3]).toMatch(/ DEBUG mybuf: chatter$/);
    for (const selector of [String(pid), `web.${pid}`, 'WEB', 'w', 'all', 'ALL']) {
      expect(
        sandbox.run(['show', 'trace', selector, 'all', '--json']).stdout.split('\n'),
        selector,
      ).toHaveLength(5);
    }
  });

  test('shows what a killed process has left, and says that it died', async () => {
    const writer = await sandbox.writer('wait', { records: [['mybuf', 'last words']] });
    await writer.stop('SIGKILL');
    const { code, stdout, stderr } = sandbox.run(['sh', 'tr', 'web', 'mybuf']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+ \S+ INFO {2}last words\n$/);
    expect(stderr).toBe(`# web.${writer.pid} died\n`);
    expect(sandbox.run(['sh', 'tr', 'web', 'mybuf', '--json']).stderr).toBe('');
  });

  test('says how a process ended', async () => {
    const ended = await sandbox.writer('end', { name: 'good' });
    const thrown = await sandbox.writer('throw', { name: 'bad' });
    await ended.end();
    await thrown.end();
    expect(sandbox.run(['show', 'trace', 'good', 'all']).stderr).toBe(
      `# good.${ended.pid} ended with exit code 0\n`,
    );
    expect(sandbox.run(['show', 'trace', 'bad', 'all']).stderr).toBe(
      `# bad.${thrown.pid} died: TypeError: boom\n`,
    );
  });

  test('selects by level, filter, time and count', async () => {
    await sandbox.writer('wait', { buffers: BUFFERS, records: RECORDS });
    const show = (...options: string[]): string[] =>
      messages(sandbox.run(['show', 'trace', ...options, 'web', 'all', '--json']).stdout);
    expect(show('--level', 'warn')).toEqual(['GET / timeout after 30 s', 'it broke']);
    expect(show('-l', '50')).toEqual(['it broke']);
    expect(show('--where', "level >= warn and msg == '%timeout%'")).toEqual(['GET / timeout after 30 s']);
    expect(show('--last', '2')).toEqual(['it broke', 'chatter']);
    expect(show('-n', '0')).toEqual([]);
    expect(show('--since', '5m')).toHaveLength(4);
    expect(show('--since=-1h30m', '--until', 'now')).toHaveLength(4);
    expect(show('--until', '2020-01-01T00:00:00Z')).toEqual([]);
    expect(show('--since', '2020-01-01 10:15', '-n', '1')).toEqual(['chatter']);
  });

  test('one object a line with stable keys, in their order', async () => {
    const { pid } = await sandbox.writer('wait', { records: [['mybuf', 'hello', 'warn']] });
    const { stdout } = sandbox.run(['show', 'trace', 'web', 'mybuf', '--json']);
    const record = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(record)).toEqual([
      'time',
      'process',
      'pid',
      'thread',
      'buffer',
      'seq',
      'level',
      'kind',
      'message',
    ]);
    expect(record).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      process: 'web',
      pid,
      thread: 0,
      buffer: 'mybuf',
      seq: 1,
      level: 'warn',
      kind: 'log',
      message: 'hello',
    });
  });

  test('nothing that was logged forges a line or commands the terminal', async () => {
    const evil = 'a\r\n2026-01-01 forged\x1b]0;title\x07\x1b[2J\u009b31m\u202egnp.exe\u2066\u200b';
    await sandbox.writer('wait', { buffers: { 'my\u202ebuf': 4096 }, records: [['my\u202ebuf', evil]] });
    for (const options of [[], ['--json']]) {
      const { stdout } = sandbox.run(['show', 'trace', 'all', 'all', ...options], { FORCE_COLOR: '1' });
      const plain = stdout.replaceAll(COLOR, '');
      expect(plain.split('\n')).toHaveLength(2);
      expect(plain.slice(0, -1)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b]/u);
    }
  });

  test('colours only where they are wanted', async () => {
    await sandbox.writer('wait', { records: [['mybuf', 'it broke', 'error']] });
    const show = (env: Record<string, string>): string =>
      sandbox.run(['show', 'trace', 'web', 'all'], env).stdout;
    expect(show({})).not.toContain('\x1b');
    expect(show({ NO_COLOR: '1' })).not.toContain('\x1b');
    expect(show({ FORCE_COLOR: '1' })).toContain('\x1b[31mERROR');
  });

  test('UTC where it is asked for, local time else', async () => {
    await sandbox.writer('wait', { records: [['mybuf', 'x']] });
    const zone = { TZ: 'Asia/Kolkata' };
    const local = sandbox.run(['show', 'trace', 'web', 'all'], zone).stdout.slice(0, 26);
    const utc = sandbox.run(['show', 'trace', 'web', 'all', '--utc'], zone).stdout.slice(0, 26);
    expect(Date.parse(`${local}Z`) - Date.parse(`${utc}Z`)).toBe(5.5 * 3600 * 1000);
  });

  test('names the process where there are several', async () => {
    await sandbox.writer('wait', { name: 'one', records: [['mybuf', 'x']] });
    await sandbox.writer('wait', { name: 'two', records: [['mybuf', 'y']] });
    const { stdout } = sandbox.run(['show', 'trace', 'all', 'mybuf']);
    expect(stdout).toMatch(/ one\.\d+: x\n.* two\.\d+: y\n$/);
  });

  test('never loads the native library, nor a decoder without records of its kind', async () => {
    await sandbox.writer('wait', { records: [['mybuf', 'x']] });
    for (const args of [['show', 'trace', 'web', 'all'], ['ps'], ['clear', 'trace', 'web', 'all']]) {
      expect(sandbox.runProgram(WITNESS, args).stderr).toBe('loaded: \n');
    }
  });

  test('loads the decoder of a kind with its first record', async () => {
    await sandbox.raiser('exit', [['InBPDU.Drop', '1:1', 'too short']]);
    const { stdout, stderr } = sandbox.runProgram(WITNESS, ['show', 'trace', 'bridge', 'all']);
    expect(stderr).toMatch(/\nloaded: decoder-exos-log\n$/);
    expect(stdout).toContain('too short');
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const RECORDS = [
  ['mybuf', 'starting', 'info'],
  ['http', 'GET / timeout after 30 s', 'warn'],
  ['mybuf', 'it broke, "badly"', 'error'],
  ['mybuf', 'chatter', 'debug'],
] as const;
const BUFFERS = { mybuf: 20480, http: 8192 };

describe('query', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = new Sandbox();
    await sandbox.writer('wait', { buffers: BUFFERS, records: RECORDS });
    expect(sandbox.run(['record', '--once', '--quiet', '--db', 'traces.sqlite']).code).toBe(0);
  });
  afterEach(async () => await sandbox.dispose());

  const query = (...args: string[]) => sandbox.run(['query', ...args]);
  const messages = (...args: string[]): string[] => {
    const { stdout } = query(...args, '--json');
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { message: string }).message);
  };

  test('finds words by an index of the database, and only there', () => {
    expect(messages('', 'traces.sqlite', '--text', 'after time*')).toEqual(['GET / timeout after 30 s']);
    expect(messages('level >= warn', '--text', 'badly')).toEqual(['it broke, "badly"']);
    expect(messages('', '--text', 'nowhere')).toEqual([]);
    expect(query('', 'web', '--text', 'timeout')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/"--text" is for databases/),
    });
  });

  test.each([
    ['a database', ['traces.sqlite']],
    ['a database by its option', ['--db', 'traces.sqlite']],
    ['the database of the directory', []],
    ['live buffers', ['web']],
  ])('filters %s', (_name, source) => {
    expect(messages('level >= warn', ...source)).toEqual(['GET / timeout after 30 s', 'it broke, "badly"']);
    expect(messages("msg == '%timeout%' or level == debug", ...source)).toHaveLength(2);
    expect(messages('', ...source)).toHaveLength(4);
    expect(messages('', '--last', '2', ...source)).toEqual(['it broke, "badly"', 'chatter']);
    expect(messages('', '--level', 'error', '--since', '5m', ...source)).toEqual(['it broke, "badly"']);
    expect(messages('', '--until', '2020-01-01', ...source)).toEqual([]);
    expect(messages('', '--process', 'WEB', ...source)).toHaveLength(4);
    expect(messages('', '--process', 'other', ...source)).toEqual([]);
    expect(query('level >= warn', '--count', ...source)).toEqual({ code: 0, stdout: '2\n', stderr: '' });
    expect(query("buffer == 'mybuf'", '--group-by', 'level', '--json', ...source).stdout).toBe(
      '{"level":"debug","count":1}\n{"level":"error","count":1}\n{"level":"info","count":1}\n',
    );
    expect(query('', '--group-by', 'buffer', ...source).stdout).toBe(
      'COUNT  buffer\n    3  mybuf\n    1  http\n',
    );
  });

  test('merges several sources by time', () => {
    expect(messages('level >= warn', 'traces.sqlite', 'web')).toEqual([
      'GET / timeout after 30 s',
      'GET / timeout after 30 s',
      'it broke, "badly"',
      'it broke, "badly"',
    ]);
    expect(query('', '--count', 'traces.sqlite', 'web').stdout).toBe('8\n');
  });

  test('prints text and comma-separated values', () => {
    expect(query('level == error').stdout).toMatch(
      /^\d{4}-\d\d-\d\d \S+ ERROR web\.\d+ mybuf: it broke, "badly"\n$/,
    );
    const [titles, row] = query('level == error', '--csv').stdout.split('\r\n');
    expect(titles).toBe('time,process,pid,thread,buffer,seq,level,kind,message,traceId,spanId,count,fields');
    expect(row).toMatch(/^\d{4}-\S+Z,web,\d+,0,mybuf,1,error,log,"it broke, ""badly""",,,,$/);
  });

  test('shows a fault of the filter with a caret line, and ends with 2', () => {
    const { code, stdout, stderr } = query('level >= wran');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^trace-cli: .*"wran".*\n {2}level >= wran\n {11}\^\^\^\^\n$/);
  });

  test('tells what of a filter occurs nowhere, when it finds nothing', () => {
    const { code, stdout, stderr } = query("process == 'wbe'");
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe(
      "trace-cli: No process matches \"wbe\"; there is 'web' (4)\n  process == 'wbe'\n             ^^^^^\n",
    );
    expect(query("msg == 'startnig'", 'web').stderr).toMatch(/there is 'starting' \(1\)\n/);
    expect(query("nope == 'x'", '--count').stderr).toMatch(/^trace-cli: No record has a field "nope"/);
  });

  test('refuses what can be no source, and options that exclude each other', () => {
    expect(query('', 'nobody').code).toBe(3);
    expect(query('', './missing.sqlite')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/missing\.sqlite/),
    });
    writeFileSync(
      join(sandbox.directory, 'text.db'),
      'This is no database at all, only some text.'.repeat(40),
    );
    expect(query('', 'text.db')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no SQLite database/),
    });
    expect(query('', '--json', '--csv').code).toBe(2);
    expect(query('', '--count', '--group-by', 'level').code).toBe(2);
    expect(query('', '--group-by', 'le vel').code).toBe(2);
    expect(query().stderr).toMatch(/'<filter>' is missing/);
  });

  test('shows nothing that a terminal would obey, nor a warning of its own', () => {
    const { stdout, stderr } = query('', 'traces.sqlite');
    expect(stdout).not.toMatch(/\p{Cc}(?<!\n)/u);
    expect(stderr).toBe('');
  });
});

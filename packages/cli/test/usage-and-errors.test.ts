import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

const USAGE = 'usage: trace-cli show trace <proc> <buf>|all [options]';

describe('what makes no sense ends with 2 and one line', () => {
  test.for([
    ['frobnicate', 'Unknown command: "frobnicate"; "trace-cli help" lists them all'],
    ['shwo', 'Unknown command: "shwo"; did you mean "show"?'],
    ['co', 'Ambiguous word: "co" could be "configure" or "completion"'],
    ['configure', 'Incomplete command: "configure" goes on with "log" or "syslog"'],
    ['--frob', 'Unknown option "--frob"; options come after the words of a command'],
    [
      'show trace',
      `<proc> is missing: give name, pid or name.pid of a process, or all; or the file of a database; ${USAGE}`,
    ],
    ['show trace web', `<buf>|all is missing: give name of a trace buffer, or all; ${USAGE}`],
    ['show trace web all more', `One word too many: "more"; ${USAGE}`],
    ['show trace web all --folow', 'Unknown option "--folow"; did you mean "--follow"?'],
    ['show trace web all --frob', 'Unknown option "--frob"; "trace-cli show trace --help" shows the options'],
    [
      'show trace web all --last',
      'Option "-n, --last <count>" lacks its value; "trace-cli show trace --help" shows the options',
    ],
    ['show trace web all --last x', 'The count "x" is no whole number; give one such as 20'],
    [
      'show trace web all --level loud',
      'There is no level "loud"; give trace, debug, info, warn, error, fatal or a number from 0 to 65535',
    ],
    [
      "show trace web all --since yesterday'",
      'The time "yesterday\'" can\'t be understood; give one such as 5m (ago), 10:15, "2026-01-02 10:15:30" or 2026-01-02T10:15:30Z',
    ],
    [
      'dump trace web all --format xml',
      'There is no format "xml"; give text, jsonl, csv, perfetto, otlp-json, sqlite',
    ],
    ['dump trace web all --format test', 'There is no format "test"; did you mean "text"?'],
    [
      'set trace web all loudness warn',
      'Expected the word "level" instead of "loudness"; usage: trace-cli set trace <proc> <buf>|all level <level> [options]',
    ],
    ['completion tcsh', 'No completion for the shell "tcsh"; give bash, zsh, fish'],
    ['prune --all --keep 3', '--all keeps nothing: leave out --keep and --keep-bytes, or --all'],
  ] as const)('%s', ([line, message]) => {
    expect(sandbox.run(line.split(' '))).toEqual({ code: 2, stdout: '', stderr: `trace-cli: ${message}\n` });
  });

  test('a fault in a filter is shown where it is', () => {
    const { code, stdout, stderr } = sandbox.run(['show', 'trace', 'web', 'all', '--where', 'level >= and']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^trace-cli: .+\n {2}level >= and\n {11}\^+\n$/);
  });
});

describe('what is not there ends with 3', () => {
  test('a process', async () => {
    const nothing = sandbox.run(['show', 'trace', 'web', 'all']);
    expect(nothing).toMatchObject({ code: 3, stdout: '' });
    expect(nothing.stderr).toMatch(/^trace-cli: No process is named 'web'; no process .* trace buffers.*\n$/);
    await sandbox.writer('end', { name: 'web' });
    const { code, stderr } = sandbox.run(['ps', 'wbe']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: "trace-cli: No process is named 'wbe'; did you mean 'web'?\n",
    });
  });

  test('a trace buffer', async () => {
    await sandbox.writer('end');
    for (const words of ['show', 'clear', 'dump', 'enable']) {
      expect(sandbox.run([words, 'trace', 'web', 'nobuf'])).toEqual({
        code: 3,
        stdout: '',
        stderr: "trace-cli: No trace buffer is named 'nobuf'; there are: 'mybuf'.\n",
      });
    }
  });
});

test('an abbreviation that fits several is refused', async () => {
  await sandbox.writer('end', { name: 'web-one', buffers: { httpin: 4096, httpout: 4096 } });
  await sandbox.writer('end', { name: 'web-two' });
  expect(sandbox.run(['show', 'trace', 'web', 'all'])).toMatchObject({
    code: 2,
    stderr: "trace-cli: 'web' could be 'web-one' or 'web-two'; write more of the name, or name.pid.\n",
  });
  expect(sandbox.run(['show', 'trace', 'web-one', 'http'])).toMatchObject({
    code: 2,
    stderr: 'trace-cli: Ambiguous trace buffer: "http" could be "httpin" or "httpout"\n',
  });
});

test('what was typed commands no terminal when it is told back', () => {
  const { stderr } = sandbox.run(['\x1b[2J\u202e']);
  expect(stderr.split('\n')).toHaveLength(2);
  expect(stderr.trimEnd()).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('an unsafe directory is refused with 1 and the check that failed', () => {
  const { code, stderr } = sandbox.shell('mkdir open; chmod 777 open; TRACEBUF_DIR=$PWD/open $TRACE_CLI ps');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^trace-cli: '.*\/open' is not safe to use: its group or others can write to it .*\n$/,
  );
});

test('--debug shows the stack, whether it stands first or last', () => {
  for (const args of [
    ['--debug', 'show', 'trace', 'web', 'all'],
    ['show', 'trace', 'web', 'all', '--debug'],
  ]) {
    expect(sandbox.run(args)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/\n {2}UnknownProcessError: .*\n {6}at /),
    });
  }
});

describe('help', () => {
  test('lists the commands', () => {
    const { code, stdout, stderr } = sandbox.run([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const call of [
      'ps [<proc>]',
      'show trace <proc> <buf>|all',
      'set trace <proc> <buf>|all level <level>',
    ]) {
      expect(stdout).toContain(`  ${call}  `);
    }
    expect(stdout).not.toMatch(/^ {2}complete/m);
    for (const args of [['help'], ['--help'], ['-h']]) expect(sandbox.run(args).stdout).toBe(stdout);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('tells how a command works, with examples', () => {
    const { code, stdout } = sandbox.run(['help', 'sh', 'tr']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: trace-cli show trace <proc> <buf>\|all \[options\]\n/);
    expect(stdout).toContain('-f, --follow ');
    expect(stdout).toMatch(/Examples:\n {2}# .*\n {2}trace-cli show trace web all\n/);
    expect(sandbox.run(['show', 'trace', '--help']).stdout).toBe(stdout);
    expect(sandbox.run(['show', 'trace', 'web', '-h']).stdout).toBe(stdout);
  });

  test('lists what a word goes on with', () => {
    expect(sandbox.run(['show', '--help']).stdout).toMatch(
      /^Usage: trace-cli show …\n\nCommands:\n {2}show trace /,
    );
    expect(sandbox.run(['help', 'nonsense'])).toMatchObject({ code: 2 });
  });
});

test('the version is that of the package', () => {
  expect(sandbox.run(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
  expect(sandbox.run(['-V']).code).toBe(0);
});

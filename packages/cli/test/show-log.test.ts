import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';
import { INCIDENTS, messages, objects, output } from './system-log.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

const DROP = '<Erro:STP.InBPDU.Drop> Port 1:5: dropped, malformed';
const MISMATCH = '<Warn:STP.InBPDU.Mismatch> From 10.0.0.1: age';
const FAIL = '<Erro:STP.System.Fail> System failed';
const LOGIN = '<Info:SNTP.Login> User admin came';

describe('show log', () => {
  test('without any program has nothing to show', () => {
    expect(output(sandbox, 'show log')).toBe('\nA total of 0 log messages were displayed.\n');
    expect(output(sandbox, 'show log --json')).toBe('');
    expect(output(sandbox, 'show log messages nvram')).toBe('\nA total of 0 log messages were displayed.\n');
  });

  test('shows the newest first, of all processes, with the date and time of the factory', async () => {
    await sandbox.raiser('exit', INCIDENTS);
    await sandbox.raiser('stay', [['Login', 'root']], 'other');
    const shown = output(sandbox, 'show log');
    const [first = '', ...rest] = shown.split('\n');
    expect(first).toMatch(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d\.\d\d <Info:SNTP\.Login> User root came$/);
    expect(rest.slice(0, 4).map((line) => line.slice(23))).toEqual(
      [LOGIN, FAIL, MISMATCH, DROP].map((l) => l),
    );
    expect(rest.slice(4)).toEqual(['', 'A total of 5 log messages were displayed.', '']);
    expect(messages(sandbox, 'show log chronological')).toEqual([...messages(sandbox, 'show log')].reverse());
  });

  test('of nvram has what warning and above passed, also when the processes and their memory are gone', async () => {
    await sandbox.raiser('exit', INCIDENTS);
    expect(sandbox.shell('rm -r "$TRACEBUF_DIR"/*.*').code).toBe(0);
    expect(messages(sandbox, 'show log')).toEqual([]);
    expect(messages(sandbox, 'show log messages nvram')).toEqual([FAIL, MISMATCH, DROP]);
    expect(messages(sandbox, 'sh LOG Mess NV')).toEqual([FAIL, MISMATCH, DROP]);
  });

  test.for([
    ['severity error', [FAIL, DROP]],
    ['severity warning only', [MISMATCH]],
    ['sev deb-d', undefined],
    ['severity debug-data events stp', [FAIL, MISMATCH, DROP]],
    ['messages events stp.inb', [MISMATCH, DROP]],
    ['messages events STP.InBPDU.Unequal', [MISMATCH]],
    ['match malformed', [DROP]],
    ['match ^From', []],
    ['match Erro:.*fail', [FAIL]],
    ['match LOGIN', []],
    ['chronological severity warning', [DROP, MISMATCH, FAIL]],
    ['starting date 01/01/2001 ending date 2001-12-31', []],
    ['starting date 01/01/2001', [LOGIN, FAIL, MISMATCH, DROP]],
    ['starting 2001-01-01T00:00Z ending date 12/31/2099 time 23', [LOGIN, FAIL, MISMATCH, DROP]],
    ['--last 2', [LOGIN, FAIL]],
    ['chronological -n 2', [FAIL, LOGIN]],
    ['severity error --last 1', [FAIL]],
    ['--last 0', []],
  ] as const)('%s narrows', async ([words, expected]) => {
    await sandbox.raiser('exit', INCIDENTS);
    const args = ['show', 'log', ...words.split(' ')];
    if (expected === undefined) {
      expect(sandbox.run(args)).toMatchObject({ code: 2, stdout: '' });
      return;
    }
    expect(messages(sandbox, args)).toEqual(expected);
    expect(output(sandbox, args)).toMatch(
      new RegExp(`\n?A total of ${expected.length} log messages were displayed.\n$`),
    );
  });

  test('in another format shows nothing else than that', async () => {
    const { pid } = await sandbox.raiser('exit', [['InBPDU.Drop', '1:5', 'malformed']]);
    const line = (format: string): string =>
      output(sandbox, `show log format ${format}`).split('\n')[0] ?? '';
    expect(line('timestamp none')).toBe('Port 1:5: dropped, malformed');
    expect(line('event-name component')).toBe('<STP> Port 1:5: dropped, malformed');
    expect(line('sev ev cond process-name')).toBe(
      '<Erro:STP.InBPDU.Drop> bridge: Port 1:5: dropped, malformed',
    );
    expect(line('date yyyy-mm-dd time sec tag-id tag-name')).toMatch(
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d bridge\\[${pid}\\]: Port 1:5: dropped, malformed$`,
      ),
    );
    expect(line('date Mmm-dd priority chronological')).toMatch(/^<131>[A-Z][a-z]{2} [ \d]\d Port 1:5/);
  });

  test('sums repeats up as the target is set', async () => {
    const same = ['Login', 'admin'] as const;
    await sandbox.raiser('exit', [same, same, same, ['System.Fail'], same]);
    const repeated = '<Info:SNTP.Login> Previous message repeated 2 additional times in the last 0 second(s)';
    expect(messages(sandbox, 'show log chronological')).toEqual([LOGIN, repeated, FAIL, LOGIN]);
    expect(messages(sandbox, 'show log match repeated')).toEqual([repeated]);
    const [first, second] = objects(sandbox, 'show log chronological');
    expect(first).toMatchObject({ message: 'User admin came' });
    expect(first).not.toHaveProperty('repeated');
    expect(second).toMatchObject({
      message: expect.stringMatching(/^Previous/),
      repeated: 2,
      kind: 'incident',
    });
    output(sandbox, 'configure log target memory-buffer repeats show');
    expect(messages(sandbox, 'show log chronological')).toEqual([LOGIN, LOGIN, LOGIN, FAIL, LOGIN]);
  });

  test('with --json gives records with their parameters', async () => {
    const { pid } = await sandbox.raiser('exit', [['Numbered', 7]]);
    expect(objects(sandbox, 'show log')).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
        process: 'bridge',
        pid,
        thread: 0,
        buffer: 'system-log',
        seq: 1,
        level: 'warn',
        kind: 'incident',
        message: 'Number 7',
        fields: { condition: 'SNTP.Numbered', severity: 'warning', n: 7 },
      },
    ]);
  });

  test('shows forged lines as one harmless line', async () => {
    const forged = 'x\n01/01/2026 00:00:00.00 <Crit:STP.System.Fail> all is lost\x1b[2J\u202e\0';
    await sandbox.raiser('exit', [['Login', forged]]);
    const shown = output(sandbox, 'show log');
    expect(shown.split('\n')).toHaveLength(4);
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    const json = output(sandbox, 'show log --json');
    expect(json.trimEnd()).not.toMatch(/[\p{Cc}\u202e]/u);
    expect((JSON.parse(json) as { fields: { user: string } }).fields.user).toBe(forged);
  });

  test('is among the records of trace buffers, too', async () => {
    await sandbox.raiser('exit', [['System.Fail']]);
    expect(output(sandbox, 'show trace bridge system-log --json')).toContain('"kind":"incident"');
  });

  test('ends quietly when nobody reads any more', async () => {
    await sandbox.raiser(
      'exit',
      Array.from({ length: 900 }, (_, index) => ['Numbered', index]),
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
    const codes = 'echo "codes ${PIPESTATUS[@]}"';
    for (const words of ['log', 'log events details', 'log counters --json', 'log configuration']) {
      const { stdout, stderr } = sandbox.shell(`$TRACE_CLI show ${words} | head -n 1; ${codes}`);
      expect({ last: stdout.split('\n').at(-2), stderr }).toEqual({ last: 'codes 0 0', stderr: '' });
    }
  });

  test('tells what is not known any more, and fails', async () => {
    await sandbox.raiser('exit', [['System.Fail']]);
    expect(
      sandbox.shell('rm "$TRACEBUF_DIR"/*/*.def* "$TRACEBUF_DIR"/*/*definitions* 2>/dev/null; true').code,
    ).toBe(0);
    const { code, stderr } = sandbox.run(['show', 'log']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^trace-cli: 1 message of components that are not known any more .*\n$/),
    });
  });

  test('is for administrators only where that is set', async () => {
    await sandbox.raiser('exit', [['System.Fail']]);
    output(sandbox, 'configure log messages privilege admin');
    expect(output(sandbox, 'show log configuration')).toContain('\nMessages Privilege : admin\n');
    const { code, stderr } = sandbox.run(['show', 'log']);
    if (process.geteuid?.() === 0) expect(code).toBe(0);
    else
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('administrators only') });
    output(sandbox, 'configure log messages privilege user');
    expect(messages(sandbox, 'show log')).toEqual([FAIL]);
  });
});

describe('show log --follow', () => {
  test.for(['memory-buffer', 'nvram'] as const)(
    'of %s shows what is there and what comes, each once',
    async (log) => {
      await sandbox.raiser('exit', [['System.Fail']], 'before');
      const follower = sandbox.start(['show', 'log', 'messages', log, '--follow']);
      await follower.until(/System failed/);
      await sandbox.raiser('exit', [['Numbered', 1]], 'during');
      await follower.until(/Number 1/);
      await sandbox.raiser(
        'stay',
        [
          ['Numbered', 2],
          ['Numbered', 2],
          // Behind which the one before is known to be all there.
          ['Numbered', 3],
        ],
        'later',
      );
      await follower.until(/Number 3/);
      const { code, stdout, stderr } = await follower.stop('SIGINT');
      expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
      expect(stdout.split('\n').map((line) => line.slice(23))).toEqual([
        FAIL,
        '<Warn:SNTP.Numbered> Number 1',
        '<Warn:SNTP.Numbered> Number 2',
        '<Warn:SNTP.Numbered> Previous message repeated 1 additional times in the last 0 second(s)',
        '<Warn:SNTP.Numbered> Number 3',
        '',
      ]);
    },
  );

  test('keeps to the limits, and ends when nobody reads any more', async () => {
    await sandbox.raiser('tick', [['System.Fail'], ['Login', 'a']]);
    const line =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
      '$TRACE_CLI show log severity error --follow --last 0 | head -n 2; echo "codes ${PIPESTATUS[@]}"';
    const { stdout, stderr } = sandbox.shell(line);
    expect(stdout).toMatch(
      /^\S+ \S+ <Erro:STP.System.Fail> .*\n\S+ \S+ <Erro:STP.System.Fail> .*\ncodes 0 0\n$/,
    );
    expect(stderr).toBe('');
  });
});

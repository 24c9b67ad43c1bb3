import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';
import { messages, objects, output } from './system-log.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

/** The rows of a filter, as they are listed. */
const rows = (name: string): string[] =>
  output(sandbox, `show log configuration filter ${name}`)
    .split('\n')
    .filter((line) => /^[-IE] (?!Comp)[A-Z]\w+ /.test(line))
    .map((line) => line.replaceAll(/ +/g, ' '));

describe('filters', () => {
  test('are created, copied, changed and deleted, and say what a change did', async () => {
    await sandbox.raiser('exit', []);
    expect(output(sandbox, 'create log filter mine')).toBe('mine: created with 0 items\n');
    expect(output(sandbox, 'create log filter other copy defaultfilter')).toBe(
      'other: created with 1 item\n',
    );
    const add = (words: string): string => output(sandbox, `configure log filter mine ${words}`);
    expect(add('add events stp.in')).toBe('mine: added 1 item\n');
    expect(add('add exclude events STP.OutBPDU')).toBe('mine: added 1 item\n');
    expect(add('add events stp')).toBe('mine: added 1 item, replaced 1 item\n');
    expect(add('add events stp')).toBe('mine: nothing changed\n');
    expect(add('add exclude events STP.OutBPDU severity debug-data')).toBe(
      'mine: added 1 item, replaced 1 item\n',
    );
    expect(add('ADD ev STP.inbpdu sev debug-data')).toBe('mine: added 1 item\n');
    expect(rows('mine')).toEqual([
      'I STP InBPDU * CEWNI+++',
      'E STP OutBPDU * CEWNI+++',
      'I STP * * ********',
    ]);
    output(sandbox, 'enable log debug-mode');
    expect(rows('mine')[0]).toBe('I STP InBPDU * CEWNISVD');
    expect(add('delete events STP.InBPDU severity all')).toMatch(/^mine: deleted 1 item, split 1 item\n$/);
    const nothing = sandbox.run('configure log filter mine delete exclude events SNTP'.split(' '));
    expect(nothing).toEqual({
      code: 0,
      stdout: 'mine: nothing changed\n',
      stderr: 'trace-cli: No exclude item has any of that, so nothing was deleted.\n',
    });
    expect(add('add events stp strict-match source ip 10.0.0.1 and string x')).toBe('mine: added 1 item\n');
    const [filter] = objects(sandbox, 'show log configuration filter mine');
    expect(filter).toMatchObject({
      setting: 'filter',
      name: 'mine',
      items: expect.arrayContaining([
        {
          action: 'include',
          events: 'STP',
          severities: expect.arrayContaining(['critical', 'debug-data']),
          threshold: true,
          match: {
            strict: true,
            criteria: [
              { type: 'ipaddress', role: 'source', value: '10.0.0.1' },
              { type: 'string', value: 'x' },
            ],
          },
          except: [],
        },
      ]),
    });
    expect(output(sandbox, 'delete log filter all')).toBe('all but DefaultFilter: deleted\n');
    expect(objects(sandbox, 'show log configuration filter').map(({ name }) => name)).toEqual([
      'DefaultFilter',
    ]);
  });

  test.for([
    ['create log filter DEFAULTFILTER', 1, 'there is a filter "DefaultFilter"; choose another name.'],
    ['create log filter 1', 2, 'The log filter cannot be named "1"; use a letter'],
    ['create log filter a copy b', 3, 'There is no log filter "b"; there are: "DefaultFilter".'],
    ['delete log filter defaultfilter', 1, '"DefaultFilter" cannot be deleted; change its items instead.'],
    ['delete log filter nope', 3, 'There is no log filter "nope"; there are: "DefaultFilter".'],
    ['configure log filter nope add events all', 3, 'There is no log filter "nope"'],
    [
      'configure log filter DefaultFilter remove events all',
      2,
      'Expected "add" or "delete" instead of "remove"',
    ],
    [
      'configure log filter DefaultFilter add events FDB',
      3,
      'No component or condition is named "FDB"; there are: "SNTP" and "STP".',
    ],
    [
      'configure log filter DefaultFilter add events S',
      2,
      'The event "S" could be "SNTP" or "STP"; write more of it.',
    ],
    ['configure log filter DefaultFilter add events STP severity all', 2, 'instead of "all"'],
    [
      'configure log filter DefaultFilter add events STP.System.Fail severity error',
      2,
      'has a severity of its own; leave "severity error" out',
    ],
    [
      'configure log filter DefaultFilter add events all match ipaddress 300.0.0.1',
      2,
      '"300.0.0.1" is no value of "ipaddress"',
    ],
    ['configure log filter DefaultFilter add events all match colour red', 2, 'instead of "colour"'],
    ['configure log filter DefaultFilter add events all match source port 1', 2, 'instead of "port"'],
    ['configure log filter DefaultFilter add events all match port', 2, 'goes on with <value>'],
  ] as const)('%s is refused', async ([line, code, message]) => {
    await sandbox.raiser('exit', []);
    const outcome = sandbox.run(line.split(' '));
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(/^trace-cli: [^\n]*\n$/);
    expect(outcome.stderr).toContain(message);
  });

  test('in use are not deleted', async () => {
    output(sandbox, 'create log filter mine');
    output(sandbox, 'configure log target nvram filter mine');
    const { code, stderr } = sandbox.run(['delete', 'log', 'filter', 'mine']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'trace-cli: Cannot delete the log filter "mine": used by "nvram"; give those targets another filter first.\n',
    });
  });
});

describe('targets', () => {
  test('have the layout of the sample', () => {
    const shown = output(sandbox, 'show log configuration target memory-buffer');
    expect(shown).toBe(
      `${`
Debug-Mode: Disabled

Log Target      : memory-buffer
    Enabled     : yes
    Filter Name : DefaultFilter
    Match regex : Any
    Severity    : Debug-Data (through Critical)
    Format      : MM/DD/YYYY HH:MM:SS.hh <Severity:Component.SubComponent.Condition>
    Buffer size : 1000 messages
`.slice(1)}`,
    );
  });

  test('are configured, clause by clause or with several at once', () => {
    const target = (name: string): Record<string, unknown> | undefined =>
      objects(sandbox, `show log configuration target ${name}`)[0];
    expect(output(sandbox, 'configure log target console severity error only match ^Port')).toBe(
      'console: changed\n',
    );
    output(sandbox, 'conf log targ cons form date Mmm-dd sev tag-name');
    expect(target('console')).toMatchObject({
      severity: 'error',
      only: true,
      match: '^Port',
      format: { date: 'Mmm-dd', timestamp: 'none', severity: true, tagName: true, eventName: 'none' },
    });
    output(sandbox, 'configure log target console match any');
    output(sandbox, 'configure log display notice');
    expect(target('console')).toMatchObject({ severity: 'notice', only: false });
    expect(target('console')).not.toHaveProperty('match');
    output(sandbox, 'configure log target nvram number-of-messages 20000 repeats show');
    expect(target('nvram')).toMatchObject({ numberOfMessages: 20_000, suppressRepeats: false });
    output(sandbox, 'enable log target console');
    expect(target('console')).toMatchObject({ enabled: true });
    output(sandbox, 'disable log target console');
    expect(target('console')).toMatchObject({ enabled: false });
  });

  test('that are syslog servers are added, found by what tells them apart, and deleted', () => {
    expect(output(sandbox, 'configure syslog add 10.0.0.1 local0')).toBe(
      'syslog 10.0.0.1:514 local0: added; "trace-cli enable log target syslog 10.0.0.1:514 local0" makes it send\n',
    );
    // As with a filter that is there already: the words make sense.
    const again = sandbox.run('configure syslog add 10.0.0.1 local0'.split(' '));
    expect(again).toMatchObject({
      code: 1,
      stderr:
        'trace-cli: There is a target "syslog 10.0.0.1:514 local0" already; delete it first, or change it.\n',
    });
    output(sandbox, 'configure syslog add 10.0.0.1 vr VR-Mgmt local3 rfc5424 tcp from 10.0.0.9');
    output(sandbox, 'conf sys add [2001:db8::1] local1 tls rfc5424 ca logs.pem servername logs');
    output(sandbox, 'conf sys add unix:/dev/log local2');
    const names = (words = ''): unknown[] =>
      objects(sandbox, `show log configuration target syslog ${words}`.trim()).map(({ name }) => name);
    expect(names()).toEqual([
      'syslog 10.0.0.1:514 local0',
      'syslog 10.0.0.1:514 vr VR-Mgmt local3',
      'syslog [2001:db8::1]:6514 local1',
      'syslog unix:/dev/log local2',
    ]);
    expect(names('10.0.0.1 vr vr-mgmt')).toEqual(['syslog 10.0.0.1:514 vr VR-Mgmt local3']);
    const [, , tls] = objects(sandbox, 'show log configuration target syslog');
    expect(tls?.syslog).toMatchObject({
      transport: 'tls',
      protocol: 'rfc5424',
      tls: { ca: expect.stringMatching(/^\/.*logs\.pem$/), servername: 'logs' },
    });
    output(sandbox, 'configure log target syslog 2001:db8::1 from 2001:db8::2');
    output(sandbox, 'configure log target syslog sev warning');
    expect(objects(sandbox, 'show log configuration target syslog').map(({ severity }) => severity)).toEqual([
      'warning',
      'warning',
      'warning',
      'warning',
    ]);
    expect(output(sandbox, 'enable log target syslog 10.0.0.1:514 local0')).toBe(
      'syslog 10.0.0.1:514 local0: enabled\n',
    );
    expect(
      objects(sandbox, 'show log delivery').map(({ target, enabled }) => [target, enabled]),
    ).toContainEqual(['syslog 10.0.0.1:514 local0', true]);
    expect(output(sandbox, 'configure syslog delete 10.0.0.1 local0')).toBe(
      'syslog 10.0.0.1:514 local0: deleted\n',
    );
    output(sandbox, 'configure syslog delete all');
    expect(sandbox.run('show log configuration target syslog'.split(' ')).code).toBe(3);
  });

  test.for([
    ['configure log target tape severity error', 2, 'instead of "tape"'],
    ['configure log target console', 2, 'goes on with "filter", "severity"'],
    ['configure log target console number-of-messages 500', 2, 'The target "console" keeps no messages'],
    ['configure log target nvram number-of-messages 199', 2, 'The number of messages 199 cannot be used'],
    ['configure log target nvram number-of-messages many', 2, 'give a whole number from 200 to 20000'],
    ['configure log target nvram filter nope', 3, 'There is no log filter "nope"'],
    ['configure log target nvram from 10.0.0.1', 2, '"from" is for syslog targets'],
    ['configure log target nvram severity loud', 2, 'instead of "loud"'],
    ['configure log target nvram format loud', 2, 'instead of "loud"'],
    ['configure log target syslog 10.0.0.1 severity error', 3, 'There is no log target "syslog 10.0.0.1"'],
    ['configure log target session severity error', 2, 'enable log target session'],
    ['disable log target session', 2, 'press Ctrl-C in its terminal'],
    ['configure syslog add 10.0.0.1:0 local0', 2, '"10.0.0.1:0" is no address of a syslog server'],
    ['configure syslog add 10.0.0.1', 2, 'goes on with "vr", "local0"'],
    ['configure syslog add 10.0.0.1 local8', 2, 'instead of "local8"'],
    ['configure syslog add 10.0.0.1 local0 ca x.pem', 2, 'only a server that is reached by tls has that'],
    ['configure syslog add 10.0.0.1 local0 tcp udp', 2, 'instead of "udp"'],
    ['configure log component all severity error', 2, '"all" has no threshold'],
    ['configure log messages privilege root', 2, 'Expected "admin" or "user" instead of "root"'],
    [
      'enable log debug STP.InBPDU.Ign for ever',
      2,
      'The duration "ever" can\'t be understood; give one such as 10m or 1h30m',
    ],
    ['enable log debug STP', 2, '"STP" is no condition: give a full name such as "STP.InBPDU.Drop"'],
    ['show log configuration target nothing', 2, 'instead of "nothing"'],
    ['explain nothing', 3, 'No component or condition is named "nothing"'],
    ['show log components nothing', 3, 'No component or condition is named "nothing"'],
    ['show log starting date 13/01', 2, 'The time limit "13/01" cannot be used'],
    ['show log format', 2, 'goes on with "timestamp", "date"'],
    ['clear log messages tape', 2, 'instead of "tape"'],
  ] as const)('%s is refused', async ([line, code, message]) => {
    await sandbox.raiser('exit', []);
    const outcome = sandbox.run(line.split(' '));
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(/^trace-cli: [^\n]*\n$/);
    expect(outcome.stderr).toContain(message);
  });

  test('a damaged configuration is told as such', () => {
    output(sandbox, 'enable log debug-mode');
    expect(sandbox.shell('echo "{" > "$TRACEBUF_DIR"/system-log/configuration.json').code).toBe(0);
    for (const line of ['show log', 'show log configuration', 'configure log display error']) {
      const { code, stderr } = sandbox.run(line.split(' '));
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/configuration\.json" is not JSON/),
      });
    }
  });
});

test('clearing messages is told, and static clears both logs', async () => {
  await sandbox.raiser('stay', [['System.Fail'], ['Login', 'a']]);
  expect(output(sandbox, 'clear log messages nvram')).toBe('nvram: cleared 1 message\n');
  expect(messages(sandbox, 'show log')).toHaveLength(2);
  expect(output(sandbox, 'clear log')).toBe('memory-buffer: cleared 2 messages\n');
  expect(objects(sandbox, 'clear log static')).toEqual([
    { target: 'memory-buffer', cleared: 0 },
    { target: 'nvram', cleared: 0 },
  ]);
  expect(sandbox.run(['clear', 'log', 'error-led'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'trace-cli: There is no error LED here, so nothing was cleared.\n',
  });
});

describe('a program whose event loop is stuck', () => {
  test('obeys filters, debugging of one condition, and thresholds at once', async () => {
    await sandbox.raiser('stuck', [['InBPDU.Ign', 'a', 'b'], ['System.Odd']]);
    const shown = async (line: string, condition: string): Promise<void> => {
      output(sandbox, line);
      await expect
        .poll(() => messages(sandbox, 'show log').some((text) => text.includes(condition)), {
          timeout: 60_000,
        })
        .toBe(true);
    };
    expect(messages(sandbox, 'show log')).toEqual([]);
    await shown('enable log debug stp.inbpdu.ign for 1h', 'STP.InBPDU.Ign');
    expect(output(sandbox, 'show log configuration')).toMatch(
      /\nDebug Condition {4}: STP\.InBPDU\.Ign until \d/,
    );
    expect(objects(sandbox, 'show log counters STP.InBPDU.Ign')).toMatchObject([{ included: true }]);
    output(sandbox, 'disable log debug all');
    expect(objects(sandbox, 'show log counters STP.InBPDU.Ign')).toMatchObject([{ included: false }]);
    await shown('configure log component STP.System severity warning', 'STP.System.Odd');
  });
});

test('debugging of a condition ends by itself', async () => {
  await sandbox.raiser('tick', [['InBPDU.Ign', 'a', 'b']]);
  output(sandbox, 'enable log debug STP.InBPDU.Ign for 2s');
  await expect
    .poll(() => objects(sandbox, 'show log counters STP.InBPDU.Ign')[0]?.included, { timeout: 60_000 })
    .toBe(false);
  const notified = (): unknown => objects(sandbox, 'show log counters STP.InBPDU.Ign')[0]?.notified;
  const before = notified();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(notified()).toBe(before);
});

describe('enable log target session', () => {
  test('prints what comes from then on, as it was asked for, and leaves no target behind', async () => {
    await sandbox.raiser('tick', [['System.Fail'], ['Login', 'a'], ['Numbered', 1]]);
    const session = sandbox.start(
      'enable log target session severity warning only format severity event-name condition'.split(' '),
    );
    await session.until(/Number 1/);
    const occurred = (): number => Number(objects(sandbox, 'show log counters SNTP.Numbered')[0]?.occurred);
    const shown = occurred();
    await expect.poll(occurred, { timeout: 60_000 }).toBeGreaterThan(shown);
    expect(output(sandbox, 'show log configuration target session')).toMatch(
      /Log Target {6}: session\n {4}Enabled {5}: yes\n[\s\S]*Severity {4}: Warning \(only\)\n/,
    );
    const { code, stdout, stderr } = await session.stop('SIGINT');
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(
      new Set(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.replace(/Previous.*/, '…')),
      ),
    ).toEqual(new Set(['<Warn:SNTP.Numbered> Number 1', '<Warn:SNTP.Numbered> …']));
    expect(output(sandbox, 'show log configuration target session')).not.toContain('Enabled     : yes');
  });

  test('takes debug data of all programs without storing it for others, and gives JSON', async () => {
    output(sandbox, 'enable log debug-mode');
    output(sandbox, 'create log filter everything');
    output(sandbox, 'configure log filter everything add events all severity debug-data');
    output(sandbox, 'configure log target memory-buffer severity error');
    await sandbox.raiser('tick', [['InBPDU.Ign', 'a', 'b']]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
    const codes = 'echo "codes ${PIPESTATUS[@]}"';
    const { stdout, stderr } = sandbox.shell(
      `$TRACE_CLI enable log target session filter everything severity debug-data repeats show --json | head -n 2; ${codes}`,
    );
    expect(stderr).toBe('');
    const [first = '', second = '', last] = stdout.split('\n');
    for (const line of [first, second]) {
      expect(JSON.parse(line)).toMatchObject({ kind: 'incident', fields: { condition: 'STP.InBPDU.Ign' } });
    }
    expect(last).toBe('codes 0 0');
    expect(messages(sandbox, 'show log')).toEqual([]);
  });
});

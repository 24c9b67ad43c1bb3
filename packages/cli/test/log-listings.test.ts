import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';
import { INCIDENTS, objects, output } from './system-log.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

describe('show log components', () => {
  test('has the layout of the printed example', async () => {
    await sandbox.raiser('exit', []);
    expect(output(sandbox, 'show log components stp')).toBe(
      `${`
                                                                   Severity
Component           Title                                          Threshold
------------------- ---------------------------------------------- -------------
STP                 Spanning-Tree Protocol (STP)                   Error
  InBPDU            STP In BPDU subcomponent                       Warning
  OutBPDU           STP Out BPDU subcomponent                      Warning
  System            STP System subcomponent                        Error
`.slice(1)}`,
    );
    expect(output(sandbox, 'show log comp ver')).toContain('Error         3.1\n');
    expect(objects(sandbox, 'show log components')).toEqual([
      expect.objectContaining({ component: 'SNTP', threshold: 'info', subComponents: [] }),
      {
        component: 'STP',
        title: 'Spanning-Tree Protocol (STP)',
        threshold: 'error',
        componentId: expect.any(Number),
        formatVersion: 1,
        contentVersion: 3,
        subComponents: [
          { subComponent: 'InBPDU', title: 'STP In BPDU subcomponent', threshold: 'warning' },
          { subComponent: 'OutBPDU', title: 'STP Out BPDU subcomponent', threshold: 'warning' },
          { subComponent: 'System', title: 'STP System subcomponent', threshold: 'error' },
        ],
      },
    ]);
  });

  test('shows the threshold that was configured', async () => {
    await sandbox.raiser('exit', []);
    expect(output(sandbox, 'configure log component stp.inb severity notice')).toBe(
      'STP.InBPDU: threshold notice\n',
    );
    expect(output(sandbox, 'show log components')).toMatch(/^ {2}InBPDU .* Notice$/m);
    output(sandbox, 'configure log component STP.InBPDU severity factory');
    expect(output(sandbox, 'show log components')).toMatch(/^ {2}InBPDU .* Warning$/m);
  });
});

describe('show log events', () => {
  test('has the layout of the printed example', async () => {
    await sandbox.raiser('exit', []);
    expect(output(sandbox, 'show log events stp.inbpdu')).toBe(
      `${`
Comp    SubComp     Condition               Severity      Parameters
------- ----------- ----------------------- ------------- ----------
STP     InBPDU      Drop                    Error         2 total
STP     InBPDU      Dump                    Debug-Data    3 total
STP     InBPDU      Trace                   Debug-Verbose 2 total
STP     InBPDU      Ign                     Debug-Summary 2 total
STP     InBPDU      Mismatch                Warning       2 total
`.slice(1)}`,
    );
    const rows = (line: string): number => output(sandbox, line).split('\n').length - 3;
    expect(rows('show log events all severity warning only')).toBe(3);
    expect(rows('show log events severity error')).toBe(2);
    expect(output(sandbox, 'show log ev STP.InBPDU.Drop det')).toContain('Action: Check the neighbour.\n');
  });

  test('as JSON is a catalog that can be compared with a later one', async () => {
    await sandbox.raiser('exit', []);
    const before = join(sandbox.directory, 'before.json');
    const after = join(sandbox.directory, 'after.json');
    const catalog = objects(sandbox, 'show log events');
    writeFileSync(before, catalog.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    expect(output(sandbox, ['log', 'compare-catalogs', before, before])).toBe('0 changes, 0 breaking\n');
    // The other form, and one parameter less.
    const changed = catalog.map((entry) =>
      entry.id === 'SNTP.Login'
        ? { ...entry, text: 'Somebody came', parameters: [], formatVersion: 2 }
        : entry,
    );
    writeFileSync(after, JSON.stringify(changed));
    const compared = sandbox.run(['log', 'comp', before, after]);
    expect(compared).toMatchObject({ code: 1, stderr: '' });
    expect(compared.stdout).toMatch(
      /^BREAKING parameter-removed: "SNTP\.Login" lost its parameter "user"; keep it\.\nharmless text-changed: .*\n2 changes, 1 breaking\n$/,
    );
    expect(sandbox.run(['log', 'compare-catalogs', after, before, '--json']).stdout).toContain('"breaking":');
    for (const [text, fault] of [
      ['[{}]', '0.id: '],
      ['nonsense', 'JSON'],
      [undefined, 'ENOENT'],
    ] as const) {
      const path = join(sandbox.directory, `${fault}.json`);
      if (text !== undefined) writeFileSync(path, text);
      const { code, stderr } = sandbox.run(['log', 'compare-catalogs', before, path]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          new RegExp(`^trace-cli: Cannot read the catalog "${path}": .*${fault}.*\n$`),
        ),
      });
    }
  });
});

describe('show log counters', () => {
  test('counts over all processes, and shows which conditions are included', async () => {
    await sandbox.raiser('exit', INCIDENTS);
    await sandbox.raiser('stay', INCIDENTS, 'other');
    expect(output(sandbox, 'show log counters stp')).toBe(
      `${`
Comp    SubComp     Condition               Severity      Occurred In Notified
------- ----------- ----------------------- ------------- -------- -- --------
STP     InBPDU      Drop                    Error                2 Y         2
STP     InBPDU      Dump                    Debug-Data           0 N         0
STP     InBPDU      Trace                   Debug-Verbose        0 N         0
STP     InBPDU      Ign                     Debug-Summary        2 N         0
STP     InBPDU      Mismatch                Warning              2 Y         2
STP     System      Fail                    Error                2 Y         2
STP     System      Odd                     Warning              2 N         0

Occurred   : # of times this event has occurred since last clear or restart
Flags      : (*) not all processes reported their counts in time
In(cluded) : Y if one or more enabled targets include this event
Notified   : # of times this event has occurred while Included was Y
`.slice(1)}`,
    );
    const names = (words: string): unknown[] =>
      objects(sandbox, `show log counters ${words}`).map(({ condition }) => condition);
    expect(names('stp include')).toEqual(['Drop', 'Mismatch', 'Fail']);
    expect(names('stp occ severity debug-data')).toEqual(['Drop', 'Ign', 'Mismatch', 'Fail', 'Odd']);
    expect(names('notified')).toEqual(['Login', 'Drop', 'Mismatch', 'Fail']);
    expect(objects(sandbox, 'show log counters SNTP.Login')).toEqual([
      {
        id: 'SNTP.Login',
        component: 'SNTP',
        condition: 'Login',
        severity: 'info',
        occurred: 2,
        included: true,
        notified: 2,
        complete: true,
      },
    ]);
  });

  test('marks what is too low where a process could not be asked', async () => {
    await sandbox.raiser('exit', [['System.Fail']]);
    expect(sandbox.shell('echo damaged > "$TRACEBUF_DIR"/system-log/counters/1.x.0.stp.counts').code).toBe(0);
    const { code, stdout, stderr } = sandbox.run(['show', 'log', 'counters', 'STP.System.Fail']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^trace-cli: .*stp\.counts.*\n$/),
    });
    expect(stdout).toMatch(/^STP {5}System {6}Fail {20}Error {15}1\* Y {8}1\*$/m);
    expect(sandbox.run(['show', 'log', 'counters', '--json']).stdout).toContain('"complete":false');
  });

  test('have what was counted under a former name', async () => {
    await sandbox.raiser('former', []);
    expect(objects(sandbox, 'show log counters STP.InBPDU.Unequal')).toMatchObject([{ occurred: 1 }]);
    await sandbox.raiser('exit', [['InBPDU.Mismatch', '10.0.0.1', 'age']]);
    expect(objects(sandbox, 'show log counters STP.InBPDU.Unequal')).toMatchObject([
      { id: 'STP.InBPDU.Mismatch', occurred: 2 },
    ]);
    expect(objects(sandbox, 'explain STP.InBPDU.Mismatch')).toMatchObject([{ occurred: 2 }]);
    output(sandbox, 'clear log counters STP.InBPDU.Mismatch');
    expect(objects(sandbox, 'explain STP.InBPDU.Mismatch')).toMatchObject([{ occurred: 0 }]);
  });

  test('are cleared as a whole, by component, by severity and one by one', async () => {
    const occurred = (): string =>
      objects(sandbox, 'show log counters occurred')
        .map(({ condition }) => condition)
        .join(' ');
    await sandbox.raiser('stay', INCIDENTS);
    expect(output(sandbox, 'clear log counters STP.System.Odd')).toBe(
      'cleared the counters of 1 condition\n',
    );
    expect(occurred()).toBe('Login Drop Ign Mismatch Fail');
    output(sandbox, 'clear log counters stp severity error');
    expect(occurred()).toBe('Login Ign Mismatch');
    output(sandbox, 'cl log coun stp');
    expect(occurred()).toBe('Login');
    expect(output(sandbox, 'clear log counters')).toBe('cleared the counters of all conditions\n');
    expect(occurred()).toBe('');
  });
});

describe('explain', () => {
  test('tells all that is known of a condition', async () => {
    await sandbox.raiser('exit', [['InBPDU.Drop', '1:5', 'malformed']]);
    output(sandbox, 'configure log target nvram match malformed');
    expect(output(sandbox, 'explain stp.inb.dr')).toBe(
      `${`
STP.InBPDU.Drop
    Text        : Port %port%: dropped, %reason%
    Severity    : Error (threshold of STP.InBPDU: Warning)
    Parameters  : 0 - port (ingress port)
                  1 - reason (string)
    Cause       : A BPDU was malformed.
    Action      : Check the neighbour.
    Component   : Spanning-Tree Protocol (STP); version 3.1
    Occurred    : 1
    Notified    : 1
    Included    : Y
    Targets     : memory-buffer  yes
                  nvram          depends: on the incident's text
                  console        no: the target is disabled
                  session        no: the target is disabled
`.slice(1)}`,
    );
    expect(output(sandbox, 'explain STP.InBPDU.Unequal')).toMatch(
      /^STP\.InBPDU\.Mismatch\n[\s\S]* {4}Once called : STP\.InBPDU\.Unequal\n/,
    );
    const [json] = objects(sandbox, 'explain STP.InBPDU.Ign');
    expect(json).toMatchObject({
      id: 'STP.InBPDU.Ign',
      severity: 'debug-summary',
      threshold: 'warning',
      occurred: 0,
      notified: 0,
      complete: true,
      targets: expect.arrayContaining([
        { target: 'memory-buffer', takes: 'no', because: 'debug mode is off' },
        { target: 'console', takes: 'no', because: 'the target is disabled' },
      ]),
    });
  });
});

describe('log test-filter', () => {
  test('tells for each target whether an incident would pass, and which item decides', async () => {
    await sandbox.raiser('exit', []);
    output(sandbox, 'create log filter mine');
    output(sandbox, 'configure log filter mine add events stp match source ipaddress 10.0.0.1');
    output(sandbox, 'configure log target nvram filter mine');
    const test = (words: string) => objects(sandbox, `log test-filter ${words}`);
    expect(test('STP.InBPDU.Mismatch peer=10.0.0.1 reason=age').slice(0, 3)).toEqual([
      expect.objectContaining({
        target: 'memory-buffer',
        filter: 'DefaultFilter',
        passes: true,
        decidedBy: 'filter',
        index: 0,
      }),
      expect.objectContaining({
        target: 'nvram',
        filter: 'mine',
        passes: true,
        message: 'From 10.0.0.1: age',
      }),
      expect.objectContaining({ target: 'console', passes: false, decidedBy: 'target disabled' }),
    ]);
    const [blocked] = test('STP.InBPDU.Mismatch PEER=10.0.0.2 target nvram');
    expect(blocked).toMatchObject({ target: 'nvram', passes: false, decidedBy: 'filter' });
    expect(blocked).not.toHaveProperty('item');
    const [one, ...others] = test(
      'STP.InBPDU.Mismatch filter mine peer=x'.replace(' filter mine', '').concat(' filter mine'),
    );
    expect(others).toEqual([]);
    expect(one).toMatchObject({ filter: 'mine', passes: false });
    expect(output(sandbox, 'log test STP.InBPDU.Mismatch peer=10.0.0.1 reason=age target nvram')).toBe(
      `${`
<Warn:STP.InBPDU.Mismatch> From 10.0.0.1: age

Target nvram: passes; item 1 of mine includes it
    I/                                            Severity Match
    E Comp    SubComp     Condition               CEWNISVD Strict Parameter(s)
    - ------- ----------- ----------------------- -------- ------ ----------------------------
    I STP     *           *                       ******** N      S-IP 10.0.0.1
`.slice(1)}`,
    );
    for (const [words, message] of [
      ['STP.InBPDU.Mismatch per=1', 'STP.InBPDU.Mismatch has no parameter "per"; did you mean "peer"?'],
      ['SNTP.Login user=a user=b', 'There are two values of the parameter "user"'],
      ['STP.System.Fail a=1', 'STP.System.Fail has no parameter "a"; it has none'],
      ['STP.InBPDU', '"STP.InBPDU" is no condition: give a full name such as "STP.InBPDU.Drop"'],
    ]) {
      expect(sandbox.run(['log', 'test-filter', ...(words ?? '').split(' ')])).toEqual({
        code: 2,
        stdout: '',
        stderr: `trace-cli: ${message}\n`,
      });
    }
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const ID = 'ce5fa4ea-ab00-5402-8b76-9f76ac858fb5';
const OWN_ID = '00112233-4455-6677-8899-aabbccddeeff';

describe('ETW providers', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => await sandbox.dispose());

  const json = (...args: string[]): Record<string, unknown>[] =>
    sandbox
      .run([...args, '--json'])
      .stdout.split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  /** Waits until a process stores these events and no others. */
  const stores = async (...expected: string[]): Promise<void> => {
    const names = async (): Promise<string[]> => {
      expect(sandbox.run(['clear', 'trace', 'web', 'all']).code).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const messages = json('show', 'trace', 'web', 'all').filter(({ kind }) => kind === 'etw');
      return [...new Set(messages.map(({ message }) => String(message)))].sort();
    };
    await expect.poll(names, { timeout: 60_000, interval: 10 }).toEqual(expected);
  };
  const appended = (): unknown => json('provider', 'list', 'web')[0]?.appended;

  test('of a process in an endless loop are listed, enabled as by tracelog, filtered, shown and disabled', async () => {
    const { pid } = await sandbox.provider('loop');
    expect(json('provider', 'list')).toEqual([
      {
        provider: 'MyCompany.MyComponent',
        id: ID,
        process: 'web',
        pid,
        state: 'alive',
        buffer: 'MyCompany.MyComponent',
        enabled: false,
        level: 0,
        keyword: '0xffffffffffffffff',
        records: 0,
        appended: 0,
      },
    ]);
    expect(sandbox.run(['provider', 'list']).stdout).toMatch(
      new RegExp(
        `^PROVIDER +GUID +PROCESS .*\\nMyCompany.MyComponent +${ID} +web +${pid} +alive +off +- +0 +MyCompany.MyComponent\\n$`,
      ),
    );

    const like = [
      'provider',
      'enable',
      '-guid',
      '*MyCompany.MyComponent',
      '-level',
      '5',
      '-matchanykw',
      '0xf',
    ];
    expect(sandbox.run(like)).toEqual({
      code: 0,
      stdout:
        `web.${pid} MyCompany.MyComponent: stores events up to level verbose (5) with keywords 0xf\n` +
        'MyCompany.MyComponent: processes that start later store events up to level verbose (5) with keywords 0xf\n',
      stderr: '',
    });
    await stores('FileClosed', 'FileOpened');
    expect(json('provider', 'list')).toMatchObject([
      { process: 'web', enabled: true, level: 5, keyword: '0xf' },
      { provider: 'MyCompany.MyComponent', id: ID, remembered: true, level: 5, keyword: '0xf' },
    ]);

    expect(
      sandbox.run(['prov', 'en', `{${ID.toUpperCase()}}`, '--level', 'info', '--process', 'web']),
    ).toEqual({
      code: 0,
      stdout: `web.${pid} MyCompany.MyComponent: stores events up to level info (4)\n`,
      stderr: '',
    });
    await stores('FileOpened');
    expect(sandbox.run(['provider', 'enable', 'mycompany.mycomponent', '-k', '2', '-p', 'web']).stdout).toBe(
      `web.${pid} MyCompany.MyComponent: stores events with keywords 0x2\n`,
    );
    await stores('FileClosed');
    const newest = (): unknown => json('show', 'trace', 'web', 'all', '-n', '1')[0];
    await expect.poll(newest, { timeout: 60_000 }).toMatchObject({
      kind: 'etw',
      level: 'debug',
      message: 'FileClosed',
      fields: { count: 7, keyword: '0x2' },
    });
    expect(sandbox.run(['show', 'trace', 'web', 'all', '--where', 'count == 7', '-n', '1']).stdout).toMatch(
      /DEBUG MyCompany.MyComponent: FileClosed {2}count=7 keyword="0x2"\n$/,
    );

    expect(sandbox.run(['provider', 'disable', `#${ID}`])).toEqual({
      code: 0,
      stdout:
        `web.${pid} MyCompany.MyComponent: disabled\n` +
        'MyCompany.MyComponent: processes that start later do not store its events\n',
      stderr: '',
    });
    await stores();
    const atRest = appended();
    await stores();
    expect(appended()).toBe(atRest);
    expect(json('provider', 'list')).toMatchObject([{ enabled: false }]);
  });

  test('are described with the events that they have declared', async () => {
    const { pid } = await sandbox.provider('wait');
    expect(sandbox.run(['provider', 'show', '*mycompany.mycomponent'])).toEqual({
      code: 0,
      stdout: `MyCompany.MyComponent
  GUID       ${ID}
  web.${pid}  alive, off, 0 records in MyCompany.MyComponent

EVENT       LEVEL        KEYWORD  FIELDS
FileClosed  verbose (5)  0x2      count uint32
FileOpened  info (4)     0x21     path unicodestring, owner {name countedansistring utf8, ids int32[]}
`,
      stderr: '',
    });
    expect(json('provider', 'show', 'MyCompany.MyComponent')).toMatchObject([
      {
        provider: 'MyCompany.MyComponent',
        id: ID,
        processes: [{ process: 'web', pid, enabled: false }],
        events: [
          { event: 'FileClosed', level: 5, keyword: '0x2', fields: [{ name: 'count', type: 'uint32' }] },
          {
            event: 'FileOpened',
            fields: [
              { name: 'path', type: 'unicodestring' },
              { name: 'owner', type: 'struct', fields: [{ format: 'utf8' }, { shape: 'variable' }] },
            ],
          },
        ],
      },
    ]);
  });

  test('that start after they were enabled store what was asked for', async () => {
    expect(sandbox.run(['provider', 'enable', 'Test.Later', '--keyword', '0x2'])).toEqual({
      code: 0,
      stdout: 'Test.Later: processes that start later store events with keywords 0x2\n',
      stderr: '',
    });
    expect(sandbox.run(['provider', 'show', 'test.later']).stdout).toMatch(
      /to come {4}stores events with keywords 0x2\n$/,
    );
    const first = await sandbox.provider('once', 'Test.Later');
    expect((await first.end()).code).toBe(0);
    expect(json('show', 'trace', 'all', 'all').map(({ message }) => message)).toEqual(['FileClosed']);
    expect(sandbox.run(['provider', 'disable', 'Test.Later']).stdout).toBe(
      'Test.Later: processes that start later do not store its events\n',
    );
    const second = await sandbox.provider('once', 'Test.Later', '-', 'second');
    await second.end();
    expect(json('show', 'trace', 'second', 'all')).toEqual([]);
  });

  test('with GUIDs of their own are found by their names', async () => {
    const { pid } = await sandbox.provider('wait', 'Test.Own', OWN_ID);
    expect(json('provider', 'enable', 'test.own')).toEqual([
      {
        process: 'web',
        pid,
        provider: 'Test.Own',
        id: OWN_ID,
        enabled: true,
        level: 0,
        keyword: '0xffffffffffffffff',
      },
      {
        provider: 'Test.Own',
        id: OWN_ID,
        remembered: true,
        enabled: true,
        level: 0,
        keyword: '0xffffffffffffffff',
      },
    ]);
    expect(json('provider', 'disable', OWN_ID)).toEqual([
      { process: 'web', pid, provider: 'Test.Own', id: OWN_ID, enabled: false },
      { provider: 'Test.Own', id: OWN_ID, remembered: false },
    ]);
    // Its name's GUID is another one, which nobody has.
    expect(sandbox.run(['provider', 'disable', '*Test.Own']).code).toBe(3);
  });

  test.each([
    [['provider', 'enable'], 2, 'No provider is named; give its name or GUID, such as MyCompany.MyComponent'],
    [['provider', 'enable', 'A', '-guid', '*B'], 2, 'Two providers are named: "A" and "*B"; give one'],
    [
      ['provider', 'enable', '*'],
      2,
      'No provider is named behind the "*"; give its name, such as *MyCompany.MyComponent',
    ],
    [
      ['provider', 'enable', '-guid', '#0011'],
      2,
      '"#0011" is no GUID; give one such as #00112233-4455-6677-8899-aabbccddeeff, or *Name',
    ],
    [
      ['provider', 'enable', 'A', '-level', '256'],
      2,
      'There is no event level "256"; give critical, error, warning, info, verbose or a number from 0 to 255',
    ],
    [
      ['provider', 'enable', 'A', '-matchanykw', '0x10000000000000000'],
      2,
      'The keyword mask "0x10000000000000000" is no number of 64 bits; give one such as 0x21',
    ],
    [
      ['provider', 'show', 'A'],
      3,
      'No provider answers to "A"; "trace-cli provider list" shows those there are.',
    ],
    [
      ['provider', 'disable', 'A'],
      3,
      'No provider answers to "A"; "trace-cli provider list" shows those there are.',
    ],
    [['provider', 'enable', 'A', '--process', 'nobody'], 3, "No process is named 'nobody'"],
  ])('%j is refused', (args, code, message) => {
    const outcome = sandbox.run(args);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toContain(`trace-cli: ${message}`);
  });

  test('whose names are forged show nothing that a terminal obeys', async () => {
    await sandbox.provider('wait', 'Evil\x1b[2J\nName');
    for (const args of [['list'], ['show', '*Evil\x1b[2J\nName'], ['enable', '*Evil\x1b[2J\nName']]) {
      const { stdout, code } = sandbox.run(['provider', ...args]);
      expect(code).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about.
      expect(stdout).not.toMatch(/\x1b/);
      expect(stdout).toContain('Evil');
    }
  });

  test('complete', async () => {
    await sandbox.provider('wait');
    const complete = (...words: string[]): string[] =>
      sandbox
        .run(['complete', 'zsh', '--', ...words])
        .stdout.split('\n')
        .slice(0, -1);
    expect(complete('provider', '').map((line) => line.split('\t')[0])).toEqual([
      'list',
      'show',
      'enable',
      'disable',
    ]);
    expect(complete('provider', 'show', 'My')).toEqual(['MyCompany.MyComponent']);
    expect(complete('provider', 'enable', '--guid', 'my')).toEqual(['MyCompany.MyComponent']);
    expect(complete('provider', 'enable', '--level', 'v')).toEqual(['verbose']);
  });
});

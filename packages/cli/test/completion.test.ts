import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bashInsertion, splitCommandLine } from '../src/completion/command-line.ts';
import { Sandbox } from './sandbox.ts';

const BREAKS = ' \t\n"\'@><=;|&(:';

describe('a command line up to the cursor', () => {
  test.for([
    ['trace-cli ', ['trace-cli', '']],
    ['trace-cli  show tr', ['trace-cli', 'show', 'tr']],
    ['trace-cli show trace "my buf', ['trace-cli', 'show', 'trace', 'my buf']],
    ["a 'b c' d\\ e", ['a', 'b c', 'd e']],
    ['a "x\\"y" \'\\\' ', ['a', 'x"y', '\\', '']],
    ['a $(touch x) `y`', ['a', '$(touch', 'x)', '`y`']],
  ] as const)('%j is split as the shell does, and nothing is run', ([line, words]) => {
    expect(splitCommandLine(line).words).toEqual(words);
  });

  test('what is inserted is one word again, with the value that was offered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), (value) => {
        const inserted = bashInsertion(value, { raw: '', quote: '' }, BREAKS);
        expect(splitCommandLine(`x ${inserted}`).words).toEqual(['x', value]);
      }),
    );
  });

  test('bash replaces what stands behind the last of its word breaks', () => {
    expect(bashInsertion('--level=warn', { raw: '--level=w', quote: '' }, BREAKS)).toBe('warn');
    expect(bashInsertion('a:bc', { raw: 'a:b', quote: '' }, BREAKS)).toBe('bc');
    expect(bashInsertion("it's", { raw: "'it", quote: "'" }, BREAKS)).toBe("it'\\''s");
  });
});

test('"all" is offered once, also where another writer has a buffer of that name', async () => {
  const sandbox = new Sandbox();
  try {
    await sandbox.writer('end', { records: [['mybuf', 'x']] });
    sandbox.shell(
      `cd "$TRACEBUF_DIR"/web* && for role in ring keep; do mv "mybuf.0.$role" "ALL.0.$role"; done`,
    );
    const { stdout } = sandbox.run(['complete', 'zsh', 'show', 'trace', 'web', '']);
    expect(stdout).toMatch(/^all\tall trace buffers$/im);
    expect(stdout.match(/^all\b/gim)).toHaveLength(1);
  } finally {
    await sandbox.dispose();
  }
});

describe('completion in a shell', () => {
  let sandbox: Sandbox;
  let env: Record<string, string>;
  beforeEach(() => {
    sandbox = new Sandbox();
    const path = join(sandbox.directory, 'trace-cli');
    const program = join(import.meta.dirname, 'programs', 'trace-cli.js');
    writeFileSync(
      path,
      `#!/bin/sh\nexec ${process.execPath} --conditions=@tracebuf/source ${program} "$@"\n`,
    );
    chmodSync(path, 0o755);
    env = { PATH: `${sandbox.directory}:${process.env.PATH ?? ''}` };
  });
  afterEach(async () => await sandbox.dispose());

  /** Presses Tab at the end of each line, in a real bash; answers the candidates for each. */
  const tabInBash = (...lines: readonly string[]): string[][] => {
    const script = `source <(trace-cli completion bash)
COMP_WORDBREAKS=$BREAKS
for line; do
  COMP_LINE=$line COMP_POINT=\${#line}
  _trace_cli
  printf '%s\\n' "\${COMPREPLY[@]}" --
done`;
    const quoted = lines.map((line) => `'${line}'`).join(' ');
    const { code, stdout, stderr } = sandbox.shell(`set -- ${quoted}\n${script}`, 'bash', { ...env, BREAKS });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout
      .split(/^--\n/m)
      .slice(0, lines.length)
      .map((candidates) => candidates.split('\n').filter((candidate) => candidate !== ''));
  };

  test('bash completes words', () => {
    expect(
      tabInBash(
        'trace-cli s',
        'trace-cli SH',
        'trace-cli configure ',
        'trace-cli help sh',
        'trace-cli complet',
        'trace-cli zz ',
      ),
    ).toEqual([['show', 'set'], ['show'], ['log', 'syslog'], ['show'], ['completion'], []]);
  });

  test('bash completes options and their values', () => {
    expect(
      tabInBash(
        'trace-cli sh tr web all --f',
        'trace-cli show trace web all --level ',
        'trace-cli show trace web all --level=w',
        'trace-cli dump trace web all --format ',
        'trace-cli completion ',
      ),
    ).toEqual([
      ['--follow'],
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      ['warn'],
      ['text', 'jsonl', 'csv', 'perfetto', 'otlp-json', 'sqlite'],
      ['bash', 'zsh', 'fish'],
    ]);
  });

  test('bash completes processes and trace buffers', async () => {
    const { pid } = await sandbox.writer('wait', { buffers: { mybuf: 4096, http: 4096 } });
    expect(
      tabInBash(
        'trace-cli show trace w',
        `trace-cli clear trace ${pid}`,
        'trace-cli ps ',
        'trace-cli show trace web ',
        'trace-cli show trace --json web my',
        'trace-cli set trace web mybuf ',
        'trace-cli set trace web mybuf level e',
        'trace-cli show trace nobody ',
      ),
    ).toEqual([
      ['web', `web.${pid}`],
      [String(pid)],
      ['web', `web.${pid}`, String(pid), 'all'],
      ['http', 'mybuf', 'all'],
      ['mybuf'],
      ['level'],
      ['error'],
      [],
    ]);
  });

  test('a name from another program is offered as it is and never run', async () => {
    const name = '$(touch pwned) `touch pwned`;touch pwned';
    await sandbox.writer('wait', { name: '$(touch,pwned)', buffers: { [name]: 4096 } });
    const [[inserted = ''] = [], processes = []] = tabInBash(
      'trace-cli show trace all \\$',
      'trace-cli show trace ',
    );
    const { stdout } = sandbox.shell(`printf %s ${inserted}; [ -e pwned ] && echo PWNED`);
    expect(stdout).toBe(name);
    expect(processes.some((candidate) => candidate.startsWith('\\$\\(touch'))).toBe(true);
    expect(sandbox.shell('ls pwned 2>/dev/null').stdout).toBe('');
  });

  test('bash completes what the grammar of a command of the system log asks for', async () => {
    await sandbox.raiser('exit', []);
    sandbox.run(['create', 'log', 'filter', 'mine']);
    sandbox.run(['configure', 'syslog', 'add', '10.0.0.1', 'local0']);
    expect(
      tabInBash(
        'trace-cli show log m',
        'trace-cli show log sev',
        'trace-cli show log messages ',
        'trace-cli show log messages nvram e',
        'trace-cli show log severity debug-',
        'trace-cli show log format date mm',
        'trace-cli show log format severity chr',
        'trace-cli show log counters s',
        'trace-cli show log counters STP.In',
        'trace-cli show log counters STP ',
        'trace-cli show log events stp.inbpdu.d',
        'trace-cli configure log filter m',
        'trace-cli configure log filter mine add ev',
        'trace-cli configure log filter mine add events STP.InBPDU.Drop match ',
        'trace-cli configure log filter mine add events STP.InBPDU.Drop match ing',
        'trace-cli configure log filter mine add events all match source ',
        'trace-cli configure log target ',
        'trace-cli configure log target syslog 1',
        'trace-cli configure log target nvram filter ',
        'trace-cli log test-filter STP.InBPDU.Drop po',
        'trace-cli log test-filter STP.InBPDU.Drop port=1 ',
        'trace-cli explain SN',
        'trace-cli show log configuration f',
        'trace-cli show log nonsense ',
      ),
    ).toEqual([
      ['messages', 'match'],
      ['severity'],
      [
        'memory-buffer',
        'nvram',
        'events',
        'severity',
        'starting',
        'ending',
        'match',
        'format',
        'chronological',
      ],
      ['events', 'ending'],
      ['debug-summary', 'debug-verbose', 'debug-data'],
      ['Mmm-dd', 'mm-dd-yyyy', 'mm/dd/yyyy'],
      ['chronological'],
      ['SNTP', 'STP', 'severity'],
      [
        'STP.InBPDU',
        'STP.InBPDU.Drop',
        'STP.InBPDU.Dump',
        'STP.InBPDU.Trace',
        'STP.InBPDU.Ign',
        'STP.InBPDU.Mismatch',
      ],
      ['include', 'notified', 'occurred', 'severity'],
      ['STP.InBPDU.Drop', 'STP.InBPDU.Dump'],
      ['mine'],
      ['events'],
      ['port', 'ingress', 'string'],
      ['ingress'],
      ['ipaddress'],
      ['memory-buffer', 'nvram', 'console', 'session', 'syslog'],
      ['10.0.0.1:514'],
      ['DefaultFilter', 'mine'],
      ['port='],
      ['reason=', 'filter', 'target'],
      ['SNTP', 'SNTP.Login', 'SNTP.Numbered'],
      ['filter'],
      [],
    ]);
  });

  const hasShell = (shell: string): boolean =>
    spawnSync(shell, ['-c', 'exit 0'], { timeout: 10_000 }).status === 0;

  test.skipIf(!hasShell('fish'))('fish completes (skipped where fish is not installed)', async () => {
    await sandbox.writer('wait', { buffers: { mybuf: 4096, 'my $(x) buf': 4096 } });
    const tab = (line: string): string[] => {
      const script = `trace-cli completion fish | source; complete -C ${JSON.stringify(line)}`;
      const { stdout, stderr } = sandbox.shell(script, 'fish', { ...env, HOME: sandbox.directory });
      expect(stderr).toBe('');
      return stdout.split('\n').filter((candidate) => candidate !== '');
    };
    expect(tab('trace-cli sh').map((candidate) => candidate.split('\t')[0])).toEqual(['show']);
    expect(tab('trace-cli show trace web m').map((candidate) => candidate.split('\t')[0])).toEqual([
      'my $(x) buf',
      'mybuf',
    ]);
    expect(tab('trace-cli show trace web mybuf --fol')).toEqual([
      '--follow\tgo on with new records as they come',
    ]);
  });

  test.skipIf(!hasShell('zsh'))('zsh completes (skipped where zsh is not installed)', async () => {
    await sandbox.writer('wait', { buffers: { mybuf: 4096, 'my $(touch pwned) buf': 4096 } });
    const tab = (...words: string[]): string[] => {
      const script = `autoload -Uz compinit; compinit -u -D
source <(trace-cli completion zsh)
compadd() { print -rl -- "\${values[@]}" }
words=(trace-cli "$@"); CURRENT=\${#words}
_trace_cli`;
      const quoted = words.map((word) => `'${word}'`).join(' ');
      const { stdout, stderr } = sandbox.shell(`set -- ${quoted}\n${script}`, 'zsh', {
        ...env,
        HOME: sandbox.directory,
      });
      expect(stderr).toBe('');
      return stdout.split('\n').filter((candidate) => candidate !== '');
    };
    expect(tab('sh')).toEqual(['show']);
    expect(tab('show', 'trace', 'web', 'm')).toEqual(['my $(touch pwned) buf', 'mybuf']);
    expect(tab('show', 'trace', 'web', 'mybuf', '--fol')).toEqual(['--follow']);
    expect(sandbox.shell('ls pwned 2>/dev/null').stdout).toBe('');
  });
});

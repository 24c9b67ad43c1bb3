import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../sandbox.ts';
import { hasTmux, Tmux } from './tmux.ts';

const CALLER = join(import.meta.dirname, '..', 'programs', 'caller.ts');
if (!hasTmux)
  console.warn('skipped: the reader in a real terminal, as there is no tmux here (apt-get install tmux)');

describe.skipIf(!hasTmux)('the reader in a real terminal', () => {
  let sandbox: Sandbox;
  let tmux: Tmux | undefined;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => {
    tmux?.close();
    tmux = undefined;
    await sandbox.dispose();
  });

  /** A shell, with a text that is there before. */
  async function open(env: Readonly<Record<string, string>> = {}, columns = 100, rows = 16): Promise<Tmux> {
    tmux = new Tmux(sandbox, columns, rows, env);
    await tmux.until(/\$ ?$/m);
    tmux.run('echo BEF""ORE');
    await tmux.until(/^BEFORE$/m);
    return tmux;
  }

  function record(): void {
    expect(sandbox.runProgram(CALLER, [], { TRACEBUF_PROCESS: 'calc' }).code).toBe(0);
    expect(sandbox.run(['record', '--once', '--quiet']).code).toBe(0);
  }

  /** Numbers of the calls that are seen. */
  const calls = (screen: string): number[] =>
    Array.from(screen.matchAll(/calls: call (\d+)/g), ([, n]) => Number(n));
  const current = (screen: string): number => Number(/^>.*calls: call (\d+)/m.exec(screen)?.[1]);

  test('moves, with every key of its kind', async () => {
    record();
    const terminal = await open();
    terminal.run('$VIEW');
    const first = await terminal.until(/^60 records/m);
    expect(first).toMatch(/^ traces\.sqlite .*q quit/);
    expect(calls(first)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    const steps: [key: string, at: number][] = [
      ['Down', 2],
      ['j', 3],
      ['Up', 2],
      ['k', 1],
      ['NPage', 14],
      ['f', 27],
      ['Space', 40],
      ['PPage', 27],
      ['b', 14],
      ['G', 60],
      ['g', 1],
      ['End', 60],
      ['Home', 1],
    ];
    for (const [key, at] of steps) {
      terminal.keys(key);
      await terminal.until((screen) => current(screen) === at);
    }
    terminal.keys('Right');
    await terminal.until(/^>….*call 1/m);
    terminal.keys('Left');
    await terminal.until(/^>20\d\d-/m);
    terminal.keys('q');
    await terminal.until(/^BEFORE[\s\S]*\$ ?$/m);
    terminal.run('echo left with $?');
    await terminal.until(/^left with 0$/m);
  });

  test('searches, highlights, and corrects a filter for a function that is not called so', async () => {
    record();
    const terminal = await open();
    terminal.run('$VIEW');
    await terminal.until(/^60 records/m);
    terminal.type('/call 4');
    await terminal.until(/^\/call 4$/m);
    terminal.keys('Enter');
    await terminal.until((screen) => current(screen) === 4);
    terminal.keys('n');
    await terminal.until((screen) => current(screen) === 40);
    expect(terminal.screen(true)).toContain('\u001b[30m\u001b[43mcall 4');
    terminal.keys('N', 'N');
    await terminal.until((screen) => current(screen) === 49 && /Went on at the end/.test(screen));
    terminal.type('?call 12$|call 12\\b');
    terminal.keys('Enter');
    await terminal.until((screen) => current(screen) === 12);
    terminal.type('/(');
    terminal.keys('Enter');
    await terminal.until(/^\/\( {2}missing/m);
    // Escape alone, told from the beginning of a sequence by what does not follow.
    terminal.keys('Escape');
    await terminal.until(/^60 records/m);

    terminal.type("rfunc == 'f'");
    terminal.keys('Enter');
    const told = await terminal.until(/No func matches "f"; Enter takes it all the same/);
    expect(told).toMatch(/^'fib' \(40\)$/m);
    terminal.keys('Tab');
    await terminal.until(/^filter: func == 'fib'$/m);
    terminal.keys('Enter');
    const filtered = await terminal.until(/^40 records/m);
    expect(filtered).toMatch(/filter: func == 'fib'/);
    expect(calls(filtered).every((call) => call % 3 !== 0)).toBe(true);
    terminal.keys('r', 'C-u');
    terminal.type('dep');
    terminal.keys('Tab');
    await terminal.until(/^filter: depth ?$/m);
    terminal.keys('C-c');
    await terminal.until(/^40 records/m);
  });

  test('shows a record in full, spans, times, marks and help', async () => {
    record();
    const terminal = await open();
    terminal.run('$VIEW');
    await terminal.until(/^60 records/m);
    terminal.keys('Enter');
    await terminal.until(/^process: calc\.\d+$/m);
    terminal.keys('G');
    await terminal.until(/^func: fib$/m);
    terminal.keys('Tab', 'q');
    await terminal.until((screen) => current(screen) === 2);
    terminal.keys('z');
    await terminal.until(/- span 00f067aa0ba902b7/);
    terminal.keys('u', 'z');
    await terminal.until(/\+ span 00f067aa0ba902b7 .*\(60 inside\)/);
    terminal.keys('q', 't');
    await terminal.until(/^ +-0\.\d{6} INFO/m);
    terminal.keys('t', 't', 'm', 'a', 'G');
    await terminal.until((screen) => current(screen) === 60);
    terminal.keys("'", 'a');
    await terminal.until(/^a20.*call 2/m);
    terminal.type('Tnow');
    terminal.keys('Enter');
    await terminal.until((screen) => current(screen) === 60);
    terminal.keys('h');
    await terminal.until(/MOVING/);
    terminal.keys('q', 'C-l', 'C-c');
    await terminal.until(/^BEFORE[\s\S]*\$ ?$/m);
    terminal.run('echo left with $?');
    await terminal.until(/^left with 130$/m);
  });

  test('follows a program that runs, and takes a new size', async () => {
    await sandbox.writer('tick');
    const terminal = await open();
    terminal.run('$VIEW view web --follow');
    const last = (screen: string): number => Number(/^>.*tick (\d+)/m.exec(screen)?.[1]);
    const before = last(await terminal.until(/^>.*tick \d+/m));
    await terminal.until((screen) => last(screen) > before + 10);
    terminal.keys('Up');
    const stopped = last(await terminal.until((screen) => !/following/.test(screen)));
    await terminal.until((screen) => last(screen) === stopped);
    terminal.keys('F');
    await terminal.until((screen) => last(screen) > stopped + 10);
    terminal.resize(50, 8);
    const small = await terminal.until((screen) => screen.split('\n').length === 9 && /…$/m.test(screen));
    expect(small).toMatch(/^>20\S+ \S+ INFO/m);
    terminal.resize(120, 30);
    await terminal.until((screen) => screen.split('\n').length === 31 && /h help/.test(screen));
    terminal.keys('q');
    await terminal.until(/\$ ?$/m);
  });

  test('lets itself be suspended, and comes back as it was', async () => {
    record();
    const terminal = await open();
    terminal.run('$VIEW');
    await terminal.until(/^60 records/m);
    terminal.keys('f', 'C-z');
    await terminal.until(/Stopped/);
    terminal.run('stty -a | grep -o " icanon"; echo between');
    await terminal.until(/^ icanon\n+between$/m);
    terminal.run('fg');
    await terminal.until((screen) => current(screen) === 14);
    terminal.keys('j');
    await terminal.until((screen) => current(screen) === 15);
    terminal.keys('q');
    await terminal.until(/^between$/m);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ])('gives the terminal back when %s ends it', async (signal, code) => {
    record();
    const terminal = await open();
    terminal.run('$VIEW & echo $! > pid; fg > /dev/null');
    await terminal.until(/^60 records/m);
    sandbox.shell(`kill -s ${signal.slice(3)} "$(cat pid)"`);
    await terminal.until(/^BEFORE[\s\S]*\$ ?$/m);
    terminal.run(`echo "left with $?"; stty -a | grep -o ' icanon\\| echo '`);
    await terminal.until(new RegExp(`^left with ${code}\\n icanon\\n echo ?$`, 'm'));
  });

  test('gives the terminal back when it crashes, and the message can be read', async () => {
    record();
    const terminal = await open();
    const crash = `data:text/javascript,process.on('SIGUSR2',()=>{throw(new(Error)('crashed'))})`;
    terminal.run(`$NODE_CALL --import "${crash}" $PROGRAM & echo $! > pid; fg > /dev/null`);
    await terminal.until(/^60 records/m);
    sandbox.shell('kill -s USR2 "$(cat pid)"');
    await terminal.until(/Error: crashed/);
    terminal.run(`stty -a | grep -o ' icanon\\| echo '`);
    await terminal.until(/^ icanon\n echo ?$/m);
  });

  test('shows no colours with NO_COLOR', async () => {
    record();
    const terminal = await open({ NO_COLOR: '1' });
    terminal.run('$VIEW');
    await terminal.until(/^60 records/m);
    terminal.type('/call 2');
    terminal.keys('Enter');
    await terminal.until((screen) => current(screen) === 2);
    const styles = Array.from(terminal.screen(true).matchAll(/\[([\d;]*)m/g), ([, style]) => style);
    expect(styles.length).toBeGreaterThan(0);
    expect(styles.filter((style) => /\b(?:[349][0-8]|10[0-7])\b/.test(style ?? ''))).toEqual([]);
  });

  test('prints where there is no terminal to show it on', async () => {
    record();
    const terminal = await open();
    terminal.run('$VIEW | head -n 2 | cut -c 28-60; $VIEW view --json --last 1 | cut -c 1-20');
    await terminal.until(/^INFO {2}calc\.\d+ calls: call 1[\s\S]*^\{"time":"/m);
  });
});

describe('without a terminal', () => {
  test('the reader prints what it would show, and help stands in where there is nothing', async () => {
    const sandbox = new Sandbox();
    try {
      expect(sandbox.run([]).stdout).toMatch(/^Usage: trace-cli <command>/);
      await sandbox.writer('wait', {
        records: [
          ['mybuf', 'one'],
          ['mybuf', 'two', 'error'],
        ],
      });
      expect(sandbox.run(['view', 'web', '--json']).stdout.split('\n')).toHaveLength(3);
      expect(sandbox.run(['view', 'web', '--where', 'level >= error']).stdout).toMatch(
        /^\S+ \S+ ERROR web\.\d+ mybuf: two\n$/,
      );
      expect(sandbox.run(['view', 'web', '--follow']).code).toBe(2);
      expect(sandbox.run(['view', 'nobody']).code).toBe(3);
      sandbox.run(['record', '--once', '--quiet']);
      expect(sandbox.run([]).stdout).toMatch(/ mybuf: one\n.* mybuf: two\n$/);
    } finally {
      await sandbox.dispose();
    }
  });
});

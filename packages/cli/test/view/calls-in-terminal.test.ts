import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../sandbox.ts';
import { hasTmux, Tmux } from './tmux.ts';

const TRACED = join(import.meta.dirname, '..', 'programs', 'traced.ts');
if (!hasTmux)
  console.warn('skipped: calls in a real terminal, as there is no tmux here (apt-get install tmux)');

describe.skipIf(!hasTmux)('calls in a real terminal', () => {
  let sandbox: Sandbox;
  let tmux: Tmux | undefined;
  beforeEach(() => {
    sandbox = new Sandbox();
    sandbox.runProgram(TRACED, [], { TRACEBUF_PROCESS: 'calc' });
  });
  afterEach(async () => {
    tmux?.close();
    tmux = undefined;
    await sandbox.dispose();
  });

  /** Opens the reader on what the program has left: on its buffers, or on a database. */
  async function open(
    what: 'buffers' | 'database',
    env: Readonly<Record<string, string>> = {},
  ): Promise<Tmux> {
    if (what === 'database') expect(sandbox.run(['record', '--once', '--quiet']).code).toBe(0);
    tmux = new Tmux(sandbox, 150, 40, env);
    await tmux.until(/\$ ?$/m);
    tmux.run(what === 'database' ? '$VIEW view traces.sqlite' : '$VIEW view calc');
    await tmux.until(/^30 records/m);
    return tmux;
  }

  describe.each(['buffers', 'database'] as const)('of %s', (what) => {
    test('stand as deep as they are, and lead to one another', async () => {
      const terminal = await open(what);
      const screen = await terminal.until(/^>.*calc\.\d+ …\S*traced\.ts:11 --> countDown\(n = 0\)$/m);
      expect(screen).toMatch(/traced\.ts:11 {2}--> countDown\(n = 1\)$/m);
      expect(screen).toMatch(/traced\.ts:11 {3}<-- countDown returned 0 {2}[\d.]+ [µm]s$/m);
      expect(screen).toMatch(/traced\.ts:18 <-- Orders#check threw TypeError: no such order {2}/m);
      expect(screen).toMatch(/INFO {2}calc\.\d+ calls: queue 5 /);
      terminal.keys('j', 'j', ')');
      await terminal.until(/^>.*<-- countDown returned 1 {2}/m);
      terminal.keys('(');
      await terminal.until(/^>.*:11 --> countDown\(n = 1\)$/m);
      terminal.keys('Tab');
      await terminal.until(/^>.*:11 --> countDown\(n = 2\)$/m);
      terminal.keys('BTab');
      await terminal.until(/^>.*:11 --> countDown\(n = 1\)$/m);
      terminal.keys('j');
      await terminal.until(/^>.*:11 {2}--> countDown\(n = 0\)$/m);
      terminal.keys('u');
      await terminal.until(/^>.*:11 --> countDown\(n = 1\)$/m);
      terminal.keys('e');
      await terminal.until(/^>.*<-- Orders#check threw/m);
      terminal.keys('G', ')');
      await terminal.until(/^This call has not ended$/m);
      terminal.keys('q');
      await terminal.until(/\$ ?$/m);
    });

    test('are looked at in full, as a tree, and summed up', async () => {
      const terminal = await open(what);
      terminal.keys('e', 'Enter');
      const full = await terminal.until(/^source:$/m);
      expect(full).toMatch(
        /^function: Orders#check\nfile: \S*traced\.ts:18\ncall: 7, the outermost\narguments:\n {2}id: string: ?\nresult:\n {2}exception: TypeError: no such order\nduration: /m,
      );
      expect(full).toMatch(/^ {2}> 18 {2}tracer\.traceMethods\(Orders\);$/m);
      terminal.keys('q');
      terminal.type('/n = 2');
      terminal.keys('Enter');
      await terminal.until(/^>.*:11 {2}--> countDown\(n = 2\)$/m);
      terminal.keys('z');
      const tree = await terminal.until(/calls around countDown/);
      expect(tree).toMatch(/- load\(id = 'bc'\) {2}returned 2 {2}[\d.]+ [µm]?s$/m);
      expect(tree).toMatch(/ {2}- countDown\(n = 2\) {2}returned 2 {2}[\d.]+ [µm]s$/m);
      expect(tree).toMatch(/ {4}- countDown\(n = 1\) {2}returned 1 {2}/m);
      expect(tree).toMatch(/ {8}countDown\(n = 0\) {2}returned 0 {2}/m);
      terminal.keys('z');
      await terminal.until(/\+ countDown\(n = 2\) {2}returned 2 .*\(1 inside\)/);
      terminal.keys('q', 's');
      await terminal.until(/COUNT {3}\[TOTAL\]/);
      terminal.keys('S');
      const functions = await terminal.until(/^>\s+11 .* 0 {2}countDown {2}\S+traced\.ts:11/m);
      expect(functions).toMatch(/^\s+1 .* 1 {2}Orders#check {2}/m);
      terminal.keys('j', 'Enter');
      await terminal.until(/filter: func == 'load' and module == /);
      await terminal.until(/^4 records/m);
      terminal.keys('q');
      await terminal.until(/\$ ?$/m);
    });

    test('are filtered by one of their arguments; what is not called so is corrected', async () => {
      const terminal = await open(what);
      terminal.type("rfunc == 'f'");
      terminal.keys('Enter');
      await terminal.until(/No func matches "f"; Enter takes it all the same/);
      terminal.keys('C-a', 'C-k');
      terminal.type("func == 'countDown' and arg == 'return value' and not value == '1'");
      terminal.keys('Enter');
      await terminal.until(/^7 records/m);
      terminal.keys('r', 'C-u');
      terminal.type('arg.');
      terminal.keys('Tab');
      await terminal.until(/\[arg\.n \(11\)\] {2}arg\.id \(3\) /);
      terminal.keys('C-c');
      await terminal.until(/^7 records/m);
      terminal.keys('q');
      await terminal.until(/\$ ?$/m);
    });
  });

  test('have a colour for each part, and none with NO_COLOR', async () => {
    const colored = await open('buffers');
    expect(colored.screen(true)).toMatch(/\[32m--> .*countDown/);
    colored.close();
    const plain = await open('buffers', { NO_COLOR: '1' });
    const styles = Array.from(plain.screen(true).matchAll(/\[([\d;]*)m/g), ([, style]) => style);
    expect(styles.filter((style) => /\b(?:[349][0-8]|10[0-7])\b/.test(style ?? ''))).toEqual([]);
  });
});

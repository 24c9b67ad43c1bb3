import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Sandbox } from '../sandbox.ts';

const TIMEOUT_MS = 30_000;
const PROGRAM = join(import.meta.dirname, '..', 'programs', 'trace-cli.js');

/** Whether there is tmux on this machine. */
export const hasTmux: boolean = spawnSync('tmux', ['-V'], { timeout: TIMEOUT_MS }).status === 0;

/** A real terminal with a shell in it, in which `$VIEW` is the command line. */
export class Tmux {
  readonly #sandbox: Sandbox;
  readonly #socket: string;

  constructor(sandbox: Sandbox, columns = 100, rows = 16, env: Readonly<Record<string, string>> = {}) {
    this.#sandbox = sandbox;
    this.#socket = join(sandbox.directory, 'tmux');
    const { TMUX: _tmux, ...outer } = sandbox.env;
    const call = `${process.execPath} --conditions=@tracebuf/source`;
    // Said here, as a shell in between would forget it.
    const shell = "PS1='$ ' exec bash --norc --noprofile -i";
    const started = spawnSync(
      'tmux',
      [
        '-S',
        this.#socket,
        '-f',
        '/dev/null',
        'new-session',
        '-d',
        '-x',
        String(columns),
        '-y',
        String(rows),
        shell,
      ],
      {
        cwd: sandbox.directory,
        env: {
          ...outer,
          NODE_CALL: call,
          PROGRAM,
          VIEW: `${call} ${PROGRAM}`,
          TERM: 'xterm-256color',
          LANG: 'C.UTF-8',
          ...env,
        },
        timeout: TIMEOUT_MS,
        encoding: 'utf8',
      },
    );
    if (started.status !== 0) throw new Error(`tmux did not start: ${started.stderr}`);
    this.#tmux('set-option', '-g', 'escape-time', '0');
  }

  /** Sends keys, by the names that tmux has for them. */
  keys(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Sends a text. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Types a command line. */
  run(line: string): void {
    this.type(line);
    this.keys('Enter');
  }

  /** What is seen; with the sequences of colours where that is asked for. */
  screen(styled = false): string {
    return this.#tmux('capture-pane', '-p', ...(styled ? ['-e'] : []));
  }

  /** Waits until something is seen. */
  async until(what: RegExp | ((screen: string) => boolean)): Promise<string> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const screen = this.screen();
      if (typeof what === 'function' ? what(screen) : what.test(screen)) return screen;
      if (Date.now() > deadline) throw new Error(`no ${String(what)} on the screen:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server'], { timeout: TIMEOUT_MS });
  }

  #tmux(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('tmux', ['-S', this.#socket, ...args], {
      cwd: this.#sandbox.directory,
      timeout: TIMEOUT_MS,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  }
}

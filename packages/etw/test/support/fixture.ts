import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Milliseconds after which a fixture counts as hung: a bound for machines that are starved. */
const TIMEOUT = 120_000;

/** A program of test/fixtures that runs in a process of its own. */
export class Fixture {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;

  /** Starts it; it is killed when the test is over. */
  constructor(
    name: string,
    directory: string,
    args: readonly string[] = [],
    execArgv: readonly string[] = [],
  ) {
    const { NODE_OPTIONS: _options, ...env } = process.env;
    this.child = spawn(
      process.execPath,
      [
        '--conditions=@tracebuf/source',
        ...execArgv,
        join(import.meta.dirname, '../fixtures', `${name}.ts`),
        ...args,
      ],
      {
        env: { ...env, TRACEBUF_DIR: directory, TRACEBUF_PROCESS: name },
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: TIMEOUT,
        killSignal: 'SIGKILL',
      },
    );
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** Waits until it has printed something so many times. */
  async printed(pattern: RegExp, times = 1): Promise<string[]> {
    const deadline = Date.now() + TIMEOUT;
    for (;;) {
      const found = this.stdout.match(new RegExp(pattern, 'g')) ?? [];
      if (found.length >= times) return found;
      if (Date.now() > deadline || (this.child.exitCode !== null && this.child.exitCode !== 0)) {
        throw new Error(`no ${pattern} in ${JSON.stringify(this.stdout)}; ${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Waits for its end. */
  async end(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }
}

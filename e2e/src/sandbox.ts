import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'vitest';
import type { Consumer } from './consumer.ts';
import { type NodeMajor, nodeExecutable } from './runtimes.ts';

/** How long one program may run; a machine with other work to do is slow. */
const TIMEOUT_MS = 90_000;

/** Where buffers are kept: in shared memory, as by default. */
const SHARED_MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What a program did. */
export interface Outcome {
  /** The exit code, or null when a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A record as `trace-cli show trace --json` prints it. */
export interface PrintedRecord {
  readonly process: string;
  readonly pid: number;
  readonly thread: number;
  readonly buffer: string;
  readonly level: string;
  readonly kind: string;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly traceId?: string;
  readonly spanId?: string;
}

/**
 * A consumer's folder, one Node.js version, and directories for trace buffers and dumps that nobody else has. Belongs to
 * the test that makes it: when that is over, its processes and its directories are gone.
 */
export class Sandbox {
  readonly #consumer: Consumer;
  readonly #executable: string;
  readonly #directory: string = mkdtempSync(join(SHARED_MEMORY, 'tracebuf-e2e-'));
  /** Within the consumer's, so that npx finds what is installed there. */
  readonly #folderOfLines: string;
  readonly #children = new Set<ChildProcess>();

  constructor(consumer: Consumer, major: NodeMajor, onTestFinished: TestContext['onTestFinished']) {
    this.#consumer = consumer;
    this.#executable = nodeExecutable(major);
    this.#folderOfLines = mkdtempSync(join(consumer.folder, 'lines-'));
    onTestFinished(() => {
      for (const child of this.#children) child.kill('SIGKILL');
      for (const folder of [this.#directory, this.#folderOfLines])
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    });
  }

  /** Runs node with these arguments to its end. */
  node(...args: readonly string[]): Promise<Outcome> {
    return outcomeOf(this.start(args));
  }

  /** Starts node with these arguments. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return this.#spawn(this.#executable, args, {}, environment);
  }

  /** Runs the installed `trace-cli` to its end. */
  traceCli(...args: readonly string[]): Promise<Outcome> {
    return this.node(join(this.#consumer.folder, 'node_modules/@tracebuf/cli/bin/trace-cli.cjs'), ...args);
  }

  /** Starts a line of a shell in a folder of its own, which finds the installed programs and this Node.js first. */
  startLine(line: string): ChildProcess {
    // The program takes the place of the shell, so that signals reach it and its end is what is seen.
    return this.#spawn(process.platform === 'win32' ? line : `exec ${line}`, [], {
      shell: true,
      cwd: this.#folderOfLines,
    });
  }

  /** Runs a line of a shell to its end. */
  line(line: string): Promise<Outcome> {
    return outcomeOf(this.startLine(line));
  }

  /** All records of all processes, as the installed `trace-cli` reads them. */
  async records(): Promise<PrintedRecord[]> {
    const { code, stdout, stderr } = await this.traceCli('show', 'trace', 'all', 'all', '--json');
    if (code !== 0) throw new Error(`trace-cli show trace ended with ${code}: ${stderr}`);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as PrintedRecord);
  }

  #spawn(
    file: string,
    args: readonly string[],
    options: SpawnOptions,
    environment: Readonly<Record<string, string>> = {},
  ): ChildProcess {
    const child = spawn(file, args, {
      cwd: this.#consumer.folder,
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of the test run may reach the program: NODE_OPTIONS of vitest, settings of npm, buffers of the user.
      env: {
        PATH: [this.#consumer.binaries, dirname(this.#executable), process.env.PATH].join(delimiter),
        HOME: process.env.HOME,
        // What npx thinks of the settings of this machine's npm is not the question.
        npm_config_loglevel: 'error',
        TRACEBUF_DIR: join(this.#directory, 'buffers'),
        TRACEBUF_DUMP_DIR: join(this.#directory, 'dumps'),
        TRACEBUF_NVRAM_DIR: join(this.#directory, 'nvram'),
        ...environment,
      },
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }
}

/** What a started program does until its end. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The program has no pipes to read from');
  const [code, out, error] = await Promise.all([closed, text(stdout), text(stderr)]);
  return { code, stdout: out, stderr: error };
}

import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A blocking call is not stopped by vitest's timeouts, so it needs one of its own. */
const TIMEOUT_MS = 60_000;
const CONDITION = '--conditions=@tracebuf/source';
const PROGRAMS = join(import.meta.dirname, 'programs');

/** Programs of these tests. */
const TRACE_CLI = join(PROGRAMS, 'trace-cli.js');
const WRITER = join(PROGRAMS, 'writer.ts');
const PROVIDER = join(PROGRAMS, 'provider.ts');
const RAISER = join(PROGRAMS, 'raiser.ts');

/** What a command line did. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program that writes buffers is to do; see `programs/writer.ts`. */
export interface WriterOptions {
  readonly name?: string;
  readonly buffers?: Readonly<Record<string, number>>;
  readonly records?: readonly (readonly [buffer: string, message: string, level?: string])[];
  /** How often to write the records; default once. */
  readonly repeat?: number;
  readonly args?: readonly string[];
}

/** A condition of the raiser, by its name in the component, and its parameters. */
export type RaisedIncident = readonly [condition: string, ...values: readonly (string | number)[]];

/** Directories of its own for trace buffers and dumps, and the processes of one test. */
export class Sandbox {
  readonly directory: string = mkdtempSync(
    join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tracebuf-cli-'),
  );
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #children: ChildProcess[] = [];

  constructor() {
    const { NODE_OPTIONS: _options, FORCE_COLOR: _force, NO_COLOR: _no, ...env } = process.env;
    this.env = {
      ...env,
      TRACEBUF_DIR: join(this.directory, 'rings'),
      TRACEBUF_DUMP_DIR: join(this.directory, 'dumps'),
      TRACEBUF_NVRAM_DIR: join(this.directory, 'nvram'),
    };
  }

  /** Runs a command line to its end. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
    return this.runProgram(TRACE_CLI, args, env);
  }

  /** {@link run} with another program. */
  runProgram(path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
    return outcomeOf(
      spawnSync(process.execPath, [CONDITION, path, ...args], {
        cwd: this.directory,
        env: { ...this.env, ...env },
        encoding: 'utf8',
        timeout: TIMEOUT_MS,
        maxBuffer: 64 * 1024 * 1024,
      }),
    );
  }

  /** Runs a line of a shell, in which `$TRACE_CLI` is the command line. */
  shell(line: string, shell = 'bash', env: Readonly<Record<string, string>> = {}): Outcome {
    const call = `${process.execPath} ${CONDITION} ${TRACE_CLI}`;
    return outcomeOf(
      spawnSync(shell, ['-c', line], {
        cwd: this.directory,
        env: { ...this.env, TRACE_CLI: call, ...env },
        encoding: 'utf8',
        timeout: TIMEOUT_MS,
        maxBuffer: 64 * 1024 * 1024,
      }),
    );
  }

  /** Starts a command line that goes on, such as `--follow`. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return this.#spawn(TRACE_CLI, args, env);
  }

  /** {@link start} with another program. */
  startProgram(path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return this.#spawn(path, args, env);
  }

  /** Starts a program that writes buffers, and waits until it has written what it was told to. */
  async writer(mode: string, options: WriterOptions = {}): Promise<Running> {
    const { name = 'web', buffers = { mybuf: 20480 }, records = [], repeat = 1, args = [] } = options;
    const running = this.#spawn(WRITER, [mode, ...args], {
      TRACEBUF_PROCESS: name,
      BUFFERS: JSON.stringify(buffers),
      RECORDS: JSON.stringify(records),
      REPEAT: String(repeat),
    });
    await running.until(/ready/);
    return running;
  }

  /** Starts a program that raises incidents of a system log, and waits until it has; see `programs/raiser.ts`. */
  async raiser(
    end: 'exit' | 'former' | 'stay' | 'stuck' | 'tick',
    incidents: readonly RaisedIncident[],
    name = 'bridge',
  ): Promise<Running> {
    const running = this.#spawn(RAISER, [end], {
      TRACEBUF_PROCESS: name,
      INCIDENTS: JSON.stringify(incidents),
    });
    await running.until(/raised/);
    if (end === 'exit' || end === 'former') await running.end();
    return running;
  }

  /** Starts a program with an ETW provider, and waits until it has declared its events; see `programs/provider.ts`. */
  async provider(mode: string, provider = 'MyCompany.MyComponent', id = '-', name = 'web'): Promise<Running> {
    const running = this.#spawn(PROVIDER, [provider, id, mode], { TRACEBUF_PROCESS: name });
    await running.until(/ready/);
    return running;
  }

  /** Ends what still runs and removes all files. */
  async dispose(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  #spawn(path: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
    const child = spawn(process.execPath, [CONDITION, path, ...args], {
      cwd: this.directory,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    this.#children.push(child);
    return new Running(child);
  }
}

/** A process that runs beside the test. */
export class Running {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#closed = once(child, 'close');
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until its standard output shows something. */
  async until(pattern: RegExp): Promise<void> {
    const deadline = Date.now() + TIMEOUT_MS;
    while (!pattern.test(this.stdout)) {
      if (Date.now() > deadline || this.child.exitCode !== null) {
        throw new Error(`no ${pattern} in ${JSON.stringify(this.stdout)}; stderr: ${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<Outcome> {
    this.child.kill(signal);
    return await this.end();
  }

  /** Waits for the end. */
  async end(): Promise<Outcome> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

function outcomeOf({ status, stdout, stderr, error }: SpawnSyncReturns<string>): Outcome {
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CannotMeasure } from './comparison.ts';
import { BATCH_MS, WARM_UP_MS } from './contender.ts';
import type { Command } from './interleave.ts';
import { MESSAGE } from './message.ts';
import { scratchFile } from './scratch.ts';

/** Where LTTng's parts find each other when they run as root; for other users it is under LTTNG_HOME. */
const ROOT_RUN_DIRECTORY = '/var/run/lttng';

/** Shared memory by which applications wait for the daemon; the daemon leaves it behind. */
const WAIT_FILES = ['/dev/shm/lttng-ust-wait-8', `/dev/shm/lttng-ust-wait-8-${process.geteuid?.() ?? 0}`];

/** How long one of LTTng's commands may take, in milliseconds. */
const TIMEOUT = 20_000;

/** A channel's memory for each processor. */
export interface Channel {
  readonly subBuffers: number;
  /** Bytes of one, a power of two. */
  readonly subBufferSize: number;
}

/**
 * Starts a session daemon of its own, has it record the benchmark's tracepoint into an overwrite channel, and hands
 * over the command of the C program that calls it. Nothing is left behind.
 *
 * @param measure Runs while the session records.
 * @throws CannotMeasure where LTTng or a C compiler is missing, or a daemon is running already.
 */
export async function withLttng<T>(channel: Channel, measure: (command: Command) => Promise<T>): Promise<T> {
  const home = scratchFile('lttng');
  mkdirSync(home, { recursive: true });
  const program = build(home);
  const run = process.geteuid?.() === 0 ? ROOT_RUN_DIRECTORY : join(home, '.lttng');
  if (existsSync(join(run, 'client-lttng-sessiond'))) {
    throw new CannotMeasure(`An LTTng session daemon seems to be running (${run}); stop it first.`);
  }
  const leftovers = [run, ...WAIT_FILES].filter((path) => !existsSync(path));
  // HOME counts for what does not know LTTNG_HOME.
  const env = { ...process.env, LTTNG_HOME: home, HOME: home };
  const lttng = (...args: string[]) => {
    execFileSync('lttng', ['--no-sessiond', '--quiet', ...args], { env, stdio: 'pipe', timeout: TIMEOUT });
  };
  const daemon = spawn('lttng-sessiond', ['--no-kernel', '--quiet'], { env, stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => daemon.once('close', () => resolve()));
  const kill = () => daemon.kill('SIGKILL');
  process.once('exit', kill);
  try {
    await listening(join(run, 'client-lttng-sessiond'));
    lttng('create', 'tracebuf-bench', '--snapshot', `--output=${home}/snapshot`);
    lttng(
      'enable-channel',
      '--userspace',
      '--session=tracebuf-bench',
      '--overwrite',
      '--buffers-uid',
      `--num-subbuf=${channel.subBuffers}`,
      `--subbuf-size=${channel.subBufferSize}`,
      'ring',
    );
    lttng(
      'enable-event',
      '--userspace',
      '--session=tracebuf-bench',
      '--channel=ring',
      'tracebuf_bench:message',
    );
    lttng('start', 'tracebuf-bench');
    try {
      return await measure({
        file: program,
        args: [MESSAGE, String(WARM_UP_MS), String(BATCH_MS)],
        // Wait for the daemon's answer, however long: without it the tracepoint would be off.
        env: { LTTNG_HOME: home, HOME: home, LTTNG_UST_REGISTER_TIMEOUT: '-1' },
      });
    } finally {
      lttng('destroy', 'tracebuf-bench');
    }
  } finally {
    daemon.kill('SIGTERM');
    await Promise.race([gone, sleep(TIMEOUT, undefined, { ref: false }).then(kill)]);
    process.removeListener('exit', kill);
    for (const path of [home, ...leftovers]) rmSync(path, { recursive: true, force: true });
  }
}

function build(directory: string): string {
  if (process.platform !== 'linux') throw new CannotMeasure('LTTng runs on Linux only.');
  const source = fileURLToPath(new URL('../lttng', import.meta.url));
  const program = join(directory, 'contender');
  try {
    execFileSync('lttng', ['--version'], { stdio: 'pipe', timeout: TIMEOUT });
    execFileSync(
      'gcc',
      ['-O2', `-I${source}`, join(source, 'contender.c'), '-o', program, '-llttng-ust', '-ldl'],
      { stdio: 'pipe', timeout: TIMEOUT },
    );
  } catch (error) {
    throw new CannotMeasure(
      `LTTng, its development files or gcc is missing (${firstLine(error)}); on Debian: apt-get install lttng-tools liblttng-ust-dev gcc`,
    );
  }
  return program;
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as Error & { readonly stderr?: Buffer };
  return (stderr?.toString().trim() || message).split('\n')[0] ?? '';
}

async function listening(socket: string): Promise<void> {
  const deadline = performance.now() + TIMEOUT;
  while (!existsSync(socket)) {
    if (performance.now() > deadline) throw new CannotMeasure(`lttng-sessiond made no socket at ${socket}.`);
    await sleep(20);
  }
}

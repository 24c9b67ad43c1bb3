import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  addSyslog,
  configureTarget,
  forwardSyslog,
  type LogTarget,
  type SyslogServer,
  updateLogConfiguration,
} from '../../src/index.ts';
import type { LogDirectories } from './log-directories.ts';

/** A bound for what hangs, not a measure. */
export const PATIENCE = 120_000;

const NODE = ['--conditions=@tracebuf/source', '--disable-warning=ExperimentalWarning'];

/** A program that runs beside a test. */
export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits for something on its standard output. */
  printed(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts a program of `fixtures/`. */
export function startProgram(
  directories: LogDirectories,
  file: string,
  args: readonly (string | number)[],
): Program {
  const child = spawn(
    process.execPath,
    [...NODE, join(import.meta.dirname, '../fixtures', file), ...args.map(String)],
    {
      env: { ...process.env, ...directories },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    printed: async (text) => {
      while (!texts.stdout.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended without ${JSON.stringify(text)}: ${texts.stdout}${texts.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** Runs a program of `fixtures/` to its end. */
export async function runProgram(
  directories: LogDirectories,
  file: string,
  args: readonly (string | number)[],
): Promise<Program> {
  const program = startProgram(directories, file, args);
  await program.ended;
  return program;
}

/** Adds a syslog target of RFC 5424 on loopback and enables it. */
export function enableSyslog(server: Partial<SyslogServer>, change: Partial<LogTarget> = {}): void {
  updateLogConfiguration((present) => {
    const added = addSyslog(present, {
      host: '127.0.0.1',
      port: 514,
      facility: 'local0',
      transport: 'tcp',
      protocol: 'rfc5424',
      ...server,
    });
    const name = added.targets.at(-1)?.name ?? '';
    return configureTarget(added, name, { enabled: true, ...change });
  });
}

/** Delivers in this process until the test is over, or the function is called. */
export function forward(): () => Promise<void> {
  const controller = new AbortController();
  const ended = forwardSyslog({ signal: controller.signal });
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  onTestFinished(stop);
  return stop;
}

/** Whole numbers from 1. */
export function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { environment } from './registry.ts';

/** The children of a test file share what Node compiled: they start in a third of the time. */
const compileCache = mkdtempSync(join(tmpdir(), 'tracebuf-test-cache-'));
afterAll(() => rmSync(compileCache, { recursive: true, force: true }));

/** How to start a fixture. */
export interface FixtureOptions {
  /** Its `TRACEBUF_DIR`. */
  readonly directory: string;
  readonly args?: readonly string[];
  readonly execArgv?: readonly string[];
  readonly env?: Record<string, string>;
  /** Milliseconds after which it is killed and counts as hung. Default: three minutes, for machines that are starved. */
  readonly timeout?: number;
}

/** How a fixture ended. */
export interface FixtureEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fixture that runs. */
export interface RunningFixture {
  readonly child: ChildProcess;
  /** Resolves when it has printed a line with this text; rejects when it ends before. */
  printed(text: string): Promise<void>;
  /** Resolves when it has ended; rejects when it had to be stopped because it hung. */
  readonly ended: Promise<FixtureEnd>;
}

/** Starts a program of test/fixtures in a process of its own, from source. */
export function startFixture(name: string, options: FixtureOptions): RunningFixture {
  const { directory, args = [], execArgv = [], env = {}, timeout = 180_000 } = options;
  const script = join(import.meta.dirname, '../fixtures', `${name}.ts`);
  const child = spawn(process.execPath, ['--conditions=@tracebuf/source', ...execArgv, script, ...args], {
    env: environment({ TRACEBUF_DIR: directory, NODE_COMPILE_CACHE: compileCache, ...env }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let hung = false;
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
    for (const watch of watchers) watch();
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  // What a killed child did not read any more is nobody's error.
  child.stdin.on('error', () => undefined);
  const timer = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, timeout);
  const ended = new Promise<FixtureEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (hung) reject(new Error(`${name} ${args.join(' ')} hung: ${stdout}${stderr}`));
      else resolve({ code, signal, stdout, stderr });
    });
  });
  ended.catch(() => undefined);
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (!stdout.includes(text)) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
      ended.then(
        (end) =>
          reject(
            new Error(`${name} ended before it printed ${text}: ${end.code} ${end.signal} ${end.stderr}`),
          ),
        reject,
      );
    });
  return { child, printed, ended };
}

/** Runs a fixture to its end. */
export function runFixture(name: string, options: FixtureOptions): Promise<FixtureEnd> {
  return startFixture(name, options).ended;
}

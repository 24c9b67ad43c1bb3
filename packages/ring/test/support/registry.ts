import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { openRoot, type Root } from '../../src/directory.ts';
import { processIdentity, processKeyOf } from '../../src/identity.ts';
import type { ExitInfo, ProcessInfo } from '../../src/process-file.ts';

/** How long a child process may take on a busy machine. */
export const PATIENCE = 200_000;

vi.setConfig({ testTimeout: 2 * PATIENCE });

/** An empty directory for its owner alone, removed when the test is over. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tracebuf-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A root of its own for a test. */
export function temporaryRoot(): Root {
  const root = openRoot({ path: join(temporaryDirectory(), 'root'), create: true });
  onTestFinished(() => root.close());
  return root;
}

/** A file of the package, as a URL to import in a child process. */
export function source(name: string): string {
  return pathToFileURL(join(import.meta.dirname, '../../src', name)).href;
}

/** Writes a script and gives its path. */
export function script(directory: string, name: string, code: string): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  writeFileSync(path, code);
  return path;
}

/** Environment of a child: ours without what a test could inherit by chance. */
export function environment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:TRACEBUF_.*|NODE_OPTIONS)$/.test(name));
  return { ...Object.fromEntries(own), ...extra };
}

/** Runs Node to its end. */
export function runNode(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): { status: number | null; signal: string | null; stdout: string; stderr: string } {
  const result = spawnSync(process.execPath, args, {
    env: environment(env),
    cwd,
    encoding: 'utf8',
    timeout: PATIENCE,
  });
  return { status: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
}

/** Starts Node and waits until it prints a line. */
export async function startNode(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, args, {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('exit', (code) => reject(new Error(`the child ended with ${code} before it printed a line`)));
  });
  return { child, line };
}

/** Ends a child with a signal and waits for that. */
export async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** A pid that no process has. */
export const NO_PID = 4_194_305;

let madeUp = 0;

/** What a dead process has left in a root. */
export interface Leftover {
  readonly info?: Partial<ProcessInfo>;
  readonly exit?: Partial<ExitInfo> | undefined;
  /** Sizes of files, by name. */
  readonly files?: Record<string, number>;
}

/** Puts the directory of a made-up process into a root, dead unless told otherwise. */
export function leave(root: Root, { info, exit, files = {} }: Leftover): string {
  madeUp++;
  const whole: ProcessInfo = {
    formatVersion: 1,
    name: 'web',
    ...processIdentity(),
    pid: NO_PID + madeUp,
    start: madeUp,
    parentPid: 1,
    thread: 0,
    startedAt: 1_700_000_000_000 + madeUp * 1000,
    nodeVersion: 'v26.0.0',
    platform: process.platform,
    arch: process.arch,
    ...info,
  };
  const key = processKeyOf({ bootId: undefined, pidNamespace: undefined, ...whole });
  const path = join(root.path, key);
  mkdirSync(path, { mode: 0o700 });
  const write = (name: string, content: string | Buffer): void => {
    writeFileSync(join(path, name), content, { mode: 0o600 });
    chmodSync(join(path, name), 0o600);
  };
  write('process.json', JSON.stringify(whole));
  if (exit !== undefined) {
    write(
      'exit.json',
      JSON.stringify({ formatVersion: 1, exitCode: 0, time: whole.startedAt, thread: 0, ...exit }),
    );
  }
  for (const [name, size] of Object.entries(files)) write(name, Buffer.alloc(size, 1));
  return key;
}

/** The user that stands for everybody else, and whether we can act for them. */
export const NOBODY = 65_534;

/** Why tests with a second user can't run here; `undefined` where they can. */
export const noSecondUser: string | undefined =
  process.platform === 'win32'
    ? 'Windows has no such owners'
    : process.geteuid?.() === 0
      ? undefined
      : 'only root can act for a second user';

/** Says why a test does not run; the answer is for `test.skipIf`. */
export function mustSkip(reason: string | undefined): boolean {
  if (reason !== undefined) console.log(`skipped: ${reason}`);
  return reason !== undefined;
}

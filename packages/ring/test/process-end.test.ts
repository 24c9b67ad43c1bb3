import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRoot } from '../src/directory.ts';
import { processIdentity } from '../src/identity.ts';
import { type Observer, observe, processState } from '../src/liveness.ts';
import type { ProcessEntry } from '../src/process-entry.ts';
import type { ExitInfo, ProcessInfo } from '../src/process-file.ts';
import { listProcesses } from '../src/registry.ts';
import {
  kill,
  leave,
  mustSkip,
  PATIENCE,
  runNode,
  script,
  source,
  startNode,
  temporaryDirectory,
  temporaryRoot,
} from './support/registry.ts';

const linuxOnly = process.platform === 'linux' ? undefined : 'only Linux tells the start of another process';
const CONDITION = '--conditions=@tracebuf/source';
const ENSURE = `
  import { ensureProcessDirectory } from '${source('process-directory.ts')}';
  ensureProcessDirectory();
`;
const WORKER = (code: string, options = '{}'): string => `
  import { Worker } from 'node:worker_threads';
  const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(code)})), ${options});
`;

/** Runs a program to its end and gives what the registry says of it. */
function runAndList(code: string): ProcessEntry {
  const directory = temporaryDirectory();
  const path = join(directory, 'root');
  const main = script(directory, 'shop.mjs', code);
  const { stderr } = runNode([CONDITION, main], { TRACEBUF_DIR: path });
  const root = openRoot({ path });
  if (root === undefined) throw new Error(`it made no root: ${stderr}`);
  const { processes, problems } = listProcesses(root);
  root.close();
  expect(problems).toEqual([]);
  expect(processes).toHaveLength(1);
  return processes[0] as ProcessEntry;
}

describe('a process', () => {
  test.each([
    ['returns', '', 0],
    ['sets an exit code', 'process.exitCode = 3;', 3],
    ['calls process.exit in the same tick', 'process.exit(7);', 7],
    ['exits from a timer', 'setTimeout(() => process.exit(2), 20);', 2],
    [
      'goes on after an exception that a handler took',
      `process.on('uncaughtException', () => {}); setTimeout(() => {}, 30); throw new Error('harmless');`,
      0,
    ],
    [
      'ends a worker with an error that it handles',
      `${WORKER("throw new Error('x')")} worker.on('error', () => {});`,
      0,
    ],
  ])('that %s has ended', (_what, code, exitCode) => {
    expect(runAndList(ENSURE + code)).toMatchObject({
      state: 'ended',
      exitCode,
      uncaught: undefined,
      name: 'shop',
    });
  });

  test.each([
    ['throws', `throw new TypeError('no such thing');`, 'TypeError: no such thing', 1],
    ['rejects', `Promise.reject(new Error('late'));`, 'Error: late', 1],
    ['throws what is no error', `throw { toString() { throw 1; } };`, 'an error that cannot be shown', 1],
    [
      'exits in a handler of an exception',
      `process.on('uncaughtException', () => process.exit(9)); throw new Error('logged');`,
      'Error: logged',
      9,
    ],
  ])('that %s has died of it', (_what, code, uncaught, exitCode) => {
    expect(runAndList(ENSURE + code)).toMatchObject({ state: 'died', exitCode, uncaught });
  });

  test('keeps only the start of a long message', () => {
    expect(runAndList(`${ENSURE} throw new Error('x'.repeat(1e6));`).uncaught).toHaveLength(500);
  });

  test.each([
    ['kills itself', `process.kill(process.pid, 'SIGKILL');`],
    ['is terminated', `process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 10_000);`],
    ['aborts', 'process.abort();'],
  ])('that %s has died without a word', (_what, code) => {
    expect(runAndList(ENSURE + code)).toMatchObject({
      state: 'died',
      exitCode: undefined,
      uncaught: undefined,
    });
  });

  test('installs no signal handler', () => {
    const code = `${ENSURE} if (['SIGINT', 'SIGTERM', 'SIGHUP'].some((name) => process.listenerCount(name))) throw 1;`;
    expect(runAndList(code).state).toBe('ended');
  });

  test('ends as it would, also where its directory is gone', () => {
    const directory = temporaryDirectory();
    const code = `${ENSURE} import { rmSync } from 'node:fs'; rmSync(process.env.TRACEBUF_DIR, { recursive: true }); process.exitCode = 4;`;
    const main = script(directory, 'shop.mjs', code);
    const { status, stderr } = runNode([CONDITION, main], { TRACEBUF_DIR: join(directory, 'root') });
    expect({ status, stderr }).toEqual({ status: 4, stderr: '' });
  });

  test('makes its directory anew where it was removed', () => {
    const code = `${ENSURE} import { rmSync } from 'node:fs'; rmSync(process.env.TRACEBUF_DIR, { recursive: true }); ensureProcessDirectory();`;
    expect(runAndList(code)).toMatchObject({ state: 'ended', exitCode: 0 });
  });

  test('whose worker alone logs has ended when the worker ends in order', () => {
    expect(runAndList(WORKER(ENSURE))).toMatchObject({ name: 'shop', state: 'ended', exitCode: undefined });
  });

  test('whose worker came first is described by its main thread in the end', () => {
    const later = `setTimeout(async () => {
      (await import('${source('process-directory.ts')}')).ensureProcessDirectory();
      process.exitCode = 5;
    }, 1500);`;
    const entry = runAndList(WORKER(ENSURE) + later);
    expect(entry).toMatchObject({ state: 'ended', exitCode: 5 });
    expect(entry.info.thread).toBe(0);
  });

  test('whose worker ended in order has died all the same when it is killed itself', () => {
    const later = `worker.once('exit', async () => {
      (await import('${source('process-directory.ts')}')).ensureProcessDirectory();
      process.kill(process.pid, 'SIGKILL');
    });`;
    expect(runAndList(WORKER(ENSURE) + later)).toMatchObject({ state: 'died', exitCode: undefined });
  });

  test('has one directory for all its threads', () => {
    const entry = runAndList(`${ENSURE} ${WORKER(ENSURE, '{ env: {} }')}`);
    expect(entry.info.thread).toBe(0);
  });
});

describe('a live process', () => {
  test('is alive, then died when it is killed', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'root');
    const main = script(
      directory,
      'shop.mjs',
      `${ENSURE} console.log('ready'); setInterval(() => {}, 1000);`,
    );
    const { child } = await startNode([CONDITION, main], { TRACEBUF_DIR: path });
    const root = openRoot({ path, create: true });
    const [before] = listProcesses(root).processes;
    expect(before).toMatchObject({ pid: child.pid, state: 'alive', name: 'shop' });
    expect(Math.abs((before?.startedAt ?? 0) - Date.now())).toBeLessThan(PATIENCE);
    await kill(child);
    expect(before?.currentState()).toBe('died');
    expect(listProcesses(root).processes[0]?.state).toBe('died');
    root.close();
  });

  test.skipIf(mustSkip(linuxOnly))('is dead as a zombie', async () => {
    // The shell starts a child and becomes cat, which never waits for it and ends with its input.
    const directory = temporaryDirectory();
    const path = join(directory, 'root');
    const main = script(directory, 'shop.mjs', `${ENSURE} process.kill(process.pid, 'SIGKILL');`);
    const parent = script(
      directory,
      'parent.cjs',
      `const { spawn } = require('node:child_process');
       const command = process.execPath + ' ${CONDITION} ${main} & echo $!; exec cat';
       spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'inherit', 'inherit'] });
       setInterval(() => {}, 1000);`,
    );
    const { child, line } = await startNode([parent], { TRACEBUF_DIR: path });
    await expect
      .poll(() => statesIn(path), { timeout: PATIENCE })
      .toEqual([{ pid: Number(line), state: 'died' }]);
    await kill(child);
  });
});

function statesIn(path: string): { pid: number; state: string }[] {
  const root = openRoot({ path, create: true });
  try {
    return listProcesses(root).processes.map(({ pid, state }) => ({ pid, state }));
  } finally {
    root.close();
  }
}

describe.skipIf(mustSkip(linuxOnly))('what can be proven', () => {
  const root = (): Observer => observe('/tmp');
  const self: ProcessInfo = {
    formatVersion: 1,
    name: 'x',
    ...processIdentity(),
    parentPid: 1,
    thread: 0,
    startedAt: Date.now(),
    nodeVersion: 'v26.0.0',
    platform: process.platform,
    arch: process.arch,
  };
  const exit: ExitInfo = { formatVersion: 1, exitCode: 0, time: 1, thread: 0 };

  test('a process is itself', () => {
    expect(processState(self, undefined, root())).toBe('alive');
    expect(processState(self, exit, root())).toBe('alive');
  });

  test('a reused pid is not the dead process', () => {
    const before = { ...self, start: self.start - 1 };
    expect(processState(before, undefined, root())).toBe('died');
    expect(processState(before, exit, root())).toBe('ended');
  });

  test('another boot is the end, where the directory is of this machine', () => {
    const before = { ...self, bootId: 'another' };
    expect(processState(before, undefined, { ...root(), sharedByMachines: false })).toBe('died');
    expect(processState(before, undefined, { ...root(), sharedByMachines: true })).toBe('unknown');
  });

  test.each<[string, Partial<ProcessInfo>, Partial<Observer>]>([
    ['another pid namespace', { pidNamespace: 1 }, {}],
    ['a writer that could not tell its pid namespace', { pidNamespace: undefined }, {}],
    ['a writer that could not tell its boot', { bootId: undefined }, {}],
    ['a reader that cannot tell its boot', {}, { bootId: undefined }],
    ['a /proc of elsewhere', {}, { procIsOwn: false }],
    ['another platform', { platform: 'darwin' }, {}],
  ])('%s proves nothing', (_what, info, observer) => {
    expect(processState({ ...self, ...info }, undefined, { ...root(), ...observer })).toBe('unknown');
    expect(processState({ ...self, ...info }, exit, { ...root(), ...observer })).toBe('unknown');
  });

  test('a damaged exit.json tells nothing', () => {
    const own = temporaryRoot();
    const key = leave(own, {});
    writeFileSync(join(own.path, key, 'exit.json'), '{"formatVersion":1,"time":"x"', { mode: 0o600 });
    expect(listProcesses(own).processes[0]).toMatchObject({ key, state: 'died' });
    mkdirSync(join(own.path, '1.0123456789'), { mode: 0o700 });
    expect(listProcesses(own)).toMatchObject({ processes: [{ key }], problems: [] });
  });
});

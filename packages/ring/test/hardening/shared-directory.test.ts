import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRoot } from '../../src/directory.ts';
import { listProcesses } from '../../src/registry.ts';
import { prune } from '../../src/retention.ts';
import { TraceReader } from '../../src/trace-reader.ts';
import { runFixture, startFixture } from '../support/fixture.ts';
import { environment, mustSkip, PATIENCE } from '../support/registry.ts';
import { newTraceDirectory, processesIn } from '../support/trace-directory.ts';

const fixture = (name: string): string => join('..', 'hardening', 'fixtures', name);

const noNamespaces = ((): string | undefined => {
  if (process.platform !== 'linux') return 'pid namespaces are of Linux';
  const { status, stderr } = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  return status === 0 ? undefined : `no pid namespace can be made: ${stderr?.trim() ?? 'no unshare'}`;
})();

/** Starts the victim as process 1 of a pid namespace of its own, as a container does, and waits until it has logged. */
async function startInNamespace(directory: string): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'fixtures/victim.ts');
  const child = spawn(
    'unshare',
    [
      '--pid',
      '--fork',
      '--mount-proc',
      '--kill-child',
      process.execPath,
      '--conditions=@tracebuf/source',
      script,
    ],
    { env: environment({ TRACEBUF_DIR: directory }), stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  onTestFinished(() => {
    clearTimeout(timer);
    child.kill('SIGKILL');
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
  return child;
}

describe.skipIf(mustSkip(noNamespaces))('processes of two containers that share a directory', () => {
  test('have the same pid and not the same files, are unknown to others, and are never removed by them', {
    timeout: 3 * PATIENCE,
  }, async () => {
    const directory = newTraceDirectory();
    const containers = await Promise.all([startInNamespace(directory), startInNamespace(directory)]);
    const entries = processesIn(directory);
    expect(entries.map(({ pid, state }) => ({ pid, state }))).toEqual([
      { pid: 1, state: 'unknown' },
      { pid: 1, state: 'unknown' },
    ]);
    expect(new Set(entries.map(({ key }) => key)).size).toBe(2);
    for (const entry of entries) {
      using reader = new TraceReader([entry]);
      expect(reader.poll()).toHaveLength(100);
    }
    const root = openRoot({ path: directory });
    if (root === undefined) throw new Error('the directory is gone');
    onTestFinished(() => root.close());
    expect(prune(root, { keepProcesses: 0, keepBytes: 0 }).removed).toEqual([]);

    // One ends and one is killed: from here nothing is proven of either.
    const ended = containers.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    containers[0]?.stdin?.end();
    containers[1]?.kill('SIGKILL');
    await Promise.all(ended);
    expect(listProcesses(root).processes.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
    expect(prune(root, { keepProcesses: 0, keepBytes: 0 }).removed).toEqual([]);
    expect(listProcesses(root).processes).toHaveLength(2);
  });

  test('see of a process outside that nothing is known, and leave it', {
    timeout: 3 * PATIENCE,
  }, async () => {
    const directory = newTraceDirectory();
    const outside = startFixture(fixture('victim'), { directory });
    await outside.printed('logged 100\n');
    const source = JSON.stringify(join(import.meta.dirname, '../../src/index.ts'));
    const { stdout, stderr } = spawnSync(
      'unshare',
      [
        '--pid',
        '--fork',
        '--mount-proc',
        process.execPath,
        '--conditions=@tracebuf/source',
        '--input-type=module',
        '-e',
      ].concat(`const ring = await import(${source}); const root = ring.openRoot();
          const removed = ring.prune(root, { keepProcesses: 0 }).removed.length;
          console.log(removed, ring.listProcesses(root).processes.map(({ state }) => state).join());`),
      { env: environment({ TRACEBUF_DIR: directory }), encoding: 'utf8', timeout: PATIENCE },
    );
    expect(stdout, stderr).toBe('0 unknown\n');
    outside.child.stdin?.end();
    expect((await outside.ended).code).toBe(0);
  });
});

test('sweeps of several processes never take a live ring away, however many start and end', {
  timeout: 5 * PATIENCE,
}, async () => {
  const directory = newTraceDirectory();
  const sweepers = [1, 2].map(() => startFixture(fixture('sweeper'), { directory, timeout: 4 * PATIENCE }));
  await Promise.all(sweepers.map((sweeper) => sweeper.printed('sweeping')));
  const lives = 16;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < lives) {
      const run = next++;
      const life = startFixture(fixture('swept'), { directory });
      // Every other one is killed at any time, also before it has described itself.
      if (run % 2 === 1) {
        await sleep(Math.random() * 600);
        life.child.kill('SIGKILL');
      }
      const { stdout, stderr, signal } = await life.ended;
      expect(stderr).toBe('');
      expect(stdout.replace('done\n', '')).toBe('');
      if (signal === null) expect(stdout).toBe('done\n');
    }
  };
  await Promise.all([lane(), lane()]);
  let removed = 0;
  for (const sweeper of sweepers) {
    sweeper.child.stdin?.end();
    const { stdout, stderr, code } = await sweeper.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).not.toContain('problem');
    removed += Number(/removed (\d+)/.exec(stdout)?.[1]);
  }
  // Those that were killed very early may have left nothing to remove, or the first crash that is kept.
  expect(removed).toBeGreaterThanOrEqual(lives / 2);
});

describe('a program of many', () => {
  test('threads has all of their rings, and every record is counted', { timeout: 3 * PATIENCE }, async () => {
    const directory = newTraceDirectory();
    const { code, stderr } = await runFixture(fixture('many-threads'), {
      directory,
      args: ['threads', '64'],
      timeout: 2 * PATIENCE,
    });
    expect(code, stderr).toBe(0);
    using reader = new TraceReader(processesIn(directory));
    const records = reader.poll();
    expect(new Set(records.map(({ thread }) => thread)).size).toBe(65);
    expect(records).toHaveLength(6500);
    expect(reader.buffers()).toMatchObject([{ counts: { appended: 6500, readable: 6500, evicted: 0 } }]);
  });

  test('processes has all of their rings, and every record is counted', {
    timeout: 3 * PATIENCE,
  }, async () => {
    const directory = newTraceDirectory();
    const { code, stderr } = await runFixture(fixture('many-threads'), {
      directory,
      args: ['cluster', '16'],
      env: { TRACEBUF_KEEP_PROCESSES: '32' },
      timeout: 2 * PATIENCE,
    });
    expect(code, stderr).toBe(0);
    const processes = processesIn(directory);
    expect(processes.map(({ state }) => state)).toEqual(Array.from({ length: 17 }, () => 'ended'));
    const primary = processes.filter(({ info }) =>
      processes.some((child) => child.info.parentPid === info.pid),
    );
    expect(primary).toHaveLength(1);
    using reader = new TraceReader(processes);
    expect(reader.poll()).toHaveLength(1700);
    for (const { counts } of reader.buffers()) expect(counts).toMatchObject({ appended: 100, readable: 100 });
    const root = openRoot({ path: directory });
    if (root === undefined) throw new Error('the directory is gone');
    onTestFinished(() => root.close());
    expect(prune(root, { keepProcesses: 0 }).removed).toHaveLength(17);
    expect(processesIn(directory)).toEqual([]);
  });
});

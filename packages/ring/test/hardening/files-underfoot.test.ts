import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TraceReader } from '../../src/trace-reader.ts';
import { type RunningFixture, startFixture } from '../support/fixture.ts';
import { environment, mustSkip, NOBODY, noSecondUser, PATIENCE } from '../support/registry.ts';
import { newTraceDirectory, processIn } from '../support/trace-directory.ts';

const MODES = ['mapped', 'positional'] as const;
const fixture = (name: string): string => join('..', 'hardening', 'fixtures', name);

async function startVictim(directory: string, mode: string): Promise<RunningFixture> {
  const victim = startFixture(fixture('victim'), { directory, args: [mode] });
  await victim.printed('logged 100\n');
  return victim;
}

/** Has the victim log twice more; how it ended. */
async function logOn(victim: RunningFixture): ReturnType<() => RunningFixture['ended']> {
  victim.child.stdin?.write('log\n');
  await victim.printed('logged 200\n');
  victim.child.stdin?.end('log\n');
  return await victim.ended;
}

describe.each(MODES)('a file of a %s buffer', (mode) => {
  test('that is unlinked while it is written is no harm to the program, and open readers read on', {
    timeout: 2 * PATIENCE,
  }, async () => {
    const directory = newTraceDirectory();
    const victim = await startVictim(directory, mode);
    const entry = processIn(directory);
    using reader = new TraceReader([entry]);
    expect(reader.poll()).toHaveLength(100);
    for (const { path } of entry.ringFiles()) unlinkSync(path);
    const end = await logOn(victim);
    expect(end, end.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(reader.poll().at(-1)?.message).toBe('record 300');
    expect(reader.problems).toEqual([]);
  });

  test('that is replaced while it is written is no harm to the program nor to readers', {
    timeout: 2 * PATIENCE,
  }, async () => {
    const directory = newTraceDirectory();
    const victim = await startVictim(directory, mode);
    const entry = processIn(directory);
    using reader = new TraceReader([entry]);
    reader.poll();
    for (const { path } of entry.ringFiles()) {
      writeFileSync(`${path}.new`, 'no ring at all', { mode: 0o600 });
      renameSync(`${path}.new`, path);
    }
    const end = await logOn(victim);
    expect(end, end.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(reader.poll().at(-1)?.message).toBe('record 300');
    expect(reader.problems.map(({ error }) => error.constructor.name)).toEqual([
      'CorruptRingError',
      'CorruptRingError',
    ]);
  });
});

const linuxOnly =
  process.platform === 'linux' ? undefined : 'other systems answer a truncation in other ways';

describe.skipIf(mustSkip(linuxOnly))('a file that is truncated while it is written', () => {
  test('is no harm to a program that stores by positional writes', { timeout: 2 * PATIENCE }, async () => {
    const directory = newTraceDirectory();
    const victim = await startVictim(directory, 'positional');
    for (const { path } of processIn(directory).ringFiles()) truncateSync(path, 0);
    const end = await logOn(victim);
    expect(end, end.stderr).toMatchObject({ code: 0, stderr: '' });
  });

  // Nobody but its owner can truncate a ring, and no JavaScript program can survive what follows: RELIABILITY.md.
  test('ends a program that has it mapped, and no reader', { timeout: 2 * PATIENCE }, async () => {
    const directory = newTraceDirectory();
    const victim = await startVictim(directory, 'mapped');
    const entry = processIn(directory);
    using reader = new TraceReader([entry]);
    expect(reader.poll()).toHaveLength(100);
    for (const { path } of entry.ringFiles()) truncateSync(path, 4096 + 100);
    victim.child.stdin?.end('log\n');
    expect(await victim.ended).toMatchObject({ signal: 'SIGBUS' });
    expect(() => reader.poll()).not.toThrow();
    expect(reader.buffers()[0]?.counts.readable).toBeLessThan(100);
    expect(entry.currentState()).toBe('died');
  });
});

const noShell = process.platform === 'win32' ? 'Windows has no such limit' : undefined;

test.skipIf(mustSkip(noShell))('too many open files are a clear error, and leave nothing behind', () => {
  const directory = newTraceDirectory();
  const script = join(import.meta.dirname, 'fixtures/too-many-files.ts');
  const { status, stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, '--conditions=@tracebuf/source', script],
    { env: environment({ TRACEBUF_DIR: directory }), encoding: 'utf8', timeout: PATIENCE },
  );
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    code: 'EMFILE',
    files: ['first.0.keep', 'first.0.ring', 'process.json', 'third.0.keep', 'third.0.ring'],
  });
});

describe.skipIf(mustSkip(noSecondUser))('another user', () => {
  /** Runs a line of JavaScript as nobody. */
  function asNobody(
    code: string,
    env: Record<string, string>,
  ): { status: number | null; stdout: string; stderr: string } {
    const source = JSON.stringify(join(import.meta.dirname, '../../src/index.ts'));
    return spawnSync(
      process.execPath,
      [
        '--conditions=@tracebuf/source',
        '--input-type=module',
        '-e',
        `const ring = await import(${source}); ${code}`,
      ],
      { env: environment(env), uid: NOBODY, gid: NOBODY, encoding: 'utf8', timeout: PATIENCE, cwd: '/' },
    );
  }

  const LIST =
    'try { console.log(JSON.stringify(ring.listProcesses())); } catch (error) { console.log(error.code, error.message); }';

  test('may not make a directory where it may not write, and is told so', () => {
    const parent = newTraceDirectory();
    chmodSync(parent, 0o755);
    const { stdout, stderr } = asNobody(
      'try { new ring.TraceBuffer("b", 4096); } catch (error) { console.log(error.systemCode, error.message); }',
      { TRACEBUF_DIR: join(parent, 'mine') },
    );
    expect(stdout, stderr).toMatch(
      /^EACCES Cannot create the directory .*; grant this user access or set TRACEBUF_DIR/,
    );
  });

  test('sees nothing of the processes of this one, nor this one of theirs', {
    timeout: 2 * PATIENCE,
  }, async () => {
    const parent = newTraceDirectory();
    chmodSync(parent, 0o1777);
    const ours = join(parent, 'ours');
    const theirs = join(parent, 'theirs');
    const victim = await startVictim(ours, 'mapped');
    expect(asNobody(LIST, { TRACEBUF_DIR: ours }).stdout).toMatch(
      /^ERR_TRACEBUF_INSECURE .*belongs to user 0, not to user 65534/,
    );
    const written = asNobody('new ring.TraceBuffer("b", 4096).log("theirs")', { TRACEBUF_DIR: theirs });
    expect(written.status, written.stderr).toBe(0);
    expect(JSON.parse(asNobody(LIST, { TRACEBUF_DIR: theirs }).stdout)).toMatchObject({
      processes: [{ state: 'ended' }],
    });
    expect(() => processIn(theirs)).toThrow(/belongs to user 65534, not to user 0/);
    // What the modes alone keep away: names, and bytes of a file whose name is known.
    const [ring] = processIn(ours).ringFiles();
    const attempt = (code: string): string =>
      asNobody(
        `const fs = await import('node:fs'); try { ${code}; console.log('done'); } catch (e) { console.log(e.code); }`,
        {},
      ).stdout.trim();
    expect(attempt(`fs.readdirSync(${JSON.stringify(ours)})`)).toBe('EACCES');
    expect(attempt(`fs.openSync(${JSON.stringify(ring?.path)}, 'r')`)).toBe('EACCES');
    expect(attempt(`fs.truncateSync(${JSON.stringify(ring?.path)}, 0)`)).toBe('EACCES');
    victim.child.kill('SIGKILL');
    await victim.ended.catch(() => undefined);
  });

  test('has a default directory of its own', () => {
    const { stdout, stderr } = asNobody('console.log(ring.rootPath(), ring.dumpPath())', {});
    expect(stdout, stderr).toMatch(/tracebuf-65534 .*tracebuf-dumps-65534\n$/);
  });

  test('that has taken the place of the directory is refused', () => {
    const parent = newTraceDirectory();
    chmodSync(parent, 0o1777);
    const squatted = join(parent, 'rings');
    expect(
      asNobody(`(await import('node:fs')).mkdirSync(${JSON.stringify(squatted)}, { mode: 0o777 })`, {})
        .status,
    ).toBe(0);
    expect(() => processIn(squatted)).toThrow(/belongs to user 65534/);
    mkdirSync(join(parent, 'other'));
    expect(readdirSync(squatted)).toEqual([]);
  });
});

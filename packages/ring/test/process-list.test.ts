import {
  chmodSync,
  closeSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AmbiguousProcessError, TracebufError, UnknownProcessError } from '../src/errors.ts';
import { processIdentity } from '../src/identity.ts';
import type { ProcessEntry } from '../src/process-entry.ts';
import { findProcesses, listProcesses, selectProcesses } from '../src/registry.ts';
import { leave, NO_PID, temporaryRoot } from './support/registry.ts';

describe('the list of processes', () => {
  test('is empty where nobody wrote', () => {
    expect(listProcesses(temporaryRoot())).toEqual({ processes: [], problems: [] });
  });

  test('tells of each what it is, newest first', () => {
    const root = temporaryRoot();
    const old = leave(root, { info: { name: 'old' }, exit: { exitCode: 2 } });
    const live = leave(root, { info: { name: 'live', ...processIdentity(), startedAt: Date.now() } });
    leave(root, {
      info: { name: 'young' },
      files: { 'a%2Fb.0.ring': 8192, 'a%2Fb.0.keep': 4096, 'a%2Fb.0.defs': 10 },
    });
    const { processes } = listProcesses(root);
    expect(processes.map(({ name, state, exitCode }) => [name, state, exitCode])).toEqual([
      ['live', 'alive', undefined],
      ['young', 'died', undefined],
      ['old', 'ended', 2],
    ]);
    expect(processes[2]).toMatchObject({ key: old, directory: join(root.path, old), info: { parentPid: 1 } });
    expect(processes[0]).toMatchObject({ key: live, pid: process.pid });
    expect(processes[1]?.bytes).toBeGreaterThanOrEqual(12_288);
    expect(Math.abs((processes[1]?.lastModified ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('finds rings as they are now, and opens them checked', () => {
    const root = temporaryRoot();
    const key = leave(root, { files: { 'b.0.ring': 10, 'b.0.keep': 20, 'b.0.defs': 5, 'b.0.tmp': 5 } });
    const [entry] = listProcesses(root).processes;
    root.close();
    const roles = (): string[] | undefined =>
      entry
        ?.ringFiles()
        .map(({ role, thread }) => `${role} ${thread}`)
        .sort();
    expect(roles()).toEqual(['keep 0', 'ring 0']);
    writeFileSync(join(root.path, key, 'b.7.ring'), 'later', { mode: 0o600 });
    expect(roles()).toEqual(['keep 0', 'ring 0', 'ring 7']);
    const later = entry?.ringFiles().find(({ thread }) => thread === 7);
    expect(later).toMatchObject({ name: 'b.7.ring', buffer: 'b', path: join(root.path, key, 'b.7.ring') });
    const fd = later?.open('r') ?? -1;
    expect(readFileSync(fd, 'utf8')).toBe('later');
    closeSync(fd);
    rmSync(join(root.path, key, 'b.7.ring'));
    symlinkSync('b.0.ring', join(root.path, key, 'b.7.ring'));
    expect(() => later?.open('r')).toThrow(/it is a symbolic link/);
    rmSync(join(root.path, key), { recursive: true });
    expect(entry?.ringFiles()).toEqual([]);
    expect(() => later?.open('r')).toThrow(expect.objectContaining({ systemCode: 'ENOENT' }));
  });

  const directory = `${NO_PID}.0123456789`;
  test.each<[string, (path: string) => void, string]>([
    [
      'is a link',
      (path) => {
        renameSync(path, `${path}x`);
        symlinkSync(`${path}x`, path);
      },
      'ERR_TRACEBUF_INSECURE',
    ],
    ['is open to others', (path) => chmodSync(path, 0o755), 'ERR_TRACEBUF_INSECURE'],
    ['says nothing', (path) => truncateSync(join(path, 'process.json'), 0), 'ERR_TRACEBUF_CORRUPT_RING'],
    [
      'is of another pid',
      (path) => renameSync(path, join(path, '..', directory)),
      'ERR_TRACEBUF_CORRUPT_RING',
    ],
    ['says too much', (path) => truncateSync(join(path, 'process.json'), 65_537), 'ERR_TRACEBUF_STORAGE'],
    ['says null', (path) => writeFileSync(join(path, 'process.json'), 'null'), 'ERR_TRACEBUF_CORRUPT_RING'],
    [
      'says [[[[…',
      (path) => writeFileSync(join(path, 'process.json'), '['.repeat(60_000)),
      'ERR_TRACEBUF_CORRUPT_RING',
    ],
    [
      'is of the future',
      (path) => writeFileSync(join(path, 'process.json'), '{"formatVersion":2}'),
      'ERR_TRACEBUF_UNSUPPORTED_FORMAT',
    ],
  ])('goes on where one %s, and says so', (_what, damage, code) => {
    const root = temporaryRoot();
    const good = leave(root, { info: { name: 'good' } });
    damage(join(root.path, leave(root, { info: { name: 'bad' } })));
    const { processes, problems } = listProcesses(root);
    expect(processes.map(({ key }) => key)).toEqual([good]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.error).toBeInstanceOf(TracebufError);
    expect(problems[0]?.error).toMatchObject({ code });
  });

  test.each([
    { pid: '1' },
    { pid: 0 },
    { pid: 1.5 },
    { pid: -1 },
    { name: '' },
    { name: 'x'.repeat(129) },
    { start: -1 },
    { startedAt: 1e300 },
    { startedAt: null },
    { bootId: 5 },
    { thread: 'a' },
    { platform: {} },
    { formatVersion: '1' },
  ])('does not believe %j', (info) => {
    const root = temporaryRoot();
    const key = leave(root, {});
    const path = join(root.path, key, 'process.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...info }));
    expect(listProcesses(root)).toMatchObject({
      processes: [],
      problems: [{ error: { code: 'ERR_TRACEBUF_CORRUPT_RING' } }],
    });
  });

  test('takes keys that it does not know', () => {
    const root = temporaryRoot();
    leave(root, { info: { later: true } as object });
    expect(listProcesses(root)).toMatchObject({ processes: [{ name: 'web' }], problems: [] });
  });

  test('passes over what has no name of a process', () => {
    const root = temporaryRoot();
    mkdirSync(join(root.path, 'lost+found'));
    writeFileSync(join(root.path, 'crash-marks.json'), '');
    expect(listProcesses(root)).toEqual({ processes: [], problems: [] });
  });
});

describe('<proc>', () => {
  function some(): ProcessEntry[] {
    const own = temporaryRoot();
    for (const name of ['web', 'web', 'Worker', 'acme-shop', 'acme-shop-admin', 'socket.io']) {
      leave(own, { info: { name } });
    }
    return listProcesses(own).processes;
  }

  test.each([
    ['all', 6],
    ['ALL', 6],
    ['web', 2],
    ['WEB', 2],
    ['worker', 1],
    ['wor', 1],
    ['we', 2],
    ['acme-shop', 1],
    ['@acme/shop', 1],
    ['acme-shop-a', 1],
    ['socket.io', 1],
    [' web ', 2],
  ])('%j is %i processes', (selector, count) => {
    const found = selectProcesses(selector, some());
    expect(found).toHaveLength(count);
    expect(found).toEqual([...found].sort((a, b) => b.startedAt - a.startedAt));
  });

  test('is a pid or name.pid, of any abbreviation', () => {
    const processes = some();
    const [, wanted] = processes.filter(({ name }) => name === 'web');
    for (const selector of [`${wanted?.pid}`, `web.${wanted?.pid}`, `We.${wanted?.pid}`]) {
      expect(selectProcesses(selector, processes)).toEqual([wanted]);
    }
    expect(() => selectProcesses(`worker.${wanted?.pid}`, processes)).toThrow(UnknownProcessError);
  });

  test('is refused where it could be several', () => {
    expect(() => selectProcesses('w', some())).toThrow(AmbiguousProcessError);
    expect(() => selectProcesses('w', some())).toThrow(/'Worker' or 'web'/);
  });

  test('is refused with what is near', () => {
    expect(() => selectProcesses('wbe', some())).toThrow(/did you mean 'web'\?/);
    expect(() => selectProcesses('zzzzzz', some())).toThrow(/there are: /);
    expect(() => selectProcesses('', some())).toThrow(UnknownProcessError);
    expect(() => findProcesses('web', temporaryRoot())).toThrow(/no process here has trace buffers/);
    expect(() => selectProcesses('\u{1b}[2J', some())).toThrow(/'\\x1B\[2J'/);
  });
});

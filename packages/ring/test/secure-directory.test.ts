import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDumpFile, openRoot, rootPath } from '../src/directory.ts';
import { InsecureDirectoryError, InvalidOptionError, StorageError } from '../src/errors.ts';
import { openSecureDirectory } from '../src/secure-directory.ts';
import { listNames, readSmallFile, replaceSmallFile, secureCreate, secureOpen } from '../src/secure-file.ts';
import { mustSkip, NOBODY, noSecondUser, temporaryDirectory, temporaryRoot } from './support/registry.ts';

const posixOnly = process.platform === 'win32' ? 'Windows has no such modes' : undefined;

function setVariable(name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  onTestFinished(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

function refusal(path: string, create = true): InsecureDirectoryError {
  try {
    openRoot({ path, create })?.close();
  } catch (error) {
    expect(error).toBeInstanceOf(InsecureDirectoryError);
    return error as InsecureDirectoryError;
  }
  throw new Error('it was not refused');
}

describe.skipIf(mustSkip(posixOnly))('a directory', () => {
  test('is made for its owner alone, whatever the umask, with what lies above it', () => {
    const path = join(temporaryDirectory(), 'a/b/root');
    const before = process.umask(0o777);
    try {
      process.umask(0);
      openRoot({ path, create: true }).close();
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o7777).toBe(0o700);
  });

  test('is not made by a reader', () => {
    const path = join(temporaryDirectory(), 'root');
    expect(openRoot({ path })).toBeUndefined();
    expect(() => lstatSync(path)).toThrow('ENOENT');
  });

  test('is refused where it is a symbolic link, also one to a sound directory', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'victim'), { mode: 0o700 });
    symlinkSync('victim', join(directory, 'root'));
    expect(refusal(join(directory, 'root')).check).toBe('it is a symbolic link');
    symlinkSync('nowhere', join(directory, 'dangling'));
    expect(refusal(join(directory, 'dangling')).check).toBe('it is a symbolic link');
    expect(() => lstatSync(join(directory, 'nowhere'))).toThrow('ENOENT');
  });

  test('is refused where it is a file', () => {
    const path = join(temporaryDirectory(), 'root');
    writeFileSync(path, '');
    expect(refusal(path).check).toBe('it is not a directory');
  });

  test.each([
    [0o770, 'its group or others can write to it (mode 0770, must be 0700)'],
    [0o702, 'its group or others can write to it (mode 0702, must be 0700)'],
    [0o755, 'its group or others can use it (mode 0755, must be 0700)'],
  ])('is refused with mode %o', (mode, check) => {
    const path = join(temporaryDirectory(), 'root');
    mkdirSync(path);
    chmodSync(path, mode);
    const error = refusal(path);
    expect(error.check).toBe(check);
    expect(error.code).toBe('ERR_TRACEBUF_INSECURE');
    expect(error.message).toContain(path);
    expect(error.message).toContain('TRACEBUF_DIR');
  });

  test.skipIf(mustSkip(noSecondUser))('is refused where it belongs to another user, by root too', () => {
    const path = join(temporaryDirectory(), 'root');
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, NOBODY, NOBODY);
    expect(refusal(path).check).toBe('it belongs to user 65534, not to user 0');
    expect(refusal(path, false).check).toBe('it belongs to user 65534, not to user 0');
  });

  test('is refused in a parent where everybody may rename', () => {
    const parent = temporaryDirectory();
    chmodSync(parent, 0o777);
    expect(refusal(join(parent, 'root')).check).toContain('no sticky bit');
    chmodSync(parent, 0o1777);
    openRoot({ path: join(parent, 'root'), create: true }).close();
  });

  test.skipIf(mustSkip(noSecondUser))('is refused in a parent of another user', () => {
    const parent = temporaryDirectory();
    chownSync(parent, NOBODY, NOBODY);
    expect(refusal(join(parent, 'root')).check).toBe('its parent belongs to user 65534');
  });

  test('is used as the one that was checked, also when another takes its place', () => {
    const parent = temporaryDirectory();
    const path = join(parent, 'root');
    const root = openRoot({ path, create: true });
    onTestFinished(() => root.close());
    renameSync(path, join(parent, 'moved'));
    mkdirSync(path, { mode: 0o700 });
    expect(root.isRemoved()).toBe(true);
    if (process.platform === 'linux') {
      closeSync(secureCreate(root, 'ring'));
      expect(listNames(root, 10)).toEqual(['ring']);
      expect(lstatSync(join(parent, 'moved/ring')).isFile()).toBe(true);
    } else {
      expect(() => secureCreate(root, 'ring')).toThrow(InsecureDirectoryError);
    }
    expect(() => lstatSync(join(path, 'ring'))).toThrow('ENOENT');
  });

  test('never leads a writer elsewhere while an attacker swaps it without end', async () => {
    const parent = temporaryDirectory();
    const path = join(parent, 'root');
    mkdirSync(join(parent, 'victim'), { mode: 0o755 });
    mkdirSync(path, { mode: 0o700 });
    symlinkSync('victim', join(parent, 'link'));
    const attacker = spawn('/bin/sh', [
      '-c',
      `cd '${parent}' && while :; do mv -T root away; mv -T link root; mv -T root link; mv -T away root; done`,
    ]);
    const stopped = new Promise((resolve) => attacker.once('exit', resolve));
    const stop = (): Promise<unknown> => {
      attacker.kill('SIGKILL');
      return stopped;
    };
    onTestFinished(async () => void (await stop()));
    const outcomes = { opened: 0, refused: 0 };
    const until = Date.now() + 1500;
    while (Date.now() < until) {
      try {
        const root = openSecureDirectory(path);
        if (root !== undefined) {
          closeSync(secureCreate(root, `ring${outcomes.opened++}`));
          root.close();
        }
      } catch (error) {
        if (!(error instanceof InsecureDirectoryError)) throw error;
        outcomes.refused++;
      }
    }
    expect(outcomes.opened).toBeGreaterThan(0);
    await stop();
    expect(lstatSync(join(parent, 'victim')).isDirectory()).toBe(true);
    expect(spawnSync('ls', [join(parent, 'victim')], { encoding: 'utf8' }).stdout).toBe('');
  });
});

describe.skipIf(mustSkip(posixOnly))('a file', () => {
  test('is created for its owner alone and never over another', () => {
    const root = temporaryRoot();
    closeSync(secureCreate(root, 'ring'));
    expect(statSync(join(root.path, 'ring')).mode & 0o7777).toBe(0o600);
    expect(() => secureCreate(root, 'ring')).toThrow(expect.objectContaining({ systemCode: 'EEXIST' }));
    symlinkSync('target', join(root.path, 'link'));
    expect(() => secureCreate(root, 'link')).toThrow(StorageError);
    expect(() => lstatSync(join(root.path, 'target'))).toThrow('ENOENT');
  });

  test('is refused where it is a symbolic link', () => {
    const root = temporaryRoot();
    writeFileSync(join(root.path, 'secret'), 'x', { mode: 0o600 });
    symlinkSync('secret', join(root.path, 'ring'));
    for (const mode of ['r', 'r+'] as const) {
      expect(() => secureOpen(root, 'ring', mode)).toThrow(
        expect.objectContaining({ code: 'ERR_TRACEBUF_INSECURE', check: 'it is a symbolic link' }),
      );
    }
  });

  test('is refused at once where it is a FIFO, a directory or a socket', () => {
    const root = temporaryRoot();
    expect(spawnSync('mkfifo', ['-m', '600', join(root.path, 'ring')]).status).toBe(0);
    mkdirSync(join(root.path, 'directory'), { mode: 0o700 });
    for (const name of ['ring', 'directory']) {
      expect(() => secureOpen(root, name, 'r')).toThrow(
        expect.objectContaining({ check: 'it is not a regular file' }),
      );
    }
  });

  test('is refused where it has a second name', () => {
    const root = temporaryRoot();
    writeFileSync(join(root.path, 'victim'), 'x', { mode: 0o600 });
    linkSync(join(root.path, 'victim'), join(root.path, 'ring'));
    expect(() => secureOpen(root, 'ring', 'r+')).toThrow(/it has 2 hard links/);
  });

  test.skipIf(mustSkip(noSecondUser))('is refused where it belongs to another user', () => {
    const root = temporaryRoot();
    writeFileSync(join(root.path, 'ring'), 'x', { mode: 0o600 });
    chownSync(join(root.path, 'ring'), NOBODY, NOBODY);
    expect(() => secureOpen(root, 'ring', 'r')).toThrow(/it belongs to user 65534/);
  });

  test('is refused where others can write to it', () => {
    const root = temporaryRoot();
    writeFileSync(join(root.path, 'ring'), 'x');
    chmodSync(join(root.path, 'ring'), 0o622);
    expect(() => secureOpen(root, 'ring', 'r')).toThrow(/its group or others can write to it/);
  });

  test('is named by a bare name', () => {
    const root = temporaryRoot();
    for (const name of ['', '.', '..', '../x', 'a/b', 'a\\b', 'a\0b', 'x'.repeat(256)]) {
      expect(() => secureCreate(root, name)).toThrow(InvalidOptionError);
      expect(() => secureOpen(root, name, 'r')).toThrow(InvalidOptionError);
    }
  });

  test('is not read beyond a limit', () => {
    const root = temporaryRoot();
    replaceSmallFile(root, 'a.json', 'x'.repeat(100), 't');
    expect(readSmallFile(root, 'a.json', 100)).toHaveLength(100);
    expect(() => readSmallFile(root, 'a.json', 99)).toThrow(/more than 99|EFBIG/);
  });

  test('is replaced in one step, over what a cut write has left', () => {
    const root = temporaryRoot();
    writeFileSync(join(root.path, '.a.json.t'), 'half', { mode: 0o600 });
    replaceSmallFile(root, 'a.json', 'one', 't');
    replaceSmallFile(root, 'a.json', 'two', 't');
    expect(readSmallFile(root, 'a.json', 10)).toBe('two');
    expect(listNames(root, 10)).toEqual(['a.json']);
  });
});

describe('a dump', () => {
  test('goes to the dump directory under a bare name, never over another', () => {
    setVariable('TRACEBUF_DUMP_DIR', join(temporaryDirectory(), 'dumps'));
    const { fd, path } = createDumpFile('mybuf 1.txt');
    writeFileSync(fd, 'text');
    closeSync(fd);
    expect(path).toBe(join(process.env.TRACEBUF_DUMP_DIR ?? '', 'mybuf 1.txt'));
    expect(readFileSync(path, 'utf8')).toBe('text');
    expect(() => createDumpFile('mybuf 1.txt')).toThrow(expect.objectContaining({ systemCode: 'EEXIST' }));
  });

  test.each(['', '.hidden', '../up', 'a/b', 'a\\b', 'a..b', 'C:x', 'a\nb', 'a\u{9b}b', 'é'.repeat(101)])(
    'is not made as %j',
    (name) => {
      setVariable('TRACEBUF_DUMP_DIR', join(temporaryDirectory(), 'dumps'));
      expect(() => createDumpFile(name)).toThrow(InvalidOptionError);
    },
  );
});

test('TRACEBUF_DIR says where, and an empty one nothing', () => {
  setVariable('TRACEBUF_DIR', '/somewhere/../else');
  expect(rootPath()).toBe(process.platform === 'win32' ? rootPath() : '/else');
  process.env.TRACEBUF_DIR = '';
  expect(rootPath()).toContain('tracebuf');
});

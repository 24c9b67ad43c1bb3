import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StorageError } from '../src/errors.ts';
import { RecordKind } from '../src/layout.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { runFixture } from './support/fixture.ts';
import { mustSkip } from './support/registry.ts';
import { newTraceDirectory, processIn, useTraceDirectory } from './support/trace-directory.ts';

/** Mounts a file system of some size, which is gone when the test is over. */
function mountTmpfs(path: string, options: string): string | undefined {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) return stderr.trim();
  onTestFinished(() => void spawnSync('umount', ['-l', path], { timeout: 120_000 }));
  return undefined;
}

/** Why no file system can be mounted here. */
const NO_MOUNT = ((): string | undefined => {
  if (process.platform !== 'linux') return 'tmpfs is a file system of Linux';
  if (process.geteuid?.() !== 0) return 'only root can mount a small tmpfs';
  const { status, stderr } = spawnSync(
    'unshare',
    ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt && umount /mnt'],
    { encoding: 'utf8', timeout: 120_000 },
  );
  return status === 0 ? undefined : `a small tmpfs cannot be mounted: ${stderr.trim()}`;
})();

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

describe('a full shared-memory mount', () => {
  test.skipIf(mustSkip(NO_MOUNT))('is an error when the buffer is made, and costs no more space', () => {
    const directory = useTraceDirectory();
    mkdirSync(directory, { mode: 0o700 });
    expect(mountTmpfs(directory, 'size=64k,mode=700')).toBeUndefined();
    const free = (): number => statfsSync(directory).bavail * statfsSync(directory).bsize;

    using fits = new TraceBuffer('fits', 8192, { keepLevel: false });
    fits.log('fits');
    const before = free();
    const error = thrown(() => new TraceBuffer('too-large', 262_144));
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({
      code: 'ERR_TRACEBUF_STORAGE',
      systemCode: 'ENOSPC',
      message: expect.stringMatching(
        /^Cannot reserve 266240 bytes for '.*too-large\.0\.ring': ENOSPC; free some space, ask for a smaller buffer, or set TRACEBUF_DIR/,
      ),
    });
    expect(free()).toBe(before);
    // The main ring fits and the one for errors does not: then neither stays.
    const second = thrown(() => new TraceBuffer('half', 16_384, { keepSize: 65_536 }));
    expect(second).toMatchObject({ systemCode: 'ENOSPC', path: expect.stringContaining('half.0.keep') });
    expect(free()).toBe(before);
    expect(readdirSync(processIn(directory).directory).sort()).toEqual(['fits.0.ring', 'process.json']);
    // A smaller one can be had after all, and the name is free.
    using smaller = new TraceBuffer('too-large', 4096, { keepLevel: false });
    smaller.log('fits too');
  });

  test.skipIf(mustSkip(NO_MOUNT)).each(['mapped', 'positional'])(
    'that fills up later does no harm to a %s buffer',
    { timeout: 400_000 },
    async (mode) => {
      const directory = newTraceDirectory();
      expect(mountTmpfs(directory, 'size=256k,mode=700')).toBeUndefined();
      const end = await runFixture('full-disk', { directory, args: [mode] });
      expect(end, end.stderr).toMatchObject({ code: 0, signal: null });
      expect(end.stdout).toContain('the disk is full\n');
      using reader = new TraceReader([processIn(directory)]);
      const messages = reader.poll().map(({ message }) => message);
      expect(messages.at(-1)).toBe('the last of 20000');
      expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 20_000, damaged: 0 });
    },
  );

  test.skipIf(mustSkip(NO_MOUNT))(
    'that takes the space of a positional ring away, and gives it back, is counted',
    () => {
      const directory = useTraceDirectory();
      mkdirSync(directory, { mode: 0o700 });
      expect(mountTmpfs(directory, 'size=256k,mode=700')).toBeUndefined();
      using buffer = new TraceBuffer('b', 65_536, { mode: 'positional', keepLevel: false });
      const log = (text: string): boolean => buffer.append(RecordKind.LOG, 30, text);
      expect(log('before')).toBe(true);
      // As on a file system that gives no space for good by writing zeros: all but the first pages are gone.
      const path = join(processIn(directory).directory, 'b.0.ring');
      const punch = ['--punch-hole', '--offset', '8192', '--length', '61440', path];
      expect(spawnSync('fallocate', punch, { timeout: 120_000 }).status).toBe(0);
      const ballast = join(directory, 'ballast');
      for (const block of [4096, 1]) {
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(block), { flag: 'a', mode: 0o600 });
        } catch {
          // No room for one more of them.
        }
      }
      let stored = 1;
      while (log(`stored ${stored}`.padEnd(100))) stored++;
      for (let i = 1; i < 1000; i++) expect(log('not stored'.padEnd(100))).toBe(false);
      rmSync(ballast);
      let refused = 1000;
      while (!log('after')) refused++;
      using reader = new TraceReader([processIn(directory)]);
      const messages = reader
        .poll()
        .map(({ kind, count, message }) => (kind === 'lost' ? count : message.trim()));
      expect(messages).toEqual([
        'before',
        ...Array.from({ length: stored - 1 }, (_, i) => `stored ${i + 1}`),
        refused,
        'after',
      ]);
      expect(reader.problems).toEqual([]);
      expect(reader.buffers()[0]?.counts).toMatchObject({
        appended: stored + refused + 1,
        readable: stored + 1,
        discarded: refused,
        evicted: 0,
        damaged: 0,
      });
    },
  );

  test.skipIf(mustSkip(NO_MOUNT))('that is read-only is an error when the buffer is made', () => {
    const directory = useTraceDirectory();
    mkdirSync(directory, { mode: 0o700 });
    expect(mountTmpfs(directory, 'ro,size=64k,mode=700')).toBeUndefined();
    const error = thrown(() => new TraceBuffer('b', 4096));
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ systemCode: 'EROFS', message: expect.stringContaining('is read-only') });
  });
});

describe('a directory that is not there', () => {
  test('is made, with what is above it', () => {
    const directory = useTraceDirectory();
    process.env.TRACEBUF_DIR = join(directory, 'a', 'b', 'c');
    using buffer = new TraceBuffer('b', 4096);
    buffer.log('there');
    using reader = new TraceReader([processIn(join(directory, 'a', 'b', 'c'))]);
    expect(reader.poll()).toHaveLength(1);
  });

  test('and cannot be made is an error that says why', () => {
    const directory = useTraceDirectory();
    writeFileSync(directory, 'a file is in the way', { mode: 0o600 });
    // What it says of itself where it is a file.
    expect(thrown(() => new TraceBuffer('b', 4096))).toMatchObject({
      code: 'ERR_TRACEBUF_INSECURE',
      message: expect.stringMatching(/it is not a directory; correct or remove it, or set TRACEBUF_DIR/),
    });
    process.env.TRACEBUF_DIR = join(directory, 'below');
    const error = thrown(() => new TraceBuffer('b', 4096));
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({
      code: 'ERR_TRACEBUF_STORAGE',
      systemCode: 'ENOTDIR',
      message: expect.stringMatching(
        /^Cannot create the parent directory of '.*below': ENOTDIR; a part of the path is not a directory: set TRACEBUF_DIR/,
      ),
    });
  });

  test('of dumps is named by its own variable', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('b', 4096);
    process.env.TRACEBUF_DUMP_DIR = join(directory, 'process.json', 'dumps');
    writeFileSync(join(directory, 'process.json'), '');
    onTestFinished(() => void delete process.env.TRACEBUF_DUMP_DIR);
    expect(thrown(() => buffer.dump())).toMatchObject({
      message: expect.stringMatching(
        /ENOTDIR; a part of the path is not a directory: set TRACEBUF_DUMP_DIR to one\.$/,
      ),
    });
  });

  test.skipIf(mustSkip(process.geteuid?.() === 0 ? 'root may write everywhere' : undefined))(
    'and may not be made is an error that says why',
    () => {
      const directory = useTraceDirectory();
      mkdirSync(directory, { mode: 0o700 });
      chmodSync(directory, 0o500);
      process.env.TRACEBUF_DIR = join(directory, 'below');
      expect(thrown(() => new TraceBuffer('b', 4096))).toMatchObject({ systemCode: 'EACCES' });
    },
  );

  test('any more, while buffers are in use, does them no harm', () => {
    const directory = useTraceDirectory();
    for (const mode of ['mapped', 'positional'] as const) {
      using buffer = new TraceBuffer('b', 8192, { mode });
      buffer.log('before');
      rmSync(directory, { recursive: true });
      for (let i = 0; i < 1000; i++) buffer.log('after', i % 2 === 0 ? 'error' : 'info');
      buffer.define({ type: 'level', id: 35, value: 'notice' });
      buffer.clear();
    }
    // The next buffer has a directory again.
    using next = new TraceBuffer('next', 4096);
    next.log('all is well');
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.poll().map(({ message }) => message)).toEqual(['all is well']);
  });
});

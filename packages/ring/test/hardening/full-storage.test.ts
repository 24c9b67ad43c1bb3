import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRoot } from '../../src/directory.ts';
import { StorageError } from '../../src/errors.ts';
import { TraceBuffer } from '../../src/trace-buffer.ts';
import { leave, mustSkip } from '../support/registry.ts';
import { useTraceDirectory } from '../support/trace-directory.ts';

/** Why no file system can be mounted here. */
const noMount = ((): string | undefined => {
  if (process.platform !== 'linux') return 'tmpfs is a file system of Linux';
  if (process.geteuid?.() !== 0) return 'only root can mount a small tmpfs';
  const { status } = spawnSync('unshare', ['-m', 'true'], { timeout: 120_000 });
  return status === 0 ? undefined : 'this root may not mount';
})();

/** Makes the trace directory a file system of so many bytes. */
function useSmallDirectory(size: string): string {
  const directory = useTraceDirectory();
  mkdirSync(directory, { mode: 0o700 });
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', directory],
    { encoding: 'utf8', timeout: 120_000 },
  );
  expect(status, stderr).toBe(0);
  onTestFinished(() => void spawnSync('umount', ['-l', directory], { timeout: 120_000 }));
  return directory;
}

/** Leaves dead processes with 8 KiB of rings each. */
function leaveDead(directory: string, count: number): string[] {
  const root = openRoot({ path: directory });
  if (root === undefined) throw new Error(`${directory} is missing`);
  try {
    return Array.from({ length: count }, () => leave(root, { exit: {}, files: { 'b.0.ring': 8192 } }));
  } finally {
    root.close();
  }
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

describe.skipIf(mustSkip(noMount))('a full file system', () => {
  test('is swept once before a buffer is refused', () => {
    const directory = useSmallDirectory('512k');
    // Four more than retention keeps, of 16 KiB each with their descriptions.
    const dead = leaveDead(directory, 20);
    writeFileSync(join(directory, 'filler'), Buffer.alloc((512 - 20 * 16 - 180) * 1024));
    using buffer = new TraceBuffer('b', 200 * 1024, { keepLevel: false });
    buffer.log('there was room after all');
    const left = readdirSync(directory);
    // The oldest four are gone, and nothing else.
    expect(dead.map((key) => left.includes(key))).toEqual(dead.map((_, index) => index >= 4));
  });

  test('on which nothing may be removed is a clear error, and loses no dead process', () => {
    const directory = useSmallDirectory('256k');
    const dead = leaveDead(directory, 10);
    const error = thrown(() => new TraceBuffer('b', 230 * 1024));
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({
      systemCode: 'ENOSPC',
      message: expect.stringContaining('free some space'),
    });
    expect(dead.filter((key) => !readdirSync(directory).includes(key))).toEqual([]);
  });

  test('that cannot hold even the description of the process is a clear error', () => {
    const directory = useSmallDirectory('64k');
    writeFileSync(join(directory, 'filler'), Buffer.alloc(60 * 1024));
    expect(thrown(() => new TraceBuffer('b', 4096))).toMatchObject({
      code: 'ERR_TRACEBUF_STORAGE',
      systemCode: 'ENOSPC',
    });
    using smaller = useAfter(directory);
    smaller.log('works');
    expect(smaller.mode).toBe('mapped');
  });
});

/** A buffer, once there is room again. */
function useAfter(directory: string): TraceBuffer {
  writeFileSync(join(directory, 'filler'), '');
  return new TraceBuffer('b', 4096);
}

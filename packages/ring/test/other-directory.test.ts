import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRoot } from '../src/directory.ts';
import { InvalidOptionError, StorageError } from '../src/errors.ts';
import { tryLock } from '../src/file-lock.ts';
import { listProcesses } from '../src/registry.ts';
import { createSharedFile } from '../src/shared-file.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { runNode, source, temporaryDirectory, temporaryRoot } from './support/registry.ts';
import { useTraceDirectory } from './support/trace-directory.ts';

test('a buffer in a directory of its own is read there, and dumps from there', () => {
  const usual = useTraceDirectory();
  const other = temporaryDirectory();
  using here = new TraceBuffer('here', 4096);
  using there = new TraceBuffer('there', 4096, { directory: other });
  here.log('one');
  there.log('two');
  const messages = (path: string): string[] => {
    const root = openRoot({ path });
    if (root === undefined) throw new Error(`there is nothing in ${path}`);
    using reader = new TraceReader(listProcesses(root).processes);
    root.close();
    return reader.poll().map(({ message }) => message);
  };
  expect(messages(usual)).toEqual(['one']);
  expect(messages(other)).toEqual(['two']);
  process.env.TRACEBUF_DUMP_DIR = temporaryDirectory();
  expect(readFileSync(there.dump(), 'utf8')).toContain('two');
});

test('each directory of a process tells how the process ended', () => {
  const [usual, other] = [temporaryDirectory(), temporaryDirectory()];
  const code = `
    import { TraceBuffer } from '${source('trace-buffer.ts')}';
    new TraceBuffer('a', 4096);
    new TraceBuffer('b', 4096, { directory: ${JSON.stringify(other)} });
    process.exitCode = 3;`;
  const child = runNode(['--input-type=module', '-e', code], { TRACEBUF_DIR: usual });
  expect(child).toMatchObject({ status: 3, stderr: '' });
  for (const path of [usual, other]) {
    const root = openRoot({ path });
    expect(listProcesses(root).processes).toMatchObject([{ state: 'ended', exitCode: 3 }]);
    root?.close();
  }
});

test('a directory that is no text is refused', () => {
  useTraceDirectory();
  expect(() => new TraceBuffer('x', 4096, { directory: '' })).toThrow(InvalidOptionError);
  expect(() => new TraceBuffer('x', 4096, { directory: 7 as unknown as string })).toThrow(InvalidOptionError);
});

test('a lock is held by one at a time, and given up by a process that is killed', () => {
  const root = temporaryRoot();
  const held = tryLock(root, 'lock');
  expect(held).toBeDefined();
  expect(tryLock(root, 'lock')).toBeUndefined();
  held?.release();
  const again = tryLock(root, 'lock');
  expect(again).toBeDefined();
  again?.release();
  const code = `
    import { openRoot } from '${source('directory.ts')}';
    import { tryLock } from '${source('file-lock.ts')}';
    if (tryLock(openRoot(), 'lock') === undefined) process.exit(5);
    process.kill(process.pid, 'SIGKILL');`;
  const child = runNode(['--input-type=module', '-e', code], { TRACEBUF_DIR: root.path });
  expect(child).toMatchObject({ signal: 'SIGKILL', stderr: '' });
  const third = tryLock(root, 'lock');
  expect(third).toBeDefined();
  third?.release();
});

test('a shared file is there at once, in full, and never made twice', () => {
  const root = temporaryRoot();
  const file = createSharedFile(root, 'counts', Buffer.from('HEAD'), 8192);
  new Float64Array(file.memory)[16] = 42;
  file.write?.(128, 8);
  const bytes = readFileSync(join(root.path, 'counts'));
  expect(bytes).toHaveLength(8192);
  expect(bytes.toString('latin1', 0, 4)).toBe('HEAD');
  expect(bytes.readDoubleLE(128)).toBe(42);
  expect(() => createSharedFile(root, 'counts', Buffer.alloc(0), 8192)).toThrow(StorageError);
  file.close();
  expect(existsSync(join(root.path, 'counts'))).toBe(true);
});

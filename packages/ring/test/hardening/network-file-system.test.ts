import fs, { existsSync, mkdirSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InvalidOptionError, NetworkDirectoryError } from '../../src/errors.ts';
import { networkFileSystem } from '../../src/network-file-system.ts';
import { TraceBuffer } from '../../src/trace-buffer.ts';
import { mustSkip, source } from '../support/registry.ts';
import { useTraceDirectory } from '../support/trace-directory.ts';

const notLinux = process.platform === 'linux' ? undefined : 'types of file systems are told on Linux only';

/** Types as the kernel has them in linux/magic.h and the sources of each file system. */
const TYPES: readonly (readonly [name: string, type: number])[] = [
  ['NFS', 0x6969],
  ['CIFS', 0xff534d42],
  ['SMB', 0xfe534d42],
  ['9p', 0x01021997],
  ['FUSE', 0x65735546],
  ['Ceph', 0x00c36400],
  ['Lustre', 0x0bd00bd0],
  ['AFS', 0x5346414f],
];

/** As if all that exists were on a file system of some type. */
function pretendType(type: number): void {
  const { statfsSync } = fs;
  const replace = (to: typeof statfsSync): void => {
    fs.statfsSync = to;
    syncBuiltinESMExports();
  };
  replace(((path: string) => Object.assign(statfsSync(path), { type })) as typeof statfsSync);
  onTestFinished(() => replace(statfsSync));
}

function useVariable(value: string): void {
  process.env.TRACEBUF_ALLOW_NETWORK_DIR = value;
  onTestFinished(() => {
    delete process.env.TRACEBUF_ALLOW_NETWORK_DIR;
  });
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}

describe.skipIf(mustSkip(notLinux))('a directory on a network file system', () => {
  test.each(TYPES)('(%s) is refused when a buffer is made, and nothing is made there', (name, type) => {
    const directory = useTraceDirectory();
    pretendType(type);
    const error = thrown(() => new TraceBuffer('b', 4096));
    expect(error).toBeInstanceOf(NetworkDirectoryError);
    expect(error).toMatchObject({
      code: 'ERR_TRACEBUF_NETWORK_DIRECTORY',
      path: directory,
      fileSystem: name,
      message: expect.stringMatching(/set TRACEBUF_DIR to .* or TRACEBUF_ALLOW_NETWORK_DIR to 1/),
    });
    expect(existsSync(directory)).toBe(false);
    mkdirSync(directory, { mode: 0o700 });
    expect(thrown(() => new TraceBuffer('b', 4096))).toBeInstanceOf(NetworkDirectoryError);
  });

  test('is used where the user allows it, and refused where the variable says no, or nothing sensible', () => {
    useTraceDirectory();
    pretendType(0x6969);
    useVariable('0');
    expect(thrown(() => new TraceBuffer('b', 4096))).toBeInstanceOf(NetworkDirectoryError);
    useVariable('yes');
    const error = thrown(() => new TraceBuffer('b', 4096));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({
      message: expect.stringContaining("'yes' cannot be used for TRACEBUF_ALLOW_NETWORK_DIR"),
    });
    useVariable('1');
    using buffer = new TraceBuffer('b', 4096);
    buffer.log('there');
  });

  test('is used by a worker that has another environment than the main thread, which allows it', async () => {
    const directory = useTraceDirectory();
    useVariable('1');
    // Made here first, so that workers are told.
    new TraceBuffer('main', 4096).close();
    const worker = new Worker(
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const { statfsSync } = fs;
       fs.statfsSync = (path) => ({ ...statfsSync(path), type: 0x6969 });
       syncBuiltinESMExports();
       const { TraceBuffer } = await import(${JSON.stringify(source('index.ts'))});
       new TraceBuffer('b', 4096).log('there');`,
      { eval: true, env: {}, execArgv: ['--conditions=@tracebuf/source', '--input-type=module'] },
    );
    const code = await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
    expect(code).toBe(0);
    expect(networkFileSystem(join(directory, 'not', 'there'))).toBeUndefined();
  });
});

test.skipIf(mustSkip(notLinux))('a directory of this machine is none, whether it is there or not', () => {
  const directory = useTraceDirectory();
  expect(networkFileSystem(directory)).toBeUndefined();
  expect(networkFileSystem('/')).toBeUndefined();
});

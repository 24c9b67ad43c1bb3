import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rootPath } from '@tracebuf/ring';
import { type Finding, finding, reasonOf } from './finding.ts';

const MESSAGE = 'written and read back by trace-cli doctor';
const SIZE = 20480;

/**
 * Makes a real trace buffer where the others are kept, in a directory of its own, and reads it back. Only here is the
 * writing half of the ring loaded, and the native library with it.
 */
export async function checkMapping(): Promise<Finding[]> {
  const directory = makeDirectory();
  const before = process.env.TRACEBUF_DIR;
  process.env.TRACEBUF_DIR = directory;
  try {
    return [nativeLibrary(), ...(await trial())];
  } catch (error) {
    return [nativeLibrary(), finding('buffer', 'fail', reasonOf(error))];
  } finally {
    if (before === undefined) delete process.env.TRACEBUF_DIR;
    else process.env.TRACEBUF_DIR = before;
    rmSync(directory, { recursive: true, force: true });
  }
}

/** On the file system of the others, so that it shows what they will meet. */
function makeDirectory(): string {
  try {
    return mkdtempSync(join(dirname(rootPath()), 'tracebuf-doctor-'));
  } catch {
    return mkdtempSync(join(tmpdir(), 'tracebuf-doctor-'));
  }
}

function nativeLibrary(): Finding {
  if (process.versions.electron !== undefined) {
    return finding('koffi', 'warn', 'not used: Electron allows no memory outside of its own heap');
  }
  try {
    // As the ring does: koffi is a dependency of its own package.
    const requireAsRing = createRequire(createRequire(import.meta.url).resolve('@tracebuf/ring'));
    const { version } = requireAsRing('koffi') as { readonly version: string };
    return finding('koffi', 'ok', `${version} loads`);
  } catch (error) {
    const [reason = ''] = reasonOf(error).split('\n');
    return finding(
      'koffi',
      'warn',
      `does not load, so that buffers are written by positional writes: ${reason}`,
    );
  }
}

async function trial(): Promise<Finding[]> {
  const { tryBuffer } = await import('./try-buffer.ts');
  const { mode, isBack, firstRecord } = tryBuffer(SIZE, MESSAGE);
  const isMapped = mode === 'mapped';
  return [
    isMapped
      ? finding('mapping', 'ok', 'memory is mapped')
      : finding('mapping', 'warn', 'memory is not mapped: positional writes, 2–3 µs a record'),
    isBack
      ? finding(
          'buffer',
          'ok',
          `${SIZE} bytes written and read back, first record in ${Math.round(firstRecord)} µs`,
        )
      : finding('buffer', 'fail', 'what was written could not be read back'),
  ];
}

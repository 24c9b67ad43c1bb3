import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { controlBuffers } from '../src/buffer-control.ts';
import type { TraceBufferOptions } from '../src/buffer-options.ts';
import { UnsupportedFormatError } from '../src/errors.ts';
import { Header, headerCheck, RecordKind } from '../src/layout.ts';
import type { RingFile } from '../src/process-entry.ts';
import { RingReader } from '../src/ring-reader.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { toBigEndian } from './support/big-endian.ts';
import { mustSkip } from './support/registry.ts';
import {
  newTraceDirectory,
  openRing,
  processIn,
  ringFilesIn,
  useTraceDirectory,
} from './support/trace-directory.ts';

const PYTHON = ['python3', 'python'].find((name) => {
  const { status, stdout } = spawnSync(name, ['-c', 'import sys; print(sys.version_info[0])'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  return status === 0 && stdout.trim() === '3';
});
const NO_PYTHON = PYTHON === undefined ? 'there is no Python 3 on this machine' : undefined;

interface PythonRing {
  readonly file: string;
  readonly records: readonly {
    seq: number;
    time: number;
    level: number;
    flags: number;
    kind: number;
    payload: string;
  }[];
}

/** What the reader that was written from FORMAT.md reads. */
function readWithPython(paths: readonly string[]): PythonRing[] {
  const script = join(import.meta.dirname, 'format/reader.py');
  const { status, stdout, stderr } = spawnSync(PYTHON ?? '', [script, ...paths], {
    encoding: 'utf8',
    timeout: 400_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PythonRing);
}

/** The same from our own reader. */
function readHere(path: string): Record<string, unknown> {
  const reader = new RingReader(openSync(path, 'r'), path);
  try {
    const { descriptor } = reader;
    const records: PythonRing['records'][number][] = [];
    const snapshot = reader.read();
    while (snapshot.next()) {
      const { level, flags, kind, bytes, start, end } = snapshot;
      records.push({
        seq: reader.seq(snapshot.seqLow),
        time: reader.wallTime(snapshot.time),
        level,
        flags,
        kind,
        payload: bytes.toString('hex', start, end),
      });
    }
    const { cleared, discarded, cut, replaced, closed, enabled, minLevel } = reader.cursors;
    return {
      bigEndian: !descriptor.littleEndian,
      mode: descriptor.mode,
      policy: descriptor.policy,
      role: descriptor.role,
      capacity: descriptor.capacity,
      pid: descriptor.pid,
      thread: descriptor.thread,
      buffer: descriptor.buffer,
      process: descriptor.process,
      cleared,
      discarded,
      cut,
      replaced,
      closed,
      enabled,
      minLevel,
      records,
    };
  } finally {
    reader.close();
  }
}

/** Rings of one mode in every state that a reader can meet. */
function makeRings(mode: 'mapped' | 'positional'): RingFile[] {
  const directory = useTraceDirectory();
  const make = (name: string, options: TraceBufferOptions = {}): TraceBuffer => {
    const buffer = new TraceBuffer(name, 4096, { mode, keepSize: 1024, ...options });
    onTestFinished(() => buffer.close());
    return buffer;
  };
  const fill = (buffer: TraceBuffer, count: number): void => {
    for (let i = 0; i < count; i++) {
      buffer.log(`record ${i} ${'é漢x'.repeat((i * 7) % 60)}`, i % 9 === 0 ? 'error' : 'info');
    }
  };
  make('empty');
  const some = make('some names %/é');
  fill(some, 12);
  const wrapped = make('wrapped');
  fill(wrapped, 1000);
  const refusing = make('refusing', { policy: 'discard' });
  fill(refusing, 200);
  const cleared = make('cleared');
  fill(cleared, 20);
  cleared.clear();
  fill(cleared, 5);
  const cut = make('cut');
  cut.log('漢'.repeat(4000));
  cut.log('lone \ud800 surrogate');
  cut.appendInContext(RecordKind.PINO, 45, '{"msg":"in context"}', 'ab'.repeat(16), 'cd'.repeat(8));
  cut.appendBytes(200, 7, new Uint8Array([0, 1, 2, 255]));
  cut.append(RecordKind.LOG, 30, 'early', -1e12);
  const told = make('told');
  fill(told, 30);
  controlBuffers(processIn(directory), ['told'], { clear: true, enabled: false, minLevel: 40 });
  const closed = make('closed');
  fill(closed, 77);
  closed.close();
  return ringFilesIn(directory);
}

describe.each(['mapped', 'positional'] as const)('the format of %s rings', (mode) => {
  test.skipIf(mustSkip(NO_PYTHON))(
    'is described well enough for a reader in Python',
    { timeout: 400_000 },
    () => {
      const files = makeRings(mode);
      const paths = files.map(({ path }) => path);
      const read = readWithPython(paths);
      expect(read.map(({ file }) => file)).toEqual(files.map(({ name }) => name));
      expect(read).toEqual(files.map(({ name, path }) => ({ file: name, ...readHere(path) })));
      // The comparison would prove little on empty rings.
      const counts = Object.fromEntries(read.map(({ file, records }) => [file, records.length]));
      expect(counts).toMatchObject({
        'empty.0.ring': 0,
        'cleared.0.ring': 4,
        'cleared.0.keep': 1,
        'told.0.ring': 0,
        'cut.0.ring': 5,
      });
      expect(counts['wrapped.0.ring']).toBeGreaterThan(10);
      expect(counts['refusing.0.ring']).toBeGreaterThan(10);
    },
  );

  test('is the same on a big-endian machine', { timeout: 400_000 }, () => {
    const files = makeRings(mode);
    const other = newTraceDirectory();
    const swapped = files.map((file) => {
      const path = join(other, file.name);
      writeFileSync(path, toBigEndian(readFileSync(file.path), openRing(file).end()), { mode: 0o600 });
      expect(readHere(path)).toEqual({ ...readHere(file.path), bigEndian: true });
      return path;
    });
    if (!mustSkip(NO_PYTHON)) {
      const read = readWithPython(swapped);
      expect(read).toEqual(swapped.map((path, i) => ({ file: files[i]?.name, ...readHere(path) })));
    }
  });

  test('of another major version is refused by both numbers', () => {
    const files = makeRings(mode);
    const [file] = files;
    if (file === undefined) throw new Error('there is no ring');
    for (const [major, minor] of [
      [2, 0],
      [0, 9],
      [65_535, 65_535],
    ] as const) {
      const bytes = readFileSync(file.path);
      bytes.writeUInt16LE(major, Header.MAJOR);
      bytes.writeUInt16LE(minor, Header.MINOR);
      const path = join(newTraceDirectory(), 'other.0.ring');
      writeFileSync(path, bytes);
      const fd = openSync(path, 'r');
      expect(() => new RingReader(fd, path)).toThrow(UnsupportedFormatError);
      expect(() => new RingReader(fd, path)).toThrow(
        `has format version ${major}.${minor}, and this Tracebuf reads version 1.0`,
      );
      closeSync(fd);
    }
    // A later minor version is read.
    const bytes = readFileSync(file.path);
    bytes.writeUInt16LE(7, Header.MINOR);
    const path = join(newTraceDirectory(), 'minor.0.ring');
    writeFileSync(path, bytes);
    expect(readHere(path)).toEqual(readHere(file.path));
  });
});

test('the worked example of FORMAT.md is what the code does', () => {
  const page = readFileSync(join(import.meta.dirname, '../FORMAT.md'), 'utf8');
  const check = headerCheck(4136, 5, 42, 0, 0x40290000, 0x001e0001) >>> 0;
  expect(check).toBe(0xe101b254);
  expect(page).toContain('check\n0xE101B254');
  expect(page).toContain(
    '05 00 00 00  2a 00 00 00  00 00 00 00 00 00 29 40  01 00 1e 00  54 b2 01 e1  68 65 6c 6c 6f',
  );
});

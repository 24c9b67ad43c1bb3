import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseFilter } from '@tracebuf/query';
import { TraceBuffer } from '@tracebuf/ring';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseError } from '../src/errors.ts';
import { DatabaseSource } from '../src/query/database-source.ts';
import { Recorder } from '../src/recorder.ts';
import { openTraceDatabase } from '../src/trace-database.ts';
import { useDirectories } from './support/directories.ts';

function thrown(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

function messagesOf(path: string): string[] {
  const source = new DatabaseSource(path);
  try {
    return [...source.records({ filter: parseFilter('') })].map(({ message }) => message);
  } finally {
    source.close();
  }
}

/** Mounts a file system of its own; `undefined` where that is not allowed. */
function mount(path: string, options: string): string | undefined {
  mkdirSync(path, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  if (status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', path]));
  return path;
}

describe('a database that cannot be used is refused with what to do, and left as it is:', () => {
  test('one of another program', () => {
    const { database: path } = useDirectories();
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE theirs (id)');
    other.close();
    const before = readFileSync(path);
    for (const mode of ['read', 'write'] as const) {
      const error = thrown(() => openTraceDatabase(path, { mode }));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error.message).toMatch(/database of another program; give another file/);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('no database at all', () => {
    const { database: path } = useDirectories();
    writeFileSync(path, 'this is a text that somebody needs '.repeat(100));
    const before = readFileSync(path);
    expect(thrown(() => new Recorder(path)).message).toMatch(/it is no SQLite database; give another file/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('one of a later version', () => {
    const { database: path } = useDirectories();
    new Recorder(path).close();
    const raw = new DatabaseSync(path);
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    expect(thrown(() => new Recorder(path)).message).toMatch(
      /its schema is of version 99, and this program knows \d+/,
    );
  });

  test('one that is missing, or empty, where it is to be read', () => {
    const { database: path } = useDirectories();
    expect(thrown(() => openTraceDatabase(path, { mode: 'read' })).message).toMatch(/there is no such file/);
    writeFileSync(path, '');
    expect(thrown(() => openTraceDatabase(path, { mode: 'read' })).message).toMatch(
      /it is empty; record something/,
    );
  });

  test('one in a directory that is not there', () => {
    const { database: path } = useDirectories();
    expect(thrown(() => new Recorder(`${path}/no/such.sqlite`)).message).toMatch(
      /"[^"]*no\/such.sqlite": its directory is not there|cannot be made \(ENOTDIR\)/,
    );
  });

  test('one that another program keeps locked', () => {
    const { database: path } = useDirectories();
    new Recorder(path).close();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    using buffer = new TraceBuffer('a', 4096);
    buffer.log('one');
    const recorder = new Recorder(path, { busyTimeout: 50 });
    expect(thrown(() => recorder.round()).message).toMatch(/another program has locked it/);
    other.exec('COMMIT');
    other.close();
    recorder.abandon();
    using second = new Recorder(path);
    expect(second.round()).toBe(1);
  });
});

test('a database that is damaged is named, and the programs that are recorded do not notice', () => {
  const { database: path } = useDirectories();
  using buffer = new TraceBuffer('a', 65536);
  for (let i = 0; i < 1000; i++) buffer.log(`record ${i} ${'x'.repeat(i % 50)}`);
  new Recorder(path).close();
  const fd = openSync(path, 'r+');
  for (let at = 4096; at < statSync(path).size; at += 4096)
    writeSync(fd, Buffer.alloc(512, 0xa5), 0, 512, at);
  closeSync(fd);
  buffer.log('more');
  const error = thrown(() => new Recorder(path).round());
  expect(error).toBeInstanceOf(DatabaseError);
  expect(error.message).toMatch(/it is damaged; move it away/);
  expect(buffer.append(1, 30, 'still there')).toBe(true);
});

test('a full disk stops the recorder with a clear error; what was stored is sound, and it goes on when there is room', () => {
  const { traces } = useDirectories();
  const disk = mount(join(traces, '../disk'), 'size=1m');
  if (disk === undefined) {
    console.log('not checked: mounting a small file system needs root');
    return;
  }
  const path = join(disk, 'traces.sqlite');
  using buffer = new TraceBuffer('a', 1 << 20, { keepLevel: false });
  for (let i = 0; i < 8000; i++) buffer.log(`record ${i} ${'y'.repeat(60)}`);
  const recorder = new Recorder(path);
  const error = thrown(() => {
    for (let i = 0; i < 20; i++) {
      recorder.round();
      for (let j = 0; j < 2000; j++) buffer.log(`more ${i} ${j} ${'z'.repeat(60)}`);
    }
  });
  expect(error).toBeInstanceOf(DatabaseError);
  expect(error).toMatchObject({ sqliteCode: 13 });
  expect(error.message).toMatch(/the disk is full; what was stored before is sound/);
  recorder.abandon();
  execFileSync('mount', ['-o', 'remount,size=64m', disk]);
  new Recorder(path).close();
  const database = openTraceDatabase(path, { mode: 'read' });
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const [books] = database.prepare('SELECT position, stored, lost, cleared FROM rings').all() as Record<
    string,
    number
  >[];
  const { count } = database.prepare('SELECT count(*) AS count FROM entries WHERE count IS NULL').get() as {
    count: number;
  };
  expect(count).toBe(books?.stored);
  expect(books?.position).toBe((books?.stored ?? 0) + (books?.lost ?? 0));
  database.close();
});

test('a database on a read-only disk is read, unless its log has records that could not be', () => {
  const { traces } = useDirectories();
  const disk = mount(join(traces, '../archive'), 'size=8m');
  if (disk === undefined) {
    console.log('not checked: mounting a file system needs root');
    return;
  }
  const path = join(disk, 'traces #1?.sqlite');
  const unsettled = join(disk, 'unsettled.sqlite');
  using buffer = new TraceBuffer('a', 1 << 16);
  buffer.log('kept');
  const recorder = new Recorder(path);
  recorder.round();
  // As a recorder leaves them that is killed.
  for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${unsettled}${end}`);
  recorder.close();
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  expect(messagesOf(path)).toContain('kept');
  const error = thrown(() => new DatabaseSource(unsettled));
  expect(error).toBeInstanceOf(DatabaseError);
  expect(error.message).toMatch(/"-wal" behind it.*copy both to another directory and read the copy/);
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  expect(messagesOf(unsettled)).toContain('kept');
});

test('who has a database open last leaves no file beside it, also where that is a reader', () => {
  const { traces } = useDirectories();
  const folder = join(traces, '../read');
  mkdirSync(folder);
  const path = join(folder, 'traces.sqlite');
  using buffer = new TraceBuffer('a', 1 << 16);
  buffer.log('kept');
  const recorder = new Recorder(path);
  recorder.round();
  const first = new DatabaseSource(path);
  const second = new DatabaseSource(path);
  recorder.close();
  second.close();
  expect(first.books()).toHaveLength(1);
  first.close();
  expect(readdirSync(folder)).toEqual(['traces.sqlite']);
  expect(messagesOf(path)).toContain('kept');
  expect(readdirSync(folder)).toEqual(['traces.sqlite']);
});

test('a read-only disk is a clear error', () => {
  const { traces } = useDirectories();
  const disk = mount(join(traces, '../read-only'), 'size=8m');
  if (disk === undefined) {
    console.log('not checked: mounting a file system needs root');
    return;
  }
  const path = join(disk, 'traces.sqlite');
  new Recorder(path).close();
  rmSync(`${path}-wal`, { force: true });
  rmSync(`${path}-shm`, { force: true });
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  expect(thrown(() => new Recorder(path))).toBeInstanceOf(DatabaseError);
  expect(thrown(() => new Recorder(join(disk, 'new.sqlite'))).message).toMatch(
    /cannot be made \(EROFS\); give another file/,
  );
});

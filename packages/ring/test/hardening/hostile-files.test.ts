import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TracebufError } from '../../src/errors.ts';
import { HEADER_SIZE, Header, headerCheck, MAX_CAPACITY, RecordField } from '../../src/layout.ts';
import { listProcesses } from '../../src/registry.ts';
import { leave, temporaryRoot } from '../support/registry.ts';
import { newTraceDirectory } from '../support/trace-directory.ts';
import { balances, readForeign, type Seen } from './fixtures/foreign-process.ts';
import { sampleRing } from './fixtures/sample-ring.ts';

const PATIENCE = 200_000;
const MIB = 1024 * 1024;
/** Small, because the test runner slows calls between modules down twentyfold. */
const HOLE = 16 * MIB;

/** Reads a file and asserts what holds for any bytes whatever: typed errors, balanced books, little time and memory. */
function read(path: string, limits: { readonly seconds?: number; readonly mib?: number } = {}): Seen {
  const { seconds = 5, mib } = limits;
  const before = mib === undefined ? 0 : process.memoryUsage().arrayBuffers;
  const started = process.cpuUsage();
  const seen = readForeign(path);
  const { user, system } = process.cpuUsage(started);
  // Plain conditions: this runs ten thousand times.
  if ((user + system) / 1e6 > seconds) throw new Error(`It took ${(user + system) / 1e6} s.`);
  if (mib !== undefined) expect((process.memoryUsage().arrayBuffers - before) / MIB).toBeLessThan(mib);
  for (const { error } of seen.problems) if (!(error instanceof TracebufError)) throw error;
  if (seen.counts !== undefined && !balances(seen.counts))
    throw new Error(`R4: ${JSON.stringify(seen.counts)}`);
  const seqs = seen.records.map(({ seq }) => seq);
  if (seqs.some((seq, i) => i > 0 && seq <= (seqs[i - 1] ?? 0)))
    throw new Error(`Out of order: ${seqs.join()}`);
  return seen;
}

const messagesOf = ({ records }: Seen): string[] => records.map(({ message }) => message);

describe.each(['mapped', 'positional'] as const)('a %s ring', (mode) => {
  test('cut short at any byte gives the records that are left', { timeout: PATIENCE }, () => {
    const directory = newTraceDirectory();
    const path = join(directory, 'cut.ring');
    const { image, messages } = sampleRing(directory, mode);
    writeFileSync(path, image);
    let left = messages.length;
    for (let length = image.length; length >= 0; length--) {
      truncateSync(path, length);
      const seen = read(path);
      const found = messagesOf(seen);
      const where = `${length} bytes`;
      // In order, and none that is not of the ring.
      if (messages.filter((message) => found.includes(message)).join() !== found.join()) expect.fail(where);
      if (found.length > left) expect.fail(where);
      left = found.length;
      const shown = seen.problems.length === 1 && (length < HEADER_SIZE || (seen.counts?.damaged ?? 0) > 0);
      if (found.length < messages.length && !shown) expect.fail(`${where}: not shown`);
    }
    expect(left).toBe(0);
  });

  test('whose writer refused records, cut short or damaged, keeps its books', { timeout: PATIENCE }, () => {
    const directory = newTraceDirectory();
    const path = join(directory, 'cut.ring');
    const { image, messages } = sampleRing(directory, mode, 'discard');
    for (let at = HEADER_SIZE; at < image.length; at += 3) {
      const damaged = Buffer.from(image);
      damaged.fill(0x5a, at, Math.min(at + 40, image.length));
      writeFileSync(path, damaged);
      const seen = read(path);
      if (seen.counts?.appended !== 40) expect.fail(`at ${at}: ${JSON.stringify(seen.counts)}`);
      if (messagesOf(seen).length < messages.length - 3) expect.fail(`at ${at}: records are missing`);
    }
  });

  const crafted: [string, (header: Buffer) => void][] = [];
  const U32 = [0, 1, 7, 8, 1016, 1023, 1032, 0x7fff_fff8, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];
  const F64 = [
    -1,
    -0,
    0.5,
    2 ** 31,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ];
  for (const name of ['CAPACITY', 'HEADER_SIZE', 'FLAGS', 'HEAD', 'OLDEST', 'CONTROL_CLEAR_MARK'] as const) {
    for (const value of U32) {
      crafted.push([`${name} ${value}`, (h) => h.writeUInt32LE(value, Header[name])]);
      crafted.push([`${name}, second word, ${value}`, (h) => h.writeUInt32LE(value, Header[name] + 4)]);
    }
  }
  for (const name of [
    'APPENDED',
    'CLEARED',
    'DISCARDED',
    'CUT',
    'REPLACED',
    'WALL_ORIGIN',
    'MONOTONIC_ORIGIN',
  ] as const) {
    for (const value of F64) crafted.push([`${name} ${value}`, (h) => h.writeDoubleLE(value, Header[name])]);
  }
  for (const value of [0, 127, 4096, 65535]) {
    crafted.push([`BUFFER_NAME length ${value}`, (h) => h.writeUInt16LE(value, Header.BUFFER_NAME)]);
    crafted.push([`PROCESS_NAME length ${value}`, (h) => h.writeUInt16LE(value, Header.PROCESS_NAME)]);
  }
  crafted.push([
    'head before oldest',
    (h) => h.writeUInt32LE(h.readUInt32LE(Header.HEAD) + 8, Header.OLDEST),
  ]);
  crafted.push([
    'oldest a lap too early',
    (h) => h.writeUInt32LE(h.readUInt32LE(Header.OLDEST) - 1024, Header.OLDEST),
  ]);
  crafted.push([
    'positions at their end',
    (h) => h.fill(0xff, Header.HEAD, Header.HEAD + 8).fill(0xff, Header.OLDEST, Header.OLDEST + 8),
  ]);
  crafted.push([
    'the other byte order',
    (h) => h.subarray(Header.BYTE_ORDER, Header.BYTE_ORDER + 4).reverse(),
  ]);

  test(`with any of ${crafted.length} crafted headers`, { timeout: PATIENCE }, () => {
    const directory = newTraceDirectory();
    const path = join(directory, 'crafted.ring');
    const { image } = sampleRing(directory, mode);
    const faults: string[] = [];
    for (const commanded of [0, 1]) {
      for (const [name, craft] of crafted) {
        const bytes = Buffer.from(image);
        bytes.writeUInt32LE(commanded, Header.CONTROL_GENERATION);
        craft(bytes);
        writeFileSync(path, bytes);
        try {
          read(path);
        } catch (error) {
          faults.push(`${name}, generation ${commanded}: ${String(error)}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });

  test('made of records that promise more than there is', { timeout: PATIENCE }, () => {
    const directory = newTraceDirectory();
    const path = join(directory, 'bomb.ring');
    const { image } = sampleRing(directory, mode);
    for (const size of [0, 8, 976, 1000, 1024, 0xff_ffff, 0x100_0000, 0x7fff_ffff, 0xffff_ffff]) {
      for (const kind of [0, 1, 255]) {
        const bytes = Buffer.from(image);
        // A sound header at every multiple of eight: records over records, each with a check word that is right.
        for (let position = 0; position < 1024; position += 8)
          record(bytes, position, size, kind, position + 1);
        place(bytes, 0, 1024);
        writeFileSync(path, bytes);
        read(path);
      }
    }
  });
});

/** Head and oldest of a crafted ring. */
function place(bytes: Buffer, oldest: number, head: number): void {
  for (const [at, position] of [
    [Header.OLDEST, oldest],
    [Header.HEAD, head],
  ] as const) {
    bytes.writeUInt32LE(position % 2 ** 32, at);
    bytes.writeUInt32LE(Math.floor(position / 2 ** 32), at + 4);
  }
}

/** A record header whose check word is right; it may be written over by the next. */
function record(bytes: Buffer, position: number, size: number, kind: number, seq: number): void {
  const at = HEADER_SIZE + (position % (bytes.length - HEADER_SIZE));
  if (at + 24 > bytes.length) return;
  bytes.writeUInt32LE(size, at);
  bytes.writeUInt32LE(seq >>> 0, at + RecordField.SEQ);
  bytes.writeDoubleLE(0, at + RecordField.TIME);
  bytes.writeUInt32LE(kind, at + RecordField.TYPE);
  bytes.writeInt32LE(headerCheck(position | 0, size | 0, seq | 0, 0, 0, kind), at + RecordField.CHECK);
}

describe('a huge ring', () => {
  test('in a tiny file is read at once', () => {
    const directory = newTraceDirectory();
    const path = join(directory, 'huge.ring');
    const { image } = sampleRing(directory, 'mapped');
    image.writeUInt32LE(MAX_CAPACITY, Header.CAPACITY);
    place(image, 0, MAX_CAPACITY);
    writeFileSync(path, image);
    const { problems } = read(path, { seconds: 1 });
    expect(problems.length).toBe(1);
  });

  test('of one hole takes bounded time and memory', { timeout: PATIENCE }, () => {
    const directory = newTraceDirectory();
    const path = join(directory, 'sparse.ring');
    const { image } = sampleRing(directory, 'mapped');
    image.writeUInt32LE(HOLE, Header.CAPACITY);
    place(image, 0, HOLE);
    const fd = openSync(path, 'w');
    writeSync(fd, image, 0, HEADER_SIZE, 0);
    ftruncateSync(fd, HEADER_SIZE + HOLE);
    closeSync(fd);
    const started = performance.now();
    const { problems } = read(path, { seconds: 10, mib: 16 });
    expect(problems.length).toBe(1);
    console.log(`a hole of 16 MiB: ${Math.round(performance.now() - started)} ms`);
  });
});

describe('definitions', () => {
  const read16 = (path: string): Seen => read(path, { seconds: 20, mib: 128 });
  const garbage: Readonly<Record<string, () => Buffer>> = {
    'a million entries': () =>
      Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => `["t",${i},0]\n`).join('')),
    'a line of 16 MiB': () => Buffer.concat([Buffer.alloc(16 * MIB - 1, '[['), Buffer.from('\n')]),
    'a text of 16 MiB': () =>
      Buffer.concat([Buffer.from('["level",30,"'), Buffer.alloc(16 * MIB, 'x'), Buffer.from('"]\n')]),
    'more than 16 MiB': () => Buffer.alloc(20 * MIB, '["level",30,"x"]\n'),
    'deep nesting': () => Buffer.from(`["t",1,${'['.repeat(100_000)}${']'.repeat(100_000)}]\n`),
    'empty lines': () => Buffer.alloc(4 * MIB, '\n'),
    'no JSON': () => Buffer.from('\0\xff\xfe{]\n["level"]\n{"level":1}\n["level",{},3]\nnull\n', 'latin1'),
    'strange names': () =>
      Buffer.from('["__proto__",30,"x"]\n["constructor",1e999,"y"]\n["level",30,{"toString":1}]\n'),
  };
  test.each(Object.entries(garbage))(
    '%s: the records are listed all the same',
    { timeout: PATIENCE },
    (_, make) => {
      const directory = newTraceDirectory();
      const path = join(directory, 'one.ring');
      const { image, messages } = sampleRing(directory, 'mapped');
      writeFileSync(path, image);
      writeFileSync(join(directory, 'one.defs'), make());
      expect(messagesOf(read16(path))).toEqual(messages);
    },
  );

  test('that can not be read are a problem, and the records are listed all the same', () => {
    const directory = newTraceDirectory();
    const path = join(directory, 'one.ring');
    const { image, messages } = sampleRing(directory, 'mapped');
    writeFileSync(path, image);
    mkdirSync(join(directory, 'one.defs'));
    const seen = readForeign(path);
    expect(messagesOf(seen)).toEqual(messages);
    expect(seen.problems.length).toBe(1);
  });
});

describe('the files of a process', () => {
  const GARBAGE = [
    '',
    '\0',
    'null',
    '[]',
    '0',
    '"x"',
    '{',
    '[['.repeat(30_000),
    '{"formatVersion":1e999}',
    '\uFEFF{}',
  ];

  test('whose process.json is garbage are a problem and hide no other process', () => {
    const root = temporaryRoot();
    leave(root, {});
    GARBAGE.forEach((text, i) => {
      writeFileSync(join(root.path, leave(root, {}), 'process.json'), text);
      const { processes, problems } = listProcesses(root);
      expect(processes.length, JSON.stringify(text.slice(0, 20))).toBe(1);
      expect(problems.length).toBe(i + 1);
      for (const { error } of problems) expect(error).toBeInstanceOf(TracebufError);
    });
  });

  test('whose exit.json is garbage are listed', () => {
    const root = temporaryRoot();
    for (const text of GARBAGE) {
      writeFileSync(join(root.path, leave(root, {}), 'exit.json'), text, { mode: 0o600 });
    }
    const { processes, problems } = listProcesses(root);
    expect(processes.length).toBe(GARBAGE.length);
    expect(processes.every(({ exitCode }) => exitCode === undefined)).toBe(true);
    expect(problems).toEqual([]);
  });
});

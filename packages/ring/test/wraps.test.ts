import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordSize, TRAILER_SIZE } from '../src/layout.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { craftHeader } from './support/craft.ts';
import { openRing, processIn, readRing, ringFilesIn, useTraceDirectory } from './support/trace-directory.ts';

const SIZE = 4096;
const TWO_TO_32 = 2 ** 32;

describe.each(['mapped', 'positional'] as const)('a %s ring', (mode) => {
  const trailer = mode === 'positional' ? TRAILER_SIZE : 0;
  const open = (name = 'wrap'): TraceBuffer => new TraceBuffer(name, SIZE, { mode, keepLevel: false });
  const ringPath = (directory: string, name = 'wrap'): string =>
    join(processIn(directory).directory, `${name}.0.ring`);

  test('wraps wherever its records happen to start', () => {
    const directory = useTraceDirectory();
    open().close();
    const path = ringPath(directory);
    const [file] = ringFilesIn(directory);
    if (file === undefined) throw new Error('there is no ring');
    let appended = 0;
    for (let offset = 0; offset < SIZE; offset += 8) {
      craftHeader(path, { position: SIZE * (3 + offset) + offset, appended: offset });
      const buffer = open();
      const texts = Array.from(
        { length: 40 },
        (_, i) => `${offset}/${i} ${'x'.repeat((offset + i * 37) % 300)}`,
      );
      for (const text of texts) buffer.log(text);
      const reader = openRing(file);
      const records = readRing(reader);
      expect(records.map(({ text }) => text)).toEqual(texts.slice(40 - records.length));
      expect(records.at(-1)?.seq).toBe(offset + 40);
      expect(records.length).toBeGreaterThan(8);
      expect(reader.counts()).toMatchObject({ appended: offset + 40, readable: records.length, damaged: 0 });
      appended += texts.length;
      buffer.close();
    }
    expect(appended).toBe((SIZE / 8) * 40);
  });

  test('takes a record that fits exactly, at its end and altogether', () => {
    const directory = useTraceDirectory();
    const buffer = new TraceBuffer('wrap', SIZE, { mode, keepLevel: false, policy: 'discard' });
    const [file] = ringFilesIn(directory);
    if (file === undefined) throw new Error('there is no ring');
    const reader = openRing(file);
    // A ring that refuses takes just as many bytes as it has.
    const text = 'y'.repeat(256 - 24 - trailer);
    expect(recordSize(text.length + trailer)).toBe(256);
    for (let i = 0; i < SIZE / 256; i++) buffer.log(text);
    expect(reader.counts()).toMatchObject({ readable: 16, discarded: 0, used: SIZE });
    buffer.log('');
    expect(reader.counts()).toMatchObject({ readable: 16, discarded: 1, used: SIZE });
    buffer.clear();
    expect(reader.counts()).toMatchObject({ readable: 0, cleared: 16, used: 0 });
    for (let i = 0; i < SIZE / 256; i++) buffer.log(text);
    expect(reader.counts()).toMatchObject({ appended: 33, readable: 16, discarded: 1, cleared: 16 });
    buffer.close();
  });

  test('leaves out the last bytes of its data where no header fits', () => {
    const directory = useTraceDirectory();
    for (const rest of [8, 16, 24, 32]) {
      const buffer = new TraceBuffer(`rest${rest}`, SIZE, { mode, keepLevel: false });
      // Two texts that end so many bytes before the end of the data.
      buffer.log('a'.repeat(SIZE / 2 - 24 - trailer));
      buffer.log('b'.repeat(SIZE / 2 - 24 - trailer - rest));
      buffer.log('first of the next round'.padEnd(40));
      buffer.log('second');
      const file = ringFilesIn(directory).find((ring) => ring.buffer === `rest${rest}`);
      if (file === undefined) throw new Error('there is no ring');
      const reader = openRing(file);
      expect(readRing(reader).map(({ text }) => text.slice(0, 6))).toEqual(['bbbbbb', 'first ', 'second']);
      expect(reader.counts()).toMatchObject({ appended: 4, readable: 3, evicted: 1, damaged: 0 });
      buffer.close();
    }
  });

  test('goes on past position and record number 2^32', () => {
    const directory = useTraceDirectory();
    const appended = TWO_TO_32 - 20;
    for (let below = 8; below <= 2048; below += 56) {
      // A ring of its own each time: no position ever comes twice.
      const name = `wrap${below}`;
      open(name).close();
      craftHeader(ringPath(directory, name), { position: TWO_TO_32 - below, appended });
      const buffer = open(name);
      const file = ringFilesIn(directory).find((ring) => ring.buffer === name);
      if (file === undefined) throw new Error('there is no ring');
      const follower = openRing(file);
      expect(readRing(follower)).toEqual([]);
      let followed = 0;
      for (let i = 1; i <= 60; i++) {
        buffer.log(`record ${i} ${'z'.repeat(i)}`);
        const reader = openRing(file);
        const records = readRing(reader);
        const seqs = records.map(({ seq }) => seq);
        expect(seqs).toEqual(seqs.map((_, at) => appended + i - seqs.length + 1 + at));
        expect(records.at(-1)?.text).toBe(`record ${i} ${'z'.repeat(i)}`);
        expect(reader.counts()).toMatchObject({ appended: appended + i, readable: seqs.length, damaged: 0 });
        for (const { seq } of readRing(follower)) {
          expect(follower.account(seq)).toBe(0);
          expect(seq).toBe(appended + ++followed);
        }
      }
      expect(followed).toBe(60);
      buffer.clear();
      expect(openRing(file).counts()).toMatchObject({ appended: appended + 60, readable: 0, used: 0 });
      buffer.log('after it all');
      expect(readRing(openRing(file))).toMatchObject([{ seq: appended + 61, text: 'after it all' }]);
      buffer.close();
    }
  });

  test('is not taken up where its positions or its length make no sense', () => {
    const directory = useTraceDirectory();
    open().close();
    const path = ringPath(directory);
    for (const header of [
      { head: 8, oldest: 16 },
      { head: SIZE * 4, oldest: 8 },
      { position: 12 },
      { head: Number.MAX_SAFE_INTEGER - 7, oldest: 0 },
    ]) {
      craftHeader(path, header);
      const buffer = open();
      for (let i = 0; i < 500; i++) buffer.log(`record ${i}`);
      const [file] = ringFilesIn(directory);
      if (file === undefined) throw new Error('there is no ring');
      const reader = openRing(file);
      const records = readRing(reader);
      expect(records.at(-1)).toMatchObject({ seq: 500, text: 'record 499' });
      expect(reader.counts()).toMatchObject({ appended: 500, readable: records.length, damaged: 0 });
      buffer.close();
    }
  });
});

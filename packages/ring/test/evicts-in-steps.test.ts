import { describe, expect, test } from 'vitest';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { openRing, readRing, ringFilesIn, useTraceDirectory } from './support/trace-directory.ts';

/** The same numbers each time, from 0 to `end`. */
function numbers(): (end: number) => number {
  let state = 4711;
  return (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

describe.each([
  ['mapped', 32],
  ['positional', 16],
] as const)('a %s ring', (mode, steps) => {
  // Steps that are a whole number of bytes, and such that are not.
  test.each([4096, 4104, 6000, 20480])('of %i bytes evicts whole records, and few at once', (size) => {
    const directory = useTraceDirectory();
    const open = (): TraceBuffer =>
      new TraceBuffer(`steps ${mode} ${size}`, size, { mode, keepLevel: false });
    const random = numbers();
    let buffer = open();
    const [file] = ringFilesIn(directory);
    if (file === undefined) throw new Error('there is no ring');
    const reader = openRing(file);
    const capacity = size & -8;
    let texts: string[] = [];
    let appended = 0;
    for (let round = 0; round < 1500; round++) {
      // One in fifty as long as a record can be, or longer.
      const length = random(50) === 0 ? random(size / 2) : random(100);
      const text = `${round} ${'x'.repeat(length)}`;
      buffer.log(text);
      texts.push(text);
      appended++;
      const counts = reader.counts();
      expect(counts).toMatchObject({ appended, discarded: 0, damaged: 0 });
      expect(counts.readable + counts.evicted).toBe(appended);
      if (round % 100 === 99) {
        const records = readRing(openRing(file));
        expect(records.length).toBe(counts.readable);
        texts = texts.slice(-records.length);
        expect(records.map(({ text: read }) => read)).toEqual(texts);
      }
      if (random(70) === 0) {
        buffer.close();
        buffer = open();
      }
    }
    // Short ones alone: all but a few steps of the ring is in use at any time.
    for (let round = 0; round < 1500; round++) {
      buffer.log(`short ${round}`);
      const { used } = reader.counts();
      if (round > 1000) expect(used).toBeGreaterThan(capacity - 3 * (capacity / steps) - 128);
    }
    buffer.close();
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGolden } from './golden/read.ts';

const directory = join(import.meta.dirname, 'golden');
const rings = readdirSync(directory).filter((name) => name.endsWith('.ring'));

/** Rings of every version, kept for ever: what a release has written, every later one reads the same. */
describe('a ring that was written by', () => {
  test('version 1 is there in both byte orders, both modes and both policies', () => {
    expect(rings).toEqual(
      expect.arrayContaining([
        'v1-mapped-big-endian.ring',
        'v1-mapped.ring',
        'v1-positional-big-endian.ring',
        'v1-positional.ring',
        'v1-refusing-big-endian.ring',
        'v1-refusing.ring',
      ]),
    );
  });

  test.each(rings)('%s reads as it always did', (name) => {
    const path = join(directory, name);
    const expected: unknown = JSON.parse(readFileSync(path.replace(/ring$/, 'json'), 'utf8'));
    expect(JSON.parse(JSON.stringify(readGolden(path).seen))).toEqual(expected);
  });

  test.each(rings.filter((name) => name.includes('big-endian')))('%s tells the same as its twin', (name) => {
    const seen = (file: string) => readGolden(join(directory, file)).seen as { descriptor: object };
    const big = seen(name);
    const little = seen(name.replace('-big-endian', ''));
    expect(big).toEqual({ ...little, descriptor: { ...little.descriptor, littleEndian: false } });
  });
});

import { expect, test } from 'vitest';
import { parseBytes } from '../src/byte-count.ts';

test.each([
  ['0', 0],
  ['4096', 4096],
  ['1k', 1024],
  [' 100M ', 100 * 1024 * 1024],
  ['1.5 GiB', 1.5 * 1024 ** 3],
  ['2tb', 2 * 1024 ** 4],
  ['', undefined],
  ['k', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['10 potatoes', undefined],
  ['99999999999999999999', undefined],
])('%j bytes are %j', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

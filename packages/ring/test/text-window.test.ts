import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextWindow } from '../src/text-window.ts';

/** The window over a copy of some bytes. */
function windowOver(content: Uint8Array): { readonly bytes: Buffer; readonly window: TextWindow } {
  const memory = new ArrayBuffer(content.length);
  const bytes = Buffer.from(memory);
  bytes.set(content);
  return { bytes, window: new TextWindow(bytes, new Int32Array(memory, 0, memory.byteLength >> 2)) };
}

/** Bytes of which long stretches are ASCII, and others anything. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ max: 127, maxLength: 900 }),
      fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

describe('a window on texts', () => {
  test('gives what decoding each by itself does, in any order', () => {
    fc.assert(
      fc.property(content, fc.array(fc.tuple(fc.nat(), fc.nat())), (given, ranges) => {
        const { bytes, window } = windowOver(given);
        for (const [a, b] of ranges) {
          const start = a % (bytes.length + 1);
          const end = start + (b % (bytes.length - start + 1));
          expect(window.text(start, end)).toBe(bytes.toString('utf8', start, end));
        }
      }),
    );
  });

  test('sees one byte that is not ASCII wherever it is', () => {
    for (let length = 1; length <= 16; length++) {
      for (let start = 0; start < 8; start++) {
        for (let at = 0; at < length; at++) {
          const { bytes, window } = windowOver(Buffer.alloc(32, 'x'));
          bytes[start + at] = 0xe9;
          expect(window.text(start, start + length)).toBe(bytes.toString('utf8', start, start + length));
        }
      }
    }
  });

  test('gives new bytes once it was told to forget the old ones', () => {
    const { bytes, window } = windowOver(Buffer.from('one and two'));
    expect(window.text(0, 3)).toBe('one');
    bytes.write('six');
    window.forget();
    expect(window.text(0, 3)).toBe('six');
  });
});

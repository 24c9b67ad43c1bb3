import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidOptionError } from '../src/errors.ts';
import { escapeName, parseRingFileName, ringFileName, unescapeName } from '../src/file-name.ts';

test('any name becomes a file name and comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 16 }), fc.nat(), (name, thread) => {
      fc.pre(Buffer.byteLength(name) <= 64 && !/\p{Cc}/u.test(name));
      const file = ringFileName(name, thread, 'keep');
      expect(file).toMatch(/^[A-Za-z0-9_%-]+\.\d+\.keep$/);
      expect(Buffer.byteLength(file)).toBeLessThan(255);
      expect(parseRingFileName(file)).toEqual({ buffer: name, thread, role: 'keep' });
    }),
  );
});

test('no name is a path', () => {
  expect(ringFileName('../../etc/passwd', 0, 'ring')).toBe('%2E%2E%2F%2E%2E%2Fetc%2Fpasswd.0.ring');
});

test.each(['', 'a\nb', '\u{1b}[2J', '\ud800', 'é'.repeat(33)])('%j is no name of a trace buffer', (name) => {
  expect(() => escapeName(name)).toThrow(InvalidOptionError);
});

test('64 bytes are a name', () => {
  expect(unescapeName(escapeName('é'.repeat(32)))).toBe('é'.repeat(32));
});

test.each([
  'process.json',
  'a.0.tmp',
  'a.01.ring',
  'a.-1.ring',
  'a.99999999999.ring',
  '.0.ring',
  '%61.0.ring',
  '%2f.0.ring',
  '%FF.0.ring',
  'a b.0.ring',
  'a.b.0.ring',
  `${'a'.repeat(65)}.0.ring`,
])('%s is not a file of a trace buffer', (name) => {
  expect(parseRingFileName(name)).toBeUndefined();
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTexts, type Texts } from '../src/append-texts.ts';
import { controlBuffers } from '../src/buffer-control.ts';
import { registerDecoder } from '../src/decode.ts';
import { RecordFlag } from '../src/layout.ts';
import { Level } from '../src/level.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { processIn, useTraceDirectory } from './support/trace-directory.ts';

const KIND = 200;
const seen: (Texts & { readonly flags: number })[] = [];
registerDecoder({
  kind: KIND,
  name: 'texts',
  decode: ({ bytes, start, end, flags, littleEndian }) => {
    const texts = readTexts(bytes, start, end, littleEndian);
    if (texts !== undefined) seen.push({ ...texts, flags });
    return { message: 'texts' };
  },
});

function readBack(directory: string): typeof seen {
  seen.length = 0;
  using reader = new TraceReader([processIn(directory)]);
  reader.poll();
  expect(reader.problems).toEqual([]);
  return [...seen];
}

test.each(['mapped', 'positional'] as const)('texts of any kind come back, %s', (mode) => {
  const directory = useTraceDirectory();
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ minLength: 30, unit: 'grapheme' }),
  );
  using buffer = new TraceBuffer('texts', 20480, { mode, keepLevel: false });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), fc.nat(0x7fff_ffff), (texts, word) => {
      buffer.clear();
      expect(buffer.appendTexts(KIND, Level.info, word, texts)).toBe(true);
      const [last, ...others] = readBack(directory);
      expect(others).toEqual([]);
      expect(last).toEqual({ word, texts: texts.map((each) => each.toWellFormed()), flags: last?.flags });
      expect((last?.flags ?? 0) & RecordFlag.CUT).toBe(0);
      expect((last?.flags ?? 0) & RecordFlag.REPLACED).toBe(
        texts.every((each) => each.isWellFormed()) ? 0 : RecordFlag.REPLACED,
      );
    }),
    { numRuns: 60 },
  );
});

test('texts that are too long are cut at a character, the last ones first', () => {
  const directory = useTraceDirectory();
  using buffer = new TraceBuffer('long', 4096, { keepLevel: false });
  buffer.appendTexts(KIND, Level.info, 7, ['first', '€'.repeat(4000), 'last']);
  const [record] = readBack(directory);
  expect(record).toMatchObject({ word: 7, flags: RecordFlag.CUT });
  expect(record?.texts[0]).toBe('first');
  expect(record?.texts[1]).toMatch(/^€{600,}$/);
  expect(record?.texts[2]).toBe('');
});

test('more texts than fit by their lengths alone are cut, too', () => {
  const directory = useTraceDirectory();
  using buffer = new TraceBuffer('many', 4096, { keepLevel: false });
  buffer.appendTexts(KIND, Level.info, 7, Array<string>(10_000).fill(''));
  const [record] = readBack(directory);
  expect(record?.flags).toBe(RecordFlag.CUT);
  expect(record?.texts.length).toBeGreaterThan(400);
});

test('a payload that lies about its lengths is read no further than it is', () => {
  const payload = Buffer.alloc(24);
  payload.writeUInt32LE(1, 0);
  payload.writeUInt32LE(0xffff_ffff, 4);
  expect(readTexts(payload, 0, 24, true)).toEqual({ word: 1, texts: ['', '', '', '', ''] });
  payload.writeUInt32LE(3, 4);
  payload.writeUInt32LE(4, 8);
  payload.writeUInt32LE(0x7fff_ffff, 12);
  expect(readTexts(payload, 0, 24, true)?.texts).toEqual(['\0\0\0\0']);
  expect(readTexts(payload, 0, 7, true)).toBeUndefined();
  const big = Buffer.from([0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 2, 0x68, 0x69, 0x21]);
  expect(readTexts(big, 0, 15, false)).toEqual({ word: 9, texts: ['hi', '!'] });
});

test.each(['mapped', 'positional'] as const)('a policy set from outside is seen, %s', async (mode) => {
  const directory = useTraceDirectory();
  using buffer = new TraceBuffer('policy', 4096, { mode });
  expect(buffer.policy()).toBe(0);
  controlBuffers(processIn(directory), ['policy'], { policy: 77 });
  await expect.poll(() => buffer.policy()).toBe(77);
});

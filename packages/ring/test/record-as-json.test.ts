import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidRecordError, Level, recordFromJson, recordToJson, type TraceRecord } from '../src/index.ts';

const count = fc.maxSafeNat();
const levels = Object.entries(Level);

/** Any record whose level has a name everywhere. */
const record = fc
  .record(
    {
      time: fc.maxSafeInteger(),
      process: fc.string(),
      pid: count,
      thread: count,
      buffer: fc.string(),
      seq: count,
      level: fc.constantFrom(...levels),
      kind: fc.string(),
      message: fc.string({ unit: 'binary' }),
      fields: fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false })),
      traceId: fc.stringMatching(/^[\da-f]{32}$/),
      spanId: fc.stringMatching(/^[\da-f]{16}$/),
      count,
    },
    { requiredKeys: ['time', 'process', 'pid', 'thread', 'buffer', 'seq', 'level', 'kind', 'message'] },
  )
  .map(({ level: [level, severity], ...rest }) => ({ ...rest, level, severity }) as TraceRecord);

test('a record is the same read from JSON, to the microsecond', () => {
  fc.assert(
    fc.property(record, (written) => {
      const text = JSON.stringify(recordToJson(written));
      const read = recordFromJson(JSON.parse(text));
      expect(JSON.stringify(recordToJson(read))).toBe(text);
      expect(read.time).toBe(written.time);
      expect(read.severity).toBe(written.severity);
    }),
  );
});

const json = recordToJson({
  time: 1,
  process: 'web',
  pid: 1,
  thread: 0,
  buffer: 'b',
  seq: 1,
  level: 'info',
  severity: 30,
  kind: 'log',
  message: 'm',
});

test('a level that is a number is that number, one of a name of its own is info', () => {
  expect(recordFromJson({ ...json, level: '35' }).severity).toBe(35);
  expect(recordFromJson({ ...json, level: 'silly' })).toMatchObject({ level: 'silly', severity: 30 });
  expect(recordFromJson({ ...json, more: 'later' })).not.toHaveProperty('more');
});

test('what is no record is an error that names the key', () => {
  for (const [part, fault] of [
    [{ seq: '1' }, /seq: /],
    [{ pid: -1 }, /pid: /],
    [{ seq: 1e300 }, /seq: /],
    [{ time: 'yesterday' }, /time: "yesterday" is no time such as 2026/],
    [{ time: '2026-13-02T03:04:05.123456Z' }, /time: /],
    [{ time: '+275760-09-13T00:00:00.000000Z' }, /time: /],
    [{ traceId: 'xyz' }, /traceId: /],
    [{ fields: [1] }, /fields: /],
    [{ message: undefined }, /message: /],
  ] as const) {
    expect(() => recordFromJson({ ...json, ...part })).toThrow(fault);
  }
  for (const value of [null, 1, 'x', [], {}]) expect(() => recordFromJson(value)).toThrow(InvalidRecordError);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(() => recordFromJson(value)).toThrow(InvalidRecordError);
    }),
  );
});

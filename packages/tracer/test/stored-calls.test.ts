import './trace-directory.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { RecordKind, TraceBuffer, type TraceRecord } from '@tracebuf/ring';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { CALL_BITS_SHIFT, CallBit, CallField, MAX_DEPTH, ValueTag } from '../src/call-layout.ts';
import { exceptionDecoder, markDecoder, returnDecoder } from '../src/decoder.ts';
import { callDecoder } from '../src/index.ts';
import { fieldsOf, newTracer, recordsBy, recordsOf } from './recorded.ts';
import { traceDirectory } from './trace-directory.ts';

const raw = new TraceBuffer('raw', 256 * 1024);
beforeEach(() => raw.clear());
afterAll(() => raw.close());

const KINDS = [RecordKind.CALL, RecordKind.RETURN, RecordKind.EXCEPTION, RecordKind.MARK];

/** What is read back of payloads that are stored as they are. */
function stored(kind: number, ...payloads: Uint8Array[]): TraceRecord[] {
  raw.clear();
  for (const payload of payloads) raw.appendBytes(kind, 20, payload);
  return recordsOf(process.pid, 'raw').filter(({ kind: name }) => name !== 'cleared');
}

/** The payloads that a tracer writes. */
function payloadsOf(work: (tracer: ReturnType<typeof newTracer>) => void): Buffer[] {
  const tracer = newTracer();
  const payloads: Buffer[] = [];
  const { buffer } = tracer;
  const append = buffer.appendPayload.bind(buffer);
  buffer.appendPayload = (kind, severity, payload, time) => {
    // Stored first, as the time of a call is known by then.
    const isStored = append(kind, severity, payload, time);
    const bytes = Buffer.alloc(payload.payloadSize);
    payload.writePayload(bytes, 0, undefined, new Float64Array([performance.now()]));
    payloads.push(bytes);
    return isStored;
  };
  work(tracer);
  tracer.close();
  return payloads;
}

const u32 = (bytes: Buffer, at: number): number =>
  endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

test('every field lies where the layout says', () => {
  const [outer, inner, innerEnd, outerEnd] = payloadsOf((tracer) => {
    const second = tracer.trace(function* second(_x: number): Generator<number> {});
    tracer.trace(() => [...second(7)].length)();
  }) as [Buffer, Buffer, Buffer, Buffer];
  for (const bytes of [outer, inner, innerEnd, outerEnd]) expect(bytes.length % 4).toBe(0);
  expect(u32(outer, CallField.FUNCTION)).not.toBe(u32(inner, CallField.FUNCTION));
  expect(u32(inner, CallField.FUNCTION)).toBe(u32(innerEnd, CallField.FUNCTION));
  expect(u32(outer, CallField.DEPTH)).toBe(0);
  expect(u32(inner, CallField.DEPTH) & MAX_DEPTH).toBe(1);
  expect(u32(inner, CallField.DEPTH) >>> CALL_BITS_SHIFT).toBe(CallBit.ASYNC | CallBit.GENERATOR);
  expect([u32(outer, CallField.CALL), u32(outer, CallField.CALL + 4)]).toEqual([1, 0]);
  expect([u32(outer, CallField.PARENT), u32(outer, CallField.PARENT + 4)]).toEqual([0, 0]);
  expect([u32(inner, CallField.CALL), u32(inner, CallField.PARENT)]).toEqual([2, 1]);
  expect([u32(inner, CallField.VALUES), u32(inner, CallField.VALUES + 4)]).toEqual([ValueTag.INTEGER, 7]);
  expect(inner.length).toBe(CallField.VALUES + 8);
  const dur =
    endianness() === 'LE'
      ? innerEnd.readDoubleLE(CallField.DURATION)
      : innerEnd.readDoubleBE(CallField.DURATION);
  expect(dur).toBeGreaterThan(0);
  expect(u32(innerEnd, CallField.RESULT)).toBe(ValueTag.UNDEFINED);
  expect(innerEnd.length).toBe(CallField.RESULT + 4);
});

test('numbers of calls go on beyond 32 bits', () => {
  const words = new Uint32Array([0, 3, 5, 1, 0xffff_ffff, 1]);
  const [record] = stored(RecordKind.CALL, new Uint8Array(words.buffer));
  expect(fieldsOf(record)).toMatchObject({ depth: 3, call: 2 ** 32 + 5, parent: 2 ** 33 - 1 });
  expect(record?.message).toBe('function 0()');
});

test('any bytes give records, in bounded time', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 20 }),
      (kind, payloads) => {
        const records = stored(kind, ...payloads);
        expect(records).toHaveLength(payloads.length);
        for (const record of records) {
          expect(record.message.length).toBeLessThan(5000);
          expect(() => JSON.stringify(record.fields)).not.toThrow();
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a payload with any words changed, or cut anywhere, gives a record', () => {
  const payloads = payloadsOf((tracer) => {
    const show = tracer.trace((..._values: unknown[]): never => {
      throw new RangeError('far');
    });
    try {
      show(
        { a: [1, 2n], b: 'two' },
        new Map([['k', new Date(0)]]),
        /x/,
        Symbol('s'),
        new Error('e'),
        'x'.repeat(300),
      );
    } catch {
      // Meant to be stored.
    }
    tracer.mark('here', [1, { c: new Set([1]) }]);
  });
  expect(payloads).toHaveLength(3);
  fc.assert(
    fc.property(
      fc.constantFrom(...payloads),
      fc.constantFrom(...KINDS),
      fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 0xffff_ffff })), { maxLength: 4 }),
      fc.nat({ max: 1000 }),
      (payload, kind, changes, length) => {
        const bytes = Buffer.from(payload.subarray(0, length));
        for (const [word, value] of changes)
          if (word * 4 + 4 <= bytes.length) bytes.writeUInt32LE(value, word * 4);
        const records = stored(kind, bytes);
        expect(records).toHaveLength(1);
        expect(records[0]?.message.length).toBeLessThan(20_000);
      },
    ),
    { numRuns: 1000 },
  );
});

test('values nested without end, and counts without values, end', () => {
  const head = [0, 0, 1, 0, 0, 0];
  const payload = (...words: number[]): Uint8Array =>
    new Uint8Array(new Uint32Array([...head, ...words]).buffer);
  const name = [ValueTag.NAME | (1 << 8)];
  const nested = Array.from({ length: 10_000 }, () => [ValueTag.ARRAY | (1 << 8), ...name, 1]).flat();
  const errors = Array.from({ length: 10_000 }, () => [ValueTag.ERROR, ...name]).flat();
  const records = stored(
    RecordKind.CALL,
    payload(...nested),
    payload(...errors),
    payload(ValueTag.MAP | 0xffff_ff00, ...name, 0xffff_ffff),
    payload(ValueTag.STRING | 0xffff_ff00, 0x41414141),
    payload(ValueTag.NAME, 77),
    payload(0xff),
  );
  expect(records.map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'call'));
  for (const { message } of records.slice(2)) expect(message.length).toBeLessThan(100);
});

test('definitions that are not what they should be do no harm', () => {
  raw.define({ type: 'call-function', id: 5, value: { name: 7 } });
  raw.define({ type: 'call-function', id: 6, value: null });
  raw.define({
    type: 'call-function',
    id: 7,
    value: { name: 'odd', kind: 1, line: -3, parameters: [null, 'x', {}] },
  });
  const call = (id: number): Uint8Array =>
    new Uint8Array(new Uint32Array([id, 0, 1, 0, 0, 0, ValueTag.INTEGER, 1]).buffer);
  const records = stored(RecordKind.CALL, call(5), call(6), call(7), call(8));
  expect(records.map(({ message }) => message)).toEqual([
    'function 5(arguments[0] = 1)',
    'function 6(arguments[0] = 1)',
    'odd(x = 1)',
    'function 8(arguments[0] = 1)',
  ]);
  expect(fieldsOf(records[2])).toMatchObject({ module: '', line: 0 });
});

test('the decoders have kinds and names of their own', () => {
  const decoders = [callDecoder, returnDecoder, exceptionDecoder, markDecoder];
  expect(decoders.map(({ kind, name }) => [kind, name])).toEqual([
    [9, 'call'],
    [10, 'return'],
    [11, 'exception'],
    [12, 'mark'],
  ]);
});

test('what many records share is written once, also for tracers that come later', () => {
  const definitions = (): string[] => {
    const directory = recordsDirectory();
    return readFileSync(`${traceDirectory}/${directory}/again.0.defs`, 'utf8').trim().split('\n');
  };
  const recordOnce = (): void => {
    const tracer = newTracer({ name: 'again' });
    const [first, second] = [1, 2].map(() => tracer.trace((value: unknown) => value, { name: 'same' })) as [
      (value: unknown) => unknown,
      (value: unknown) => unknown,
    ];
    for (let i = 0; i < 10; i++) for (const fn of [first, second]) fn({ a: 1, b: [i], c: new Map() });
    expect(new Set(recordsBy(tracer).map((record) => fieldsOf(record).func))).toEqual(new Set(['same']));
    tracer.close();
  };
  recordOnce();
  const once = definitions();
  expect(new Set(once).size).toBe(once.length);
  expect(once.map((line) => (JSON.parse(line) as [string, number, unknown])[0]).sort()).toEqual([
    'call-function',
    'call-name',
    'call-name',
    'call-name',
    'call-name',
    'call-name',
    'call-name',
  ]);
  recordOnce();
  // The same ids: it does not matter whether it is written again.
  expect(new Set(definitions())).toEqual(new Set(once));
});

/** The directory of this process. */
function recordsDirectory(): string {
  return readdirSync(traceDirectory).find((name) => name.startsWith(`${process.pid}.`)) as string;
}

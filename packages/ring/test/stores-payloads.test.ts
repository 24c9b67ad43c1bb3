import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { controlBuffers } from '../src/buffer-control.ts';
import { registerDecoder } from '../src/decode.ts';
import { RecordFlag } from '../src/layout.ts';
import { Level } from '../src/level.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { processIn, useTraceDirectory } from './support/trace-directory.ts';

const KIND = 201;
const seen: { readonly payload: Buffer; readonly flags: number; readonly severity: number }[] = [];
registerDecoder({
  kind: KIND,
  name: 'payload',
  decode: ({ bytes, start, end, flags, severity }) => {
    seen.push({ payload: Buffer.from(bytes.subarray(start, end)), flags, severity });
    return { message: 'payload' };
  },
});

function readBack(directory: string): typeof seen {
  seen.length = 0;
  using reader = new TraceReader([processIn(directory)]);
  reader.poll();
  expect(reader.problems).toEqual([]);
  return [...seen];
}

function payloadOf(content: Buffer, payloadFlags = 0) {
  return {
    payloadSize: content.length,
    payloadFlags,
    writePayload: (bytes: Buffer, at: number) => void content.copy(bytes, at),
  };
}

describe.each(['mapped', 'positional'] as const)('a %s buffer', (mode) => {
  test('hands a payload the time of its record, also where it is cut', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('payloads', 4096, { mode, keepLevel: false });
    const given: number[] = [];
    for (const size of [8, 5000]) {
      buffer.appendPayload(KIND, Level.debug, {
        payloadSize: size,
        payloadFlags: 0,
        writePayload: (_bytes, _at, _words, clock) => void given.push(clock?.[0] ?? Number.NaN),
      });
    }
    using reader = new TraceReader([processIn(directory)]);
    const times = reader.poll().map(({ time }) => time);
    const [first = 0, second = 0] = given;
    expect(times).toHaveLength(2);
    // Of records, in whole microseconds.
    expect(Math.abs((second - first) * 1000 - ((times[1] ?? 0) - (times[0] ?? 0)))).toBeLessThanOrEqual(1);
  });

  test('stores payloads that their owners write, through many turns of the ring', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('payloads', 4096, { mode, keepLevel: false });
    for (let length = 0; length < 300; length++) {
      const content = Buffer.alloc(length, length % 251);
      const flags = length % 2 === 0 ? 0 : RecordFlag.REPLACED;
      expect(buffer.appendPayload(KIND, Level.debug, payloadOf(content, flags))).toBe(true);
      if (length % 50 !== 0) continue;
      expect(readBack(directory).at(-1)).toEqual({ payload: content, flags, severity: Level.debug });
    }
  });

  test('cuts a payload that is too long, and counts it', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('payloads', 4096, { mode, keepLevel: false });
    const content = Buffer.from(Array.from({ length: 4000 }, (_, index) => index % 251));
    expect(buffer.appendPayload(KIND, Level.info, payloadOf(content, RecordFlag.REPLACED))).toBe(true);
    const [record] = readBack(directory);
    expect(record?.flags).toBe(RecordFlag.REPLACED | RecordFlag.CUT);
    expect(record?.payload.length).toBeGreaterThan(1900);
    expect(content.subarray(0, record?.payload.length).equals(record?.payload ?? content)).toBe(true);
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 1, readable: 1, cut: 1, replaced: 1 });
    buffer.appendPayload(KIND, Level.info, payloadOf(Buffer.from('x'), RecordFlag.CUT));
    expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 2, cut: 2, replaced: 1 });
  });

  test('tells its owner of what was set from outside: keywords, policy, level', async () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('payloads', 4096, { mode, keepLevel: false });
    expect(buffer.control).toMatchObject({ enabled: true, keywordsLow: -1, keywordsHigh: -1, policy: 0 });
    const before = buffer.controlChanges();
    controlBuffers(processIn(directory), ['payloads'], {
      keywords: 0x8000_0001_0000_0002n,
      policy: 5,
      minLevel: Level.warn,
    });
    // A positional writer looks after some milliseconds.
    await sleep(20);
    expect(buffer.controlChanges()).not.toBe(before);
    expect(buffer.control).toMatchObject({
      enabled: true,
      minLevel: Level.warn,
      policy: 5,
      keywordsLow: 2,
      keywordsHigh: 0x8000_0001 | 0,
    });
    const content = Buffer.from('x');
    expect(buffer.appendPayload(KIND, Level.info, payloadOf(content))).toBe(false);
    expect(buffer.appendPayload(KIND, Level.warn, payloadOf(content))).toBe(true);
  });

  test('takes from its owner what others could tell it, at once', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('payloads', 4096, { mode, enabled: false });
    const content = payloadOf(Buffer.from('x'));
    expect(buffer.appendPayload(KIND, Level.info, content)).toBe(false);
    expect(buffer.command({ enabled: true, keywords: 5n, policy: 3 })).toBe(true);
    expect(buffer.appendPayload(KIND, Level.info, content)).toBe(true);
    expect(buffer.appendPayload(KIND, Level.error, content)).toBe(true);
    expect(buffer.control).toMatchObject({ enabled: true, keywordsLow: 5, keywordsHigh: 0, policy: 3 });
    expect(readBack(directory)).toHaveLength(2);
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.buffers()[0]).toMatchObject({ enabled: true, keywords: 5n, policyGeneration: 3 });
    buffer.close();
    expect(buffer.command({ enabled: false })).toBe(false);
  });
});

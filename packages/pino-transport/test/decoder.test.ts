import { type Definitions, RecordFlag, RecordKind } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { pinoDecoder } from '../src/decoder.ts';

function decode(
  text: string | Buffer,
  { flags = 0, severity = 30, definitions = new Map() as Definitions } = {},
) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return pinoDecoder.decode({
    bytes,
    start: 0,
    end: bytes.length,
    flags,
    severity,
    definitions,
    littleEndian: true,
  });
}

const line = JSON.stringify({
  level: 50,
  time: 1763740914123,
  pid: 4711,
  hostname: 'host',
  name: 'app',
  err: { type: 'Error', message: 'boom', stack: 'Error: boom\n    at x' },
  req: { id: 1, headers: { accept: '*/*' } },
  trace_id: '0AF7651916CD43DD8448EB211C80319C',
  span_id: 'b7ad6b7169203331',
  msg: 'request failed',
});

test('is the decoder of pino records', () => {
  expect(pinoDecoder).toMatchObject({ kind: RecordKind.PINO, name: 'pino' });
});

test('message and fields, without what the record itself has', () => {
  const definitions = new Map([['pino', new Map([[0, { pid: 4711, hostname: 'host' }]])]]);
  const { message, fields, traceId, spanId } = decode(line, { severity: 50, definitions });
  expect(message).toBe('request failed');
  expect(Object.keys(fields ?? {})).toEqual(['name', 'err', 'req', 'trace_id', 'span_id']);
  expect({ traceId, spanId }).toEqual({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
  });
});

test('a pid and a hostname that are not the writer’s are fields', () => {
  expect(decode(line).fields).toMatchObject({ pid: 4711, hostname: 'host' });
});

test('a line cut at any byte gives what is whole', () => {
  const whole = JSON.parse(line) as Record<string, unknown>;
  for (let end = 0; end <= line.length; end++) {
    const { message, fields } = decode(line.slice(0, end), { flags: RecordFlag.CUT });
    expect(typeof message).toBe('string');
    for (const [key, value] of Object.entries(fields ?? {})) {
      if (typeof value === 'number' || (typeof value === 'string' && !value.endsWith('…')))
        expect(value).toEqual(whole[key]);
    }
  }
  const cut = line.slice(0, line.indexOf('"req"') + 10);
  expect(decode(cut, { flags: RecordFlag.CUT })).toMatchObject({ message: 'boom', fields: { name: 'app' } });
  expect(decode(line.slice(0, -5), { flags: RecordFlag.CUT }).message).toBe('request fai…');
  expect(decode(line.slice(0, 60), { flags: RecordFlag.CUT }).message).toBe('…');
});

test('a line is compared with the shapes of 256 loggers, however many a file defines', () => {
  const shapes = Array.from({ length: 1000 }, (_, id) => [id, { messageKey: `text${id}` }] as const);
  const definitions = new Map([['pino', new Map(shapes)]]);
  expect(decode('{"text255":"told"}', { definitions })).toEqual({ message: 'told' });
  expect(decode('{"text256":"told"}', { definitions })).toEqual({ message: '', fields: { text256: 'told' } });
});

test('hostile lines neither throw nor pollute nor take long', () => {
  const hostile = [
    '',
    'not JSON',
    '[]',
    'null',
    '"text"',
    '{"msg":null}',
    '{"msg":{"a":1}}',
    '{"msg":"x","level":{"a":1},"time":{}}',
    '{"__proto__":{"polluted":1},"constructor":1,"toString":1,"hasOwnProperty":1,"msg":"m"}',
    `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"msg":"deep"}`,
    `{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    `{"msg":"${'x'.repeat(4_000_000)}"}`,
    `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
    '{"msg":"\\ud800","trace_id":"zz","span_id":7}',
    '\\'.repeat(100_000),
    `{"a":"${'\\'.repeat(200_001)}`,
  ];
  const definitions = new Map<string, Map<number, unknown>>([
    [
      'pino',
      new Map<number, unknown>([
        [0, null],
        [1, 'x'],
        [2, { messageKey: '__proto__', errorKey: 7, nestedKey: 'a' }],
      ]),
    ],
    ['level', new Map<number, unknown>([[50, {}]])],
  ]);
  const began = performance.now();
  for (const text of hostile) {
    for (const flags of [0, RecordFlag.CUT]) {
      const decoded = decode(text, { flags, definitions });
      expect(typeof decoded.message).toBe('string');
      expect(() => JSON.stringify(decoded)).not.toThrow();
    }
  }
  for (let i = 0; i < 2000; i++)
    decode(Buffer.from(Array.from({ length: 64 }, () => Math.random() * 256)), { flags: i & 1 });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(10_000);
});

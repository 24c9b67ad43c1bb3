import { describe, expect, test } from 'vitest';
import { InvalidOptionError, TraceBufferAlreadyExistsError, UnknownTraceBufferError } from '../src/errors.ts';
import { RecordKind } from '../src/layout.ts';
import { clearTraceBuffer, dumpTraceBuffer } from '../src/process-buffers.ts';
import type { TraceRecord } from '../src/record.ts';
import { openTraceBuffer, TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { processIn, useTraceDirectory } from './support/trace-directory.ts';

function read(directory: string): TraceRecord[] {
  using reader = new TraceReader([processIn(directory)]);
  return reader.poll();
}

describe('construction refuses', () => {
  const cases: readonly [what: string, args: readonly unknown[], value: string, remedy: string][] = [
    ['no name', [undefined, 4096], 'undefined', 'give a text'],
    ['an empty name', ['', 4096], "''", 'give a text'],
    ['a name of control characters', ['a\nb', 4096], "'a\\nb'", 'leave out control characters'],
    [
      'a name of lone surrogates',
      ['a\ud800', 4096],
      "'a\\u",
      'leave out control characters and lone surrogates',
    ],
    ['a long name', ['ä'.repeat(33), 4096], 'ää', 'it takes 66 bytes of UTF-8, use at most 64'],
    ['no size', ['b'], 'undefined', 'give a whole number of bytes from 4096'],
    ['a size as text', ['b', '4096'], "'4096'", 'give a whole number of bytes'],
    ['a small size', ['b', 4095], '4095', 'from 4096 to 1073741824'],
    ['a huge size', ['b', 2 ** 31], '2147483648', 'from 4096 to 1073741824'],
    ['a fraction of a byte', ['b', 4096.5], '4096.5', 'give a whole number'],
    ['no number', ['b', Number.NaN], 'NaN', 'give a whole number'],
    ['no options', ['b', 4096, null], 'null', 'give an object or leave it out'],
    ['text for options', ['b', 4096, 'error'], "'error'", 'give an object or leave it out'],
    ['an unknown option', ['b', 4096, { mood: 1 }], "'mood'", 'there are level, enabled, keepLevel'],
    ['a name that means all of them', ['all', 4096], "'all'", 'it means all of them; choose another one'],
    ['that name in another case', ['ALL', 4096], "'ALL'", 'choose another one'],
    ['an unknown level', ['b', 4096, { level: 'loud' }], "'loud'", 'give trace, debug, info'],
    ['a negative level', ['b', 4096, { level: -1 }], '-1', 'a number from 0 to 65535'],
    ['a level beyond', ['b', 4096, { level: 65536 }], '65536', 'a number from 0 to 65535'],
    ['a fraction of a level', ['b', 4096, { level: 30.5 }], '30.5', 'a number from 0 to 65535'],
    ['enabled as text', ['b', 4096, { enabled: 'yes' }], "'yes'", 'give true or false'],
    ['an unknown keep level', ['b', 4096, { keepLevel: true }], 'true', 'give trace, debug, info'],
    ['a small ring for errors', ['b', 4096, { keepSize: 1000 }], '1000', 'from 1024 to'],
    ['an unknown policy', ['b', 4096, { policy: 'drop' }], "'drop'", "give 'overwrite' or 'discard'"],
    ['an unknown mode', ['b', 4096, { mode: 'mmap' }], "'mmap'", "give 'mapped' or 'positional'"],
    [
      'a level that is no number',
      ['b', 4096, { levels: { notice: '35' } }],
      "'35'",
      'give a whole number from 0',
    ],
  ];

  test.each(cases)('%s, naming the value and the remedy', (_what, args, value, remedy) => {
    useTraceDirectory();
    const construct = (): TraceBuffer => new TraceBuffer(...(args as [string, number]));
    expect(construct).toThrow(InvalidOptionError);
    expect(construct).toThrow(value);
    expect(construct).toThrow(remedy);
    expect(construct).toThrow(expect.objectContaining({ code: 'ERR_TRACEBUF_INVALID_OPTION' }));
  });

  test('a name that this thread has', () => {
    useTraceDirectory();
    using buffer = new TraceBuffer('taken', 4096);
    expect(() => new TraceBuffer('taken', 4096)).toThrow(TraceBufferAlreadyExistsError);
    expect(() => new TraceBuffer('taken', 4096)).toThrow(
      "'taken' already exists; use that one, close it first",
    );
    expect(openTraceBuffer('taken', 8192)).toBe(buffer);
  });

  test('a dump or a clear of a buffer that is none', () => {
    useTraceDirectory();
    using buffer = new TraceBuffer('there', 4096);
    expect(() => dumpTraceBuffer('not there')).toThrow(UnknownTraceBufferError);
    expect(() => clearTraceBuffer('not there')).toThrow("there are: 'there'");
    expect(() => buffer.dump('../dump')).toThrow(InvalidOptionError);
  });
});

/** What a program may hand to a logger by mistake. */
const HOSTILE: readonly [what: string, value: unknown, shown: RegExp][] = [
  ['undefined', undefined, /^undefined$/],
  ['null', null, /^null$/],
  ['a symbol', Symbol('s'), /^Symbol\(s\)$/],
  ['a bigint', 12n, /^12n$/],
  ['a function', () => 1, /Function/],
  [
    'an object whose toString throws',
    {
      toString: () => {
        throw new Error('no');
      },
    },
    /toString/,
  ],
  [
    'an object that cannot be inspected',
    {
      [Symbol.for('nodejs.util.inspect.custom')]: () => {
        throw new Error('no');
      },
    },
    /^\[a value that cannot be shown\]$/,
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        ownKeys: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    ),
    /./,
  ],
  ['an error', new TypeError('wrong'), /TypeError: wrong/],
  [
    'an error whose stack throws',
    Object.defineProperty(new Error('x'), 'stack', {
      get: () => {
        throw new Error('no');
      },
    }),
    /./,
  ],
  [
    'a circle',
    (() => {
      const circle: Record<string, unknown> = {};
      Object.assign(circle, { self: circle });
      return circle;
    })(),
    /Circular/,
  ],
  ['text with a lone surrogate', 'a\ud800b', /^a\ufffdb$/],
  ['a NUL', 'a\0b', /^a\0b$/],
  ['nothing', '', /^$/],
  ['a huge text', 'x'.repeat(3_000_000), /^x{2000,}…$/],
  ['a huge wide text', '漢'.repeat(1_000_000), /^漢{600,}…$/],
];

const LEVELS: readonly [given: unknown, stored: number][] = [
  [Number.NaN, 30],
  [-1, 0],
  [-0, 0],
  [1e9, 65_535],
  [Number.POSITIVE_INFINITY, 65_535],
  [Number.NEGATIVE_INFINITY, 0],
  [35.7, 35],
  ['loud', 30],
  ['WARN', 40],
  ['45', 45],
  [undefined, 30],
  [null, 30],
  [Symbol('level'), 30],
  [{}, 30],
  [20n, 30],
];

describe.each(['mapped', 'positional'] as const)('logging to a %s buffer', (mode) => {
  test.each(HOSTILE)('takes %s', (_what, value, shown) => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('hostile', 8192, { mode });
    buffer.log(value as string);
    buffer.append(RecordKind.LOG, 30, value as string);
    buffer.appendInContext(RecordKind.LOG, 30, value as string, '0'.repeat(32), 'f'.repeat(16));
    buffer.log('goes on');
    const messages = read(directory).map(({ message }) => message);
    expect(messages.at(-1)).toBe('goes on');
    expect(messages.at(-2)).toMatch(shown);
    using reader = new TraceReader([processIn(directory)]);
    const [status] = reader.buffers();
    expect(status?.counts).toMatchObject({ appended: 4, damaged: 0 });
  });

  test('counts what it replaced and what it cut', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('counted', 4096, { mode, keepLevel: false });
    buffer.log('a\ud800b\udc00');
    buffer.log('\udc00'.repeat(3000));
    buffer.log('x'.repeat(5000));
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 3, replaced: 2, cut: 2 });
  });

  test('takes any level', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('levels', 8192, { mode, keepLevel: false });
    for (const [given] of LEVELS) buffer.log('x', given as number);
    expect(read(directory).map(({ severity }) => severity)).toEqual(LEVELS.map(([, stored]) => stored));
    buffer.clear();
    const numbers = LEVELS.filter(([given]) => typeof given === 'number');
    for (const [given] of numbers) buffer.append(RecordKind.LOG, given as number, 'x');
    for (const [given] of numbers) buffer.appendBytes(RecordKind.LOG, given as number, Buffer.from('x'));
    const stored = numbers.map(([, level]) => level);
    expect(read(directory).map(({ severity }) => severity)).toEqual([...stored, ...stored]);
  });

  test('keeps to its threshold whatever the level', () => {
    const directory = useTraceDirectory();
    using off = new TraceBuffer('off', 4096, { mode, enabled: false });
    for (const [given] of LEVELS) {
      off.log('x', given as number);
      expect(off.wants(given as number)).toBe(false);
    }
    expect(read(directory)).toEqual([]);
  });

  test('takes any time', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('times', 4096, { mode });
    const started = Date.now();
    const times: unknown[] = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      5n,
      '5',
      null,
      Symbol('t'),
    ];
    for (const time of times) buffer.append(RecordKind.LOG, 30, String(typeof time), time as number);
    const records = read(directory);
    expect(records).toHaveLength(times.length);
    for (const { time } of records) expect(Math.abs(time / 1000 - started)).toBeLessThan(20_000);
    // A number is taken as it is: far away is where it says, and beyond all calendars is the beginning of time.
    buffer.clear();
    buffer.append(RecordKind.LOG, 30, 'early', -performance.timeOrigin + 1);
    buffer.append(RecordKind.LOG, 30, 'beyond', 1e300);
    expect(read(directory).map(({ time }) => time)).toEqual([1000, 0]);
  });

  test.each([0, -1, 256, 257, 0.5, 1.5, 2 ** 32, Number.NaN, '2', 2n, null, undefined, Symbol('kind'), {}])(
    'takes what is no kind for text, and goes on: %s',
    (given) => {
      const directory = useTraceDirectory();
      using buffer = new TraceBuffer('kinds', 8192, { mode, keepLevel: false });
      const kind = given as number;
      const line = { ending: 0, read: () => 30 };
      const ids = ['a'.repeat(32), 'b'.repeat(16)] as const;
      buffer.append(kind, 30, 'text');
      buffer.appendInContext(kind, 30, 'in context', ...ids);
      buffer.appendBytes(kind, 30, Buffer.from('bytes'));
      buffer.appendLine(kind, 'a line', line);
      buffer.append(RecordKind.LOG, 30, 'goes on');
      const records = read(directory);
      expect(records.map(({ message }) => message)).toEqual([
        'text',
        'in context',
        'bytes',
        'a line',
        'goes on',
      ]);
      expect(new Set(records.map((record) => record.kind))).toEqual(new Set(['log']));
      using reader = new TraceReader([processIn(directory)]);
      expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 5, readable: 5, damaged: 0 });
    },
  );

  test('takes any bytes, ids and definitions', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('bytes', 8192, { mode });
    buffer.appendBytes(RecordKind.LOG, 30, 'no bytes' as unknown as Uint8Array);
    buffer.appendBytes(RecordKind.LOG, 30, undefined as unknown as Uint8Array);
    buffer.appendBytes(200, 30, new Uint8Array([0, 255, 128]));
    buffer.appendBytes(RecordKind.LOG, 30, new Uint8Array(10_000));
    buffer.appendInContext(RecordKind.LOG, 30, 'short ids', 'abc', 'xyz');
    buffer.appendInContext(
      RecordKind.LOG,
      30,
      'no ids',
      undefined as unknown as string,
      7 as unknown as string,
    );
    buffer.define({ type: 'level', id: 35, value: 12n });
    buffer.define({ type: 'level', id: 35, value: 'notice' });
    buffer.log('labelled', 35);
    const records = read(directory);
    expect(records).toMatchObject([
      { message: "'no bytes'" },
      { message: 'undefined' },
      { message: '3 bytes', kind: 'kind-200' },
      { message: expect.stringMatching(/^\0{4000,}…$/) },
      { message: 'short ids', traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
      { message: 'no ids' },
      { message: 'labelled', level: 'notice' },
    ]);
    expect(records[5]).not.toHaveProperty('traceId');
  });

  test('after close does nothing, and says so', () => {
    const directory = useTraceDirectory();
    const buffer = new TraceBuffer('closed', 4096, { mode });
    buffer.log('before');
    buffer.close();
    buffer.close();
    for (const [level] of LEVELS) buffer.log('after', level as number);
    for (const [, value] of HOSTILE) buffer.log(value as string, 'fatal');
    expect(buffer.append(RecordKind.LOG, 60, 'after')).toBe(false);
    expect(buffer.appendBytes(RecordKind.LOG, 60, Buffer.from('after'))).toBe(false);
    expect(buffer.appendInContext(RecordKind.LOG, 60, 'after', '', '')).toBe(false);
    expect(buffer.wants(65_535)).toBe(false);
    buffer.clear();
    buffer.define({ type: 'level', id: 1, value: 'x' });
    expect(read(directory).map(({ message }) => message)).toEqual(['before']);
  });
});

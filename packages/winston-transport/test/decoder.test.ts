import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type DecodedPayload, parseCutJson, RecordFlag } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import { winstonDecoder } from '../src/decoder.ts';

interface Given {
  readonly cut?: boolean;
  readonly severity?: number;
  readonly labels?: ReadonlyMap<number, unknown>;
}

const decode = (
  text: string | Buffer,
  { cut = false, severity = 30, labels }: Given = {},
): DecodedPayload => {
  const payload = Buffer.from(text as string);
  // Not at the start of its buffer, nor at its end.
  const bytes = Buffer.concat([Buffer.from('before'), payload, Buffer.from('behind')]);
  return winstonDecoder.decode({
    bytes,
    start: 6,
    end: 6 + payload.length,
    flags: cut ? RecordFlag.CUT : 0,
    severity,
    definitions: new Map(labels === undefined ? [] : [['level', labels]]),
    littleEndian: true,
  });
};

const line = (info: object) => JSON.stringify(info);

describe('a whole line', () => {
  test('message and fields', () => {
    expect(decode(line({ level: 'info', message: 'm', a: 1, stack: 'Error: x\n  at y' }))).toEqual({
      message: 'm',
      fields: { a: 1, stack: 'Error: x\n  at y' },
    });
    expect(decode(line({ level: 'info', message: 'm' }))).toEqual({ message: 'm' });
    expect(decode('{}')).toEqual({ message: '' });
  });

  test('the stack of an exception or rejection, which winston gives three times, is there once', () => {
    const stack = 'TypeError: late\n  at y';
    const info = { message: `unhandledRejection: late\n${stack}`, rejection: true, stack };
    const error = { name: 'TypeError', message: 'late' };
    const decoded = { message: 'unhandledRejection: late', fields: { rejection: true, stack, error } };
    expect(decode(line({ ...info, error: { ...error, stack } }))).toEqual(decoded);
    expect(decode(line({ ...info, error }))).toEqual(decoded);
    // Another one is not the same.
    expect(decode(line({ ...info, error: { stack: 'Error: cause' } })).fields?.error).toEqual({
      stack: 'Error: cause',
    });
    expect(decode(line({ message: 'm', stack })).message).toBe('m');
  });

  test.for(['trace_id', 'traceId'])('ids of a span, by the name %s', (key) => {
    const span = key === 'traceId' ? 'spanId' : 'span_id';
    const ids = { [key]: 'ABCDEF0123456789abcdef0123456789', [span]: '0123456789abcdef' };
    expect(decode(line({ message: 'm', ...ids }))).toEqual({
      message: 'm',
      fields: ids,
      traceId: 'abcdef0123456789abcdef0123456789',
      spanId: '0123456789abcdef',
    });
  });

  test('ids that are none', () => {
    for (const id of ['', 'x'.repeat(32), 'a'.repeat(31), 5, null, {}, ['a'.repeat(32)]]) {
      expect(decode(line({ message: 'm', trace_id: id }))).not.toHaveProperty('traceId');
    }
  });

  test('the name of the level comes from the record only where nobody else knows it', () => {
    expect(decode(line({ level: 'own', message: 'm' }), { severity: 33 }).level).toBe('own');
    expect(decode(line({ level: '\u001b[31mown\u001b[39m', message: 'm' }), { severity: 33 }).level).toBe(
      'own',
    );
    expect(decode(line({ level: 'own', message: 'm' }), { severity: 30 }).level).toBeUndefined();
    expect(
      decode(line({ level: 'own', message: 'm' }), { severity: 33, labels: new Map([[33, 'x']]) }).level,
    ).toBeUndefined();
    for (const level of [5, null, {}, '', 'x'.repeat(1000)]) {
      expect(decode(line({ level, message: 'm' }), { severity: 33 }).level).toBeUndefined();
    }
  });

  test('a message that is no text is kept as it is, and readable', () => {
    expect(decode(line({ message: { a: 1 } }))).toEqual({
      message: '{"a":1}',
      fields: { message: { a: 1 } },
    });
    expect(decode(line({ message: { message: 'inner' } }))).toMatchObject({ message: 'inner' });
    expect(decode(line({ message: null }))).toEqual({ message: 'null', fields: { message: null } });
    expect(decode(line({ message: 5 }))).toMatchObject({ message: '5' });
  });

  test('logstash', () => {
    expect(
      decode('{"@fields":{"level":"own","a":1},"@message":"m","@timestamp":"t"}', { severity: 33 }),
    ).toEqual({
      message: 'm',
      level: 'own',
      fields: { a: 1, timestamp: 't' },
    });
  });
});

describe('hostile bytes', () => {
  test.for([
    '',
    '{',
    'null',
    '5',
    '[1,2]',
    '"text"',
    '{"a":}',
    'plain text',
    '\u0000\u0001',
    '{"message":"m"} trailing',
  ])('what is no object is shown as text: %j', (text) => {
    expect(decode(text)).toEqual({ message: text });
  });

  test('bytes that are no UTF-8', () => {
    expect(() => decode(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x00]))).not.toThrow();
  });

  test('keys that name what objects inherit', () => {
    const decoded = decode(
      '{"message":"m","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}',
    );
    expect(decoded.message).toBe('m');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(decoded.fields)).toBe(Object.prototype);
    expect(JSON.stringify(decoded.fields)).toContain('"toString":1');
  });

  test.for([true, false])('nested a million deep, cut %j: at once, and printable', (cut) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = `{"message":"m","deep":${open.repeat(1e6)}1${cut ? '' : `${close.repeat(1e6)}}`}`;
      const began = performance.now();
      const decoded = decode(text, { cut });
      expect(decoded.message).toBe('m');
      expect(() => JSON.stringify(decoded)).not.toThrow();
      expect(performance.now() - began).toBeLessThan(20_000);
    }
  });

  test('a megabyte of backslashes or quotes, cut: in linear time', () => {
    for (const text of [
      '\\'.repeat(1e6),
      '\\"'.repeat(5e5),
      '"'.repeat(1e6),
      '","'.repeat(3e5),
      ':'.repeat(1e6),
    ]) {
      const began = performance.now();
      decode(`{"message":"${text}`, { cut: true });
      expect(performance.now() - began).toBeLessThan(20_000);
    }
  });

  test('anything at all, 20,000 times over', () => {
    let state = 12345;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const parts = [
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'u12',
      'message',
      '1',
      'true',
      '\n',
      'é',
      '"message":"x"',
    ];
    for (let i = 0; i < 20_000; i++) {
      let text = random(2) === 0 ? '{' : '';
      for (let length = random(20); length > 0; length--) text += parts[random(parts.length)];
      for (const cut of [true, false]) {
        const decoded = decode(text, { cut });
        expect(typeof decoded.message).toBe('string');
      }
    }
  });
});

describe('a line that was cut', () => {
  const info = {
    level: 'info',
    message: 'a "quoted" \\ message\n with é, 😀 and \u0001',
    list: [1, 2.5e3, [true, null, { x: 'y' }]],
    nested: { deeper: { text: 'abc', n: -12 } },
    last: 'end',
  };

  test('at every character: what is whole is there, what was cut has a mark', () => {
    const text = JSON.stringify(info);
    for (let length = 1; length < text.length; length++) {
      const parsed = parseCutJson(text.slice(0, length));
      expect(parsed, text.slice(0, length)).toBeDefined();
      expect(within(parsed, info), `${text.slice(0, length)} → ${JSON.stringify(parsed)}`).toBe(true);
    }
    expect(parseCutJson(text)).toEqual(info);
  });

  test('at every byte, escapes and surrogates included', () => {
    const bytes = Buffer.from(JSON.stringify(info).replace('é', '\\u00e9'));
    for (let length = 1; length < bytes.length; length++) {
      const { message, fields } = decode(bytes.subarray(0, length), { cut: true });
      expect(typeof message).toBe('string');
      if (length > 60) expect(message.startsWith('a "quoted" \\ message')).toBe(true);
      if (length > 120) expect(fields).toHaveProperty('list');
    }
  });

  test('within its message', () => {
    expect(decode('{"level":"info","message":"the beginn', { cut: true })).toEqual({
      message: 'the beginn…',
    });
  });

  test('within a number, a key, a word: they are left out', () => {
    for (const end of ['12', 'tru', '-', '"ke', '', '{"x']) {
      expect(parseCutJson(`{"message":"m","a":${end.startsWith('"') ? `1,${end}` : end}`)).toMatchObject({
        message: 'm',
      });
    }
    expect(parseCutJson('{"message":"m","n":12')).toEqual({ message: 'm' });
    expect(parseCutJson('{"message":"m","n":12,')).toEqual({ message: 'm', n: 12 });
  });

  test('what never was an object', () => {
    for (const text of ['', 'text', '[1,2', '"abc', '12']) expect(parseCutJson(text)).toBeUndefined();
    expect(decode('plain text that was c', { cut: true })).toEqual({ message: 'plain text that was c…' });
  });
});

test('the decoder needs neither winston nor its transport', () => {
  const decoder = fileURLToPath(new URL('../src/decoder.ts', import.meta.url));
  const program = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve(specifier, context, next) { const r = next(specifier, context); seen.push(r.url); return r; } });
    await import(${JSON.stringify(decoder)});
    console.log(seen.filter((url) => /winston(?!-transport\\/src)|triple-beam|logform/.test(url)).join());`;
  const printed = execFileSync(
    process.execPath,
    ['--conditions=@tracebuf/source', '--input-type=module', '-e', program],
    { encoding: 'utf8', timeout: 20_000 },
  );
  expect(printed.trim()).toBe('');
});

/** Whether a value is the beginning of another: entries of its objects and arrays, and texts up to a mark. */
function within(part: unknown, whole: unknown): boolean {
  if (typeof part === 'string' && typeof whole === 'string') {
    if (!part.endsWith('…')) return part === whole;
    // A cut may go through a pair of surrogates or an escape.
    return whole.startsWith(part.slice(0, -1));
  }
  if (typeof part === 'object' && part !== null && typeof whole === 'object' && whole !== null) {
    return Object.entries(part).every(([key, value]) =>
      within(value, (whole as Record<string, unknown>)[key]),
    );
  }
  return part === whole;
}

import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { registerDecoder } from '../src/decode.ts';
import type { TraceRecord } from '../src/record.ts';
import { isoTime, recordToJson } from '../src/record-json.ts';
import { formatRecord, textTime } from '../src/text-layout.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { visibleText } from '../src/visible-text.ts';
import { processIn, useTraceDirectory } from './support/trace-directory.ts';

const RECORD: TraceRecord = {
  time: 1_767_323_045_123_456,
  process: 'web',
  pid: 4711,
  thread: 0,
  buffer: 'mybuf',
  seq: 41,
  level: 'info',
  severity: 30,
  kind: 'log',
  message: 'request completed',
};

const line = (record: Partial<TraceRecord>, layout = {}): string =>
  formatRecord({ ...RECORD, ...record }, { utc: true, ...layout });

describe('a record as text', () => {
  test('is time, level, origin, message, fields', () => {
    expect(line({})).toBe('2026-01-02 03:04:05.123456Z INFO  request completed');
    expect(line({ thread: 3, level: 'fatal', severity: 60 }, { process: true, buffer: true })).toBe(
      '2026-01-02 03:04:05.123456Z FATAL web.4711 mybuf thread 3: request completed',
    );
    expect(line({ fields: { status: 200, url: '/', list: [1, null], nothing: undefined } })).toBe(
      '2026-01-02 03:04:05.123456Z INFO  request completed  status=200 url="/" list=[1,null]',
    );
    expect(line({ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) })).toBe(
      `2026-01-02 03:04:05.123456Z INFO  request completed  traceId=${'ab'.repeat(16)} spanId=${'cd'.repeat(8)}`,
    );
  });

  test('says what was lost', () => {
    const lost = { kind: 'lost', count: 7, message: '7 records were overwritten before they could be read' };
    expect(line(lost, { buffer: true })).toBe(
      '2026-01-02 03:04:05.123456Z LOST  mybuf: 7 records were overwritten before they could be read',
    );
  });

  test('shows stacks below, indented, line by line', () => {
    const stack = 'Error: no\n    at one (a.js:1:1)\r\n    at \u001b[31mtwo';
    const expected = [
      '2026-01-02 03:04:05.123456Z INFO  request completed  err={"type":"Error"}',
      '    Error: no',
      '        at one (a.js:1:1)',
      '        at \\x1b[31mtwo',
    ].join('\n');
    expect(line({ fields: { err: { type: 'Error', stack } } })).toBe(expected);
    expect(line({ fields: { stack } }).split('\n')).toHaveLength(4);
  });

  test('is coloured only where asked for, and the same without the colours', () => {
    const record = { ...RECORD, fields: { a: 1 }, thread: 2 };
    const coloured = formatRecord(record, { utc: true, color: true, buffer: true });
    expect(coloured).toContain('\u001b[32mINFO \u001b[39m');
    expect(stripVTControlCharacters(coloured)).toBe(formatRecord(record, { utc: true, buffer: true }));
  });

  test('holds nothing that a terminal obeys, whatever field it comes in', () => {
    const evil =
      '\u001b]0;title\u0007\n2026-01-02 forged\r\u009b2J\0\u202e\u2066\u200b\u{e0041}\ufeff\t\u2028';
    const record: TraceRecord = {
      ...RECORD,
      process: evil,
      buffer: evil,
      level: evil,
      kind: 'log',
      message: evil,
      fields: { [evil]: evil, nested: { [evil]: [evil] }, stack: evil },
      traceId: evil,
      spanId: evil,
    };
    const shown = formatRecord(record, { utc: true, process: true, buffer: true });
    expect(shown.replaceAll('\n    ', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    // Only the stack has lines of its own.
    expect(
      shown
        .split('\n')
        .slice(1)
        .every((text) => text.startsWith('    ')),
    ).toBe(true);
    expect(line({ message: evil })).toBe(
      '2026-01-02 03:04:05.123456Z INFO  \\x1b]0;title\\x07\\n2026-01-02 forged\\r\\x9b2J\\0\\u202e\\u2066\\u200b\\u{e0041}\\ufeff\\t\\u2028',
    );
  });

  test('leaves alone what is harmless', () => {
    const text = 'naïve façade, 流れ, 👩‍💻?, C:\\new\\tab, "quoted" \\n';
    expect(visibleText(text.replace('\u200d', ''))).toBe(text.replace('\u200d', ''));
    expect(visibleText('a\ud800b')).toBe('a\\ud800b');
  });

  test('survives any time', () => {
    for (const time of [0, -1, 1, 8.64e18, -8.64e18, 9e18, Number.MAX_VALUE, Number.NaN]) {
      expect(formatRecord({ ...RECORD, time }, { utc: true })).toMatch(
        /^[-+\d]+-\d\d-\d\d \d\d:\d\d:\d\d\.\d+Z INFO/,
      );
      expect(isoTime(time)).toMatch(/^[-+]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }
    expect(textTime(-1, true)).toBe('1969-12-31 23:59:59.999999Z');
    expect(isoTime(-1)).toBe('1969-12-31T23:59:59.999999Z');
  });
});

describe('a record as JSON', () => {
  test('has the same keys in the same order, and only those that apply', () => {
    expect(JSON.stringify(recordToJson(RECORD))).toBe(
      '{"time":"2026-01-02T03:04:05.123456Z","process":"web","pid":4711,"thread":0,"buffer":"mybuf","seq":41,' +
        '"level":"info","kind":"log","message":"request completed"}',
    );
    const all: TraceRecord = {
      count: 3,
      spanId: 'cd'.repeat(8),
      traceId: 'ab'.repeat(16),
      fields: { b: 1, a: [2] },
      ...RECORD,
    };
    expect(JSON.stringify(recordToJson(all))).toBe(
      '{"time":"2026-01-02T03:04:05.123456Z","process":"web","pid":4711,"thread":0,"buffer":"mybuf","seq":41,' +
        '"level":"info","kind":"log","message":"request completed","fields":{"b":1,"a":[2]},' +
        `"traceId":"${'ab'.repeat(16)}","spanId":"${'cd'.repeat(8)}","count":3}`,
    );
  });

  test('takes one line, whatever the message', () => {
    const text = JSON.stringify(recordToJson({ ...RECORD, message: 'a\n\0"\u001b\ud800' }));
    expect(text).toContain('"message":"a\\n\\u0000\\"\\u001b\\ud800"');
    expect(text).not.toContain('\n');
  });
});

describe('what was logged', () => {
  test('comes back as it was, and is shown harmlessly', () => {
    const directory = useTraceDirectory();
    const texts = [
      'plain',
      'two\nlines',
      '\u001b[2Jgone',
      'nul\0nul',
      'right\u202eleft',
      '{"json":true}',
      '…',
    ];
    using buffer = new TraceBuffer('shown', 8192, { levels: { notice: 35 } });
    for (const text of texts) buffer.log(text, 35);
    using reader = new TraceReader([processIn(directory)]);
    const records = reader.poll();
    expect(records.map(({ message }) => message)).toEqual(texts);
    expect(records.every(({ level, severity }) => level === 'notice' && severity === 35)).toBe(true);
    const path = buffer.dump('shown.txt');
    const dumped = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(dumped.map((text) => text.replace(/^\S+ \S+ NOTICE /, ''))).toEqual(texts.map(visibleText));
    expect(() => buffer.dump('shown.txt')).toThrow('EEXIST');
  });

  test('by a kind that nobody knows, or whose decoder throws, is shown as what it is', () => {
    const directory = useTraceDirectory();
    registerDecoder({
      kind: 201,
      name: 'broken',
      decode: () => {
        throw new Error('no');
      },
    });
    using buffer = new TraceBuffer('kinds', 8192);
    buffer.appendBytes(200, 30, new Uint8Array(5));
    buffer.appendBytes(201, 40, new Uint8Array(7));
    buffer.log('and goes on');
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.poll()).toMatchObject([
      { kind: 'kind-200', message: '5 bytes', level: 'info' },
      { kind: 'broken', message: '7 bytes', level: 'warn' },
      { kind: 'log', message: 'and goes on' },
    ]);
  });
});

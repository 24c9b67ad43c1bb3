import { parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import { numbered, ReaderDriver, record, START } from './reader-driver.ts';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('the list', () => {
  test('begins at the first record, below what the keys do', () => {
    const driver = new ReaderDriver(numbered(50));
    expect(driver.header).toMatch(/^ test {2}.*h help .* q quit$/);
    expect(driver.body[0]).toBe(
      '>2026-01-02 03:04:05.000000Z INFO  web.4711 main: record 1  func="main" status=201',
    );
    expect(driver.seen).toEqual(range(1, 10));
    expect(driver.footer).toBe('50 records   2026-01-02 03:04:05.000000Z   start');
  });

  test.each([
    ['<down>', 2, range(1, 10)],
    ['j', 2, range(1, 10)],
    ['<pagedown>', 10, range(10, 19)],
    ['f', 10, range(10, 19)],
    [' ', 10, range(10, 19)],
    ['<ctrl-f>', 10, range(10, 19)],
    ['G', 500, range(491, 500)],
    ['<end>', 500, range(491, 500)],
  ])('moves on with %s', (key, current, seen) => {
    const driver = new ReaderDriver(numbered(500)).press(key);
    expect(driver.current).toBe(current);
    expect(driver.seen).toEqual(seen);
  });

  test.each([
    ['<up>', 499, range(491, 500)],
    ['k', 499, range(491, 500)],
    ['<pageup>', 491, range(482, 491)],
    ['b', 491, range(482, 491)],
    ['<ctrl-b>', 491, range(482, 491)],
    ['g', 1, range(1, 10)],
    ['<home>', 1, range(1, 10)],
  ])('moves back with %s', (key, current, seen) => {
    const driver = new ReaderDriver(numbered(500)).press('G', key);
    expect(driver.current).toBe(current);
    expect(driver.seen).toEqual(seen);
  });

  test('says first what could not be read, until a key is pressed', () => {
    const driver = new ReaderDriver(numbered(50), { note: '1 file could not be read' });
    expect(driver.footer).toContain('1 file could not be read');
    expect(driver.press('j').footer).not.toContain('could not');
  });

  test('goes all the way, page by page, in both directions, and says where it ends', () => {
    const driver = new ReaderDriver(numbered(9000));
    for (let page = 0; page < 999; page++) driver.press('f');
    expect(driver.current).toBe(8992);
    driver.press('f', 'f');
    expect(driver.current).toBe(9000);
    driver.press('f');
    expect(driver.footer).toBe('This is the last record');
    for (let page = 0; page < 1000; page++) driver.press('b');
    expect(driver.current).toBe(1);
    driver.press('<up>');
    expect(driver.footer).toBe('This is the first record');
  });

  test('shows what has come since when the end is left behind', () => {
    const driver = new ReaderDriver(numbered(5)).press('G');
    driver.add(...numbered(5, 6));
    driver.press('<down>');
    expect(driver.current).toBe(6);
    driver.add(...numbered(5, 11));
    driver.press('G');
    expect(driver.current).toBe(15);
    expect(driver.footer).toMatch(/^15 records .* end$/);
  });

  test('scrolls sideways, and marks what is cut off', () => {
    const driver = new ReaderDriver(numbered(3), {}, 40);
    expect(driver.body[0]).toBe('>2026-01-02 03:04:05.000000Z INFO  web.…');
    driver.press('<right>');
    expect(driver.body[0]).toMatch(/^>…05\.000000Z INFO {2}web\.4711 main: .*…$/);
    driver.press('<left>');
    expect(driver.body[0]).toMatch(/^>2026-01-02/);
    driver.press('<left>');
    expect(driver.body[0]).toMatch(/^>2026-01-02/);
  });

  test('keeps columns with wide characters and shows control characters', () => {
    const driver = new ReaderDriver([record({ message: '日本語😀\u001b[2Jx\u202e' })], {}, 80);
    expect(driver.body[0]).toContain('日本語😀\\x1b[2Jx\\u202e');
    driver.reader.resize(45, 12);
    expect(driver.body[0]).toMatch(/web\.4711 …$/);
    driver.reader.resize(52, 12);
    // Half of a character is none.
    expect(driver.body[0]).toMatch(/main: {2}…$/);
    driver.reader.resize(53, 12);
    expect(driver.body[0]).toMatch(/main: 日…$/);
    for (const columns of range(2, 70)) {
      driver.reader.resize(columns, 12);
      for (const line of driver.reader.frame().lines) {
        let width = 0;
        for (const { text } of line) for (const each of text) width += /[日本語😀]/u.test(each) ? 2 : 1;
        expect(width).toBeLessThanOrEqual(columns);
      }
    }
  });

  test('takes any size of the screen', () => {
    const driver = new ReaderDriver(numbered(100)).press('G');
    for (const [columns, rows] of [
      [1, 1],
      [5, 2],
      [20, 3],
      [300, 100],
      [80, 24],
    ] as const) {
      driver.reader.resize(columns, rows);
      expect(driver.reader.frame().lines).toHaveLength(rows);
      expect(driver.reader.frame().lines.every((line) => line.length >= 0)).toBe(true);
    }
    expect(driver.current).toBe(100);
  });

  test('shows times since a record, and since the line above', () => {
    const driver = new ReaderDriver(numbered(5)).press('<down>', 't');
    expect(driver.footer).toBe('Times since the current record');
    expect(driver.body[0]).toMatch(/^ +-1\.000000 INFO/);
    expect(driver.body[3]).toMatch(/^ +\+2\.000000 INFO/);
    driver.press('t');
    expect(driver.body[3]).toMatch(/^ +\+1\.000000 INFO/);
    driver.press('t');
    expect(driver.body[3]).toMatch(/^ 2026-01-02/);
  });

  test('has marks to go back to', () => {
    const driver = new ReaderDriver(numbered(500)).press('<down>', 'm', 'a', 'G', "'", 'a');
    expect(driver.current).toBe(2);
    expect(driver.currentBar).toMatch(/^a2026/);
    driver.press("'", "'");
    expect(driver.current).toBe(500);
    driver.press("'", 'x');
    expect(driver.footer).toBe('There is no mark x');
    driver.press('m', '<escape>');
    expect(driver.current).toBe(500);
  });

  test('jumps to a time, and asks again for what is none', () => {
    const driver = new ReaderDriver(numbered(500)).press('T').type('2026-01-02T03:05:00Z');
    expect(driver.footer).toBe('time: 2026-01-02T03:05:00Z');
    driver.press('<enter>');
    expect(driver.current).toBe(56);
    driver.press('T').type('yesterday').press('<enter>');
    expect(driver.footer).toMatch(/^time: yesterday {2}The time "yesterday" can't be understood/);
    driver.press('<escape>');
    expect(driver.current).toBe(56);
    driver.press('T').type('2030-01-01').press('<enter>');
    expect(driver.current).toBe(500);
  });

  test('follows what comes until one moves', () => {
    const driver = new ReaderDriver(numbered(30)).press('F');
    expect(driver.current).toBe(30);
    expect(driver.footer).toMatch(/following; any move ends it$/);
    driver.add(...numbered(3, 31));
    driver.reader.tick();
    expect(driver.current).toBe(33);
    driver.press('t');
    driver.add(...numbered(2, 34));
    driver.reader.tick();
    expect(driver.current).toBe(35);
    driver.press('<up>');
    driver.add(...numbered(2, 36));
    driver.reader.tick();
    expect(driver.current).toBe(34);
    driver.press('F', '<ctrl-c>');
    expect(driver.reader.isFollowing).toBe(false);
    expect(driver.reader.exitCode).toBeUndefined();
  });

  test('takes along what comes late while it follows, and only what is selected', () => {
    const driver = new ReaderDriver(numbered(30), { filter: parseFilter('level >= error') }).press('F');
    expect(driver.seen).toEqual([10, 20, 30]);
    driver.add(
      ...numbered(9, 31),
      record({ time: START + 28_500_000, seq: 99, message: 'record 99', level: 'fatal', severity: 60 }),
    );
    driver.reader.tick();
    driver.settle();
    expect(driver.seen).toEqual([10, 20, 99, 30]);
    expect(driver.footer).toMatch(/^4 records/);
    driver.add(...numbered(20, 40));
    driver.reader.tick();
    driver.settle();
    expect(driver.seen).toEqual([10, 20, 99, 30, 40, 50]);
    driver.add(...numbered(9000, 60));
    driver.reader.tick();
    driver.settle();
    expect(driver.seen.at(-1)).toBe(9050);
    driver.press('g');
    expect(driver.current).toBe(10);
  });

  test('follows from the start where that is asked for', () => {
    const driver = new ReaderDriver(numbered(30), { follow: true });
    expect(driver.current).toBe(30);
    expect(driver.reader.isFollowing).toBe(true);
  });

  test('ends with q and with Ctrl-C, and names keys that mean nothing', () => {
    expect(new ReaderDriver(numbered(1)).press('q').reader.exitCode).toBe(0);
    expect(new ReaderDriver(numbered(1)).press('<ctrl-c>').reader.exitCode).toBe(130);
    expect(new ReaderDriver(numbered(1)).press('y').footer).toBe(
      'The key y does nothing; h shows those that do',
    );
  });

  test('may be empty', () => {
    expect(new ReaderDriver([]).footer).toBe('There are no records; F waits for some, h is help, q quits');
    const driver = new ReaderDriver([]).press(
      'j',
      'k',
      'f',
      'b',
      'g',
      'G',
      '<enter>',
      'z',
      'n',
      'e',
      'F',
      't',
      'm',
      'a',
    );
    expect(driver.body.every((line) => line === '~')).toBe(true);
    expect(driver.reader.exitCode).toBeUndefined();
  });
});

describe('a search', () => {
  test('goes to the next match, forward and backward, and highlights all', () => {
    const driver = new ReaderDriver(numbered(500), { color: true })
      .press('/')
      .type('RECORD 4.7$'.toLowerCase());
    expect(driver.footer).toBe('/record 4.7$');
    driver.press('<enter>');
    expect(driver.current).toBe(407);
    expect(driver.styled('30;43')).toEqual([]);
    driver.press('/', '<ctrl-u>').type('record 4.7').press('<enter>', 'n');
    expect(driver.current).toBe(427);
    expect(driver.styled('30;43')).toContain('record 427');
    driver.press('N');
    expect(driver.current).toBe(417);
    driver.press('?').type('record 1$|record 1\\b').press('<enter>');
    expect(driver.current).toBe(1);
  });

  test('goes on at the other end, and says so', () => {
    const driver = new ReaderDriver(numbered(500)).press('G', '/').type('record 3\\b').press('<enter>');
    expect(driver.current).toBe(3);
    expect(driver.footer).toBe('Went on at the start');
    driver.press('N');
    expect(driver.current).toBe(3);
    expect(driver.footer).toBe('Went on at the end');
  });

  test('looks into fields, levels, buffers and processes', () => {
    const driver = new ReaderDriver([
      ...numbered(20),
      record({ time: START + 1e9, seq: 21, message: 'record 21', buffer: 'http', process: 'db', pid: 7 }),
    ]);
    expect(driver.press('/').type('status=215').press('<enter>').current).toBe(15);
    expect(driver.press('/').type('^error$').press('<enter>').current).toBe(20);
    expect(driver.press('/').type('db.7').press('<enter>').current).toBe(21);
    expect(driver.press('?').type('func="fib"').press('<enter>').current).toBe(20);
  });

  test('takes both cases unless it has a capital', () => {
    const driver = new ReaderDriver([
      record({ message: 'record 1' }),
      record({ seq: 2, time: START + 1, message: 'Record 2 FAILED' }),
    ]);
    expect(driver.press('/').type('failed').press('<enter>').currentBar).toMatch(/FAILED/);
    driver.press('g', '/').type('Failed').press('<enter>');
    expect(driver.footer).toBe('Not found: Failed');
  });

  test('tells of an expression that is not right, and stays open', () => {
    const driver = new ReaderDriver(numbered(5)).press('/').type('(').press('<enter>');
    expect(driver.footer).toMatch(/^\/\( {2}missing/);
    driver.press('<backspace>').type('5').press('<enter>');
    expect(driver.current).toBe(5);
    driver.press('/').type('(?=x)').press('<enter>');
    expect(driver.footer).toMatch(/lookahead is not supported/);
    driver.press('<escape>');
    expect(driver.footer).toMatch(/records/);
  });

  test('repeats the last one when nothing is typed, and needs one', () => {
    const driver = new ReaderDriver(numbered(50)).press('n');
    expect(driver.footer).toBe('Nothing was searched for yet; / begins');
    driver.press('/').type('record 2').press('<enter>', '/', '<enter>');
    expect(driver.current).toBe(20);
  });

  test('walks earlier ones with Up and Down', () => {
    const driver = new ReaderDriver(numbered(50));
    driver.press('/').type('record 2').press('<enter>', '/').type('status').press('<enter>');
    driver.press('/', '<up>');
    expect(driver.footer).toBe('/status');
    driver.press('<up>');
    expect(driver.footer).toBe('/record 2');
    driver.press('<down>');
    expect(driver.footer).toBe('/status');
    driver.press('<ctrl-u>').type('rec').press('<up>');
    expect(driver.footer).toBe('/record 2');
  });

  test('finds errors with e and E', () => {
    const driver = new ReaderDriver(numbered(50)).press('e', 'e');
    expect(driver.current).toBe(20);
    driver.press('E', 'E');
    expect(driver.current).toBe(50);
    expect(driver.footer).toBe('Went on at the end');
  });
});

describe('a filter', () => {
  const open = (records: readonly TraceRecord[] = numbered(100)): ReaderDriver =>
    new ReaderDriver(records, {}, 120, 16);

  test('shows only what passes, near to where one was, and all again when it is emptied', () => {
    const driver = open().press('T').type('2026-01-02T03:04:40Z').press('<enter>', 'r');
    expect(driver.lines.at(-2)).toMatch(
      /^e\.g\. level >= warn and msg == '%timeout%' {3}Tab completes {3}fields: time level msg .*…$/,
    );
    driver.type('level >= error').press('<enter>');
    expect(driver.seen).toEqual(range(1, 10).map((n) => n * 10));
    expect(driver.current).toBe(40);
    expect(driver.header).toMatch(/^ test {2}filter: level >= error/);
    expect(driver.footer).toMatch(/^10 records/);
    driver.press('r', '<ctrl-u>', '<enter>');
    expect(driver.current).toBe(40);
    expect(driver.footer).toMatch(/^100 records/);
    expect(driver.header).not.toMatch(/filter:/);
  });

  test('that misses a value offers those that occur: the correction of func', () => {
    const driver = open().press('r').type("func == 'f'").press('<enter>');
    const [message, options, prompt] = driver.lines.slice(-3);
    expect(message).toBe('No func matches "f"; Enter takes it all the same');
    expect(options).toBe("'fib' (50)");
    expect(prompt).toBe("filter: func == 'f'");
    expect(driver.reader.frame().cursor?.column).toBe('filter: func == '.length);
    driver.press('<tab>');
    expect(driver.footer).toBe("filter: func == 'fib'");
    driver.press('<enter>');
    expect(driver.seen.slice(0, 3)).toEqual([2, 4, 6]);
  });

  test('ranks what could be meant by nearness, with counts, and lists ten', () => {
    const many = range(1, 30).map((n) =>
      record({ seq: n, time: START + n, fields: { func: n === 1 ? 'main' : `handler${n}` } }),
    );
    const driver = open(many).press('r').type("func == 'mian'").press('<enter>');
    expect(driver.lines.at(-2)).toBe("'main' (1)");
    driver.press('<ctrl-e>', '<ctrl-u>').type("func == 'handler'").press('<enter>');
    expect(driver.lines.at(-2)).toMatch(/^'handler2' \(1\) {2}('handler\d+' \(1\) {2})+\+\d+$/);
    const shown = driver.lines.at(-2)?.match(/handler/g)?.length ?? 0;
    expect(Number(/\+(\d+)$/.exec(driver.lines.at(-2) ?? '')?.[1])).toBe(29 - shown);
    driver.reader.resize(300, 16);
    expect(driver.lines.at(-2)).toMatch(/^('handler\d+' \(1\) {2}){10}\+19$/);
  });

  test('is taken all the same when Enter is pressed again', () => {
    const driver = open().press('r').type("func == 'later'").press('<enter>', '<enter>');
    expect(driver.header).toMatch(/filter: func == 'later'/);
    expect(driver.footer).toBe('No record passes the filter; r changes it');
    driver.add(record({ time: START + 1e9, seq: 101, message: 'record 101', fields: { func: 'later' } }));
    driver.press('G');
    expect(driver.seen).toEqual([101]);
  });

  test.each([
    ['nope == 1', /No record has a field "nope"/, /^name {2}type$/],
    ['zzzzz == 1', /No record has a field "zzzzz"/, /time {2}level {2}msg/],
    ['lvel == 1', /No record has a field "lvel"/, /level/],
    ['level ~ warn', /~/, /^=~$/],
    ['pid =~ /x/', /pid/, /==/],
    ["time > 'soon'", /soon/, /HH:MM:SS/],
    ['pid == abc', /abc/, /.*/],
    ['func == ', /value/, /.*/],
    ["msg == 'x' and", /./, /.*/],
    ['status > 900', /values go from 201 to 300/, /.*/],
    ["func != 'nix'", /No func matches "nix"/, /'fib'/],
    ['func =~ /^nix/', /No func matches "\/\^nix\/"/, /fib/],
    ["process in ['wbe']", /No process matches "wbe"/, /'web' \(100\)/],
  ])('%s is told to be wrong, and the prompt stays open', (text, message, options) => {
    const driver = open().press('r').type(text).press('<enter>');
    const [told, offered, prompt] = driver.lines.slice(-3);
    expect(told).toMatch(message);
    expect(offered).toMatch(options);
    expect(prompt).toBe(`filter: ${text.trimEnd()}`);
    driver.press('<escape>');
    expect(driver.footer).toMatch(/^100 records/);
  });

  test('understands = as ==', () => {
    const driver = open().press('r').type("func = 'fib'").press('<enter>');
    expect(driver.footer).toMatch(/^50 records/);
  });

  test('is completed with Tab: fields, operators, values that occur', () => {
    const driver = open().press('r').type('fu').press('<tab>');
    expect(driver.footer).toBe('filter: func');
    driver.type('=').press('<tab>');
    expect(driver.lines.at(-2)).toMatch(/\[==\] {2}=~/);
    driver.type(' ').press('<tab>');
    expect(driver.lines.at(-2)).toMatch(/^\['main' \(50\)\] {2}'fib' \(50\)/);
    driver.press('<tab>');
    expect(driver.footer).toMatch(/^filter: func == 'fib'/);
    driver.press('<tab>', '<backtab>');
    expect(driver.footer).toMatch(/^filter: func == 'fib'/);
    driver.type(' a').press('<tab>');
    expect(driver.footer).toMatch(/^filter: func == 'fib' and/);
    driver.type('sta').press('<tab>').type('> 250').press('<enter>');
    expect(driver.seen[0]).toBe(52);
  });

  test('walks earlier filters, and takes what is pasted', () => {
    const driver = open().press('r').type('level >= error').press('<enter>');
    driver.press('r', '<ctrl-u>', '<paste>status > 250\nand func == "fib"', '<enter>');
    expect(driver.header).toMatch(/filter: status > 250 and func == "fib"/);
    driver.press('r', '<ctrl-u>', '<up>', '<up>');
    expect(driver.footer).toBe('filter: level >= error');
  });

  test('is edited anywhere', () => {
    const driver = open()
      .press('r')
      .type('abc')
      .press('<home>', '<right>')
      .type('日')
      .press('<delete>', '<end>', '<left>', '<backspace>');
    expect(driver.footer).toBe('filter: ac');
    driver.press('<ctrl-a>', '<ctrl-k>');
    expect(driver.footer).toBe('filter:');
    driver.type('one two').press('<ctrl-w>');
    expect(driver.lines.at(-1)).toBe('filter: one');
  });

  test('narrows what options have narrowed', () => {
    const driver = new ReaderDriver(numbered(100), {
      base: parseFilter('status > 250'),
      filter: parseFilter('level >= error'),
    });
    expect(driver.seen).toEqual([60, 70, 80, 90, 100]);
    expect(driver.footer).toMatch(/narrowed by options/);
    driver.press('r', '<ctrl-u>', '<enter>');
    expect(driver.footer).toMatch(/^50 records/);
  });
});

describe('a record in full', () => {
  const stack = 'Error: boom\n    at handler (app.js:10:5)\n    at run (app.js:20:1)';
  const records = [
    record({
      message: 'first line\nsecond line \u001b[31m',
      seq: 1,
      fields: {
        req: { url: '/x', headers: { host: 'a' } },
        list: [1, 'two'],
        err: { message: 'boom', stack },
        none: null,
        empty: {},
      },
      traceId: 'ab'.repeat(16),
      spanId: 'cd'.repeat(8),
    }),
    record({ message: 'record 2', seq: 2, time: START + 1 }),
  ];

  test('shows fields, lines and stacks, and goes on to the next record', () => {
    const driver = new ReaderDriver(records, {}, 80, 45).press('<enter>');
    const text = driver.body.join('\n');
    expect(driver.header).toMatch(/^ test {2}record .*q back/);
    expect(text).toContain('time: 2026-01-02 03:04:05.000000Z  (2026-01-02T03:04:05.000000Z)');
    expect(text).toContain('level: info (30)\nprocess: web.4711\nbuffer: main, record 1\nkind: log');
    expect(text).toContain(`traceId: ${'ab'.repeat(16)}`);
    expect(text).toContain('first line\nsecond line \\x1b[31m\n');
    expect(text).toContain(
      'req:\n  url: /x\n  headers:\n    host: a\nlist:\n  0: 1\n  1: two\nerr:\n  message: boom\n  stack:\n    Error: boom\n        at handler (app.js:10:5)',
    );
    expect(text).toContain('none: null\nempty: {}');
    driver.press('<tab>');
    expect(driver.body.join('\n')).toContain('record 2');
    driver.press('<backtab>');
    expect(driver.body.join('\n')).toContain('first line');
    driver.press('q');
    expect(driver.body[0]).toMatch(/first line/);
  });

  test('scrolls, and is left in several ways', () => {
    const driver = new ReaderDriver(records, {}, 40, 8).press('<enter>', 'G');
    expect(driver.body.at(-1)).toBe('empty: {}');
    driver.press('g');
    expect(driver.body[0]).toMatch(/^time/);
    driver.press('<down>', 'j', '<up>', 'f', 'b', '<pagedown>', '<pageup>', '<right>', '<left>', ' ');
    for (const key of ['<escape>', 'q', '<enter>', '<ctrl-c>']) {
      driver.press('g', key);
      expect(driver.header).not.toMatch(/ record/);
      driver.press('<enter>');
      expect(driver.header).toMatch(/ record/);
    }
    driver.press('h');
    expect(driver.header).toMatch(/ help/);
  });
});

describe('the spans of a trace', () => {
  const traceId = '0a'.repeat(16);
  const span = (id: number): string => String(id).padStart(16, '0');
  const at = (ms: number, part: Partial<TraceRecord>): TraceRecord =>
    record({ time: START + ms * 1000, traceId, seq: ms, ...part });
  const records = [
    at(1, { kind: 'span-start', spanId: span(1), message: 'GET / started', fields: { span: 'GET /' } }),
    at(2, { spanId: span(1), message: 'received' }),
    at(3, {
      kind: 'span-start',
      spanId: span(2),
      message: 'query started',
      fields: { span: 'query', parentSpanId: span(1) },
    }),
    at(4, { spanId: span(2), message: 'connected' }),
    at(5, {
      kind: 'span-end',
      spanId: span(2),
      message: 'query failed',
      fields: { span: 'query', parentSpanId: span(1), duration: 2, status: 'error' },
    }),
    at(6, {
      kind: 'span-start',
      spanId: span(3),
      message: 'render started',
      fields: { span: 'render', parentSpanId: span(1) },
    }),
    at(9, {
      kind: 'span-end',
      spanId: span(1),
      message: 'GET / ended',
      fields: { span: 'GET /', duration: 8 },
    }),
    record({ time: START + 20_000, message: 'elsewhere' }),
  ];
  const shown = (driver: ReaderDriver): string[] =>
    driver.body.filter((line) => line !== '').map((line) => line.slice(14).trimEnd());

  test('are a tree, with what was logged in them', () => {
    const driver = new ReaderDriver(records, {}, 120, 14).press('z');
    expect(driver.header).toMatch(new RegExp(`trace ${traceId}`));
    const text = driver.body.join('\n');
    expect(text).toMatch(/- GET \/ {2}8 ms\n/);
    expect(text).toMatch(/\n +\+1 ms {5}.*received\n/);
    expect(text).toMatch(/ - query {2}2 ms {2}failed\n/);
    expect(text).toMatch(/ {3}render {2}not ended/);
    expect(text).not.toMatch(/elsewhere/);
  });

  test('fold and unfold, one and all', () => {
    const driver = new ReaderDriver(records, {}, 120, 14).press('z');
    const all = shown(driver).length;
    expect(all).toBe(5);
    driver.press('z');
    expect(shown(driver)).toHaveLength(1);
    expect(driver.body[0]).toMatch(/\+ GET \/ {2}8 ms {2}\(3 inside\)/);
    driver.press('<right>');
    expect(shown(driver)).toHaveLength(5);
    driver.press('<down>', '<down>', '<left>');
    expect(shown(driver)).toHaveLength(4);
    driver.press('Z');
    expect(shown(driver)).toHaveLength(5);
    driver.press('Z');
    expect(shown(driver)).toHaveLength(1);
  });

  test('are walked by their kinship, and looked at in full', () => {
    const driver = new ReaderDriver(records, {}, 120, 14).press('z', 'G');
    expect(driver.currentBar).toMatch(/render/);
    driver.press('<backtab>');
    expect(driver.currentBar).toMatch(/query/);
    driver.press('<tab>');
    expect(driver.currentBar).toMatch(/render/);
    driver.press('u');
    expect(driver.currentBar).toMatch(/GET \//);
    driver.press('<down>', '<enter>');
    expect(driver.body.join('\n')).toContain('received');
    driver.press('q', 'q');
    expect(driver.header).toMatch(/q quit/);
  });

  test("that are each other's parents are shown all the same", () => {
    const circle = [1, 2].map((id) =>
      at(id, {
        kind: 'span-start',
        spanId: span(id),
        fields: { span: `s${id}`, parentSpanId: span(3 - id) },
      }),
    );
    const driver = new ReaderDriver(circle).press('z');
    expect(driver.body.join('\n')).toMatch(/s1[\s\S]*s2|s2[\s\S]*s1/);
  });

  test('are asked for of a record that has one', () => {
    expect(new ReaderDriver(numbered(2)).press('z').footer).toBe(
      'This record belongs to no trace and is no call',
    );
  });
});

describe('help', () => {
  test('names every key', () => {
    const driver = new ReaderDriver(numbered(2), {}, 120, 60).press('h');
    const text = driver.body.join('\n');
    for (const key of [
      'j k',
      'f b',
      'g G',
      'left right',
      'T ',
      'm and',
      '/  ?',
      'n  N',
      'e  E',
      'r ',
      'Enter',
      'z ',
      's ',
      '(  )',
      'u ',
      'Tab, Shift-Tab',
      't ',
      'F ',
      'q ',
    ])
      expect(text, key).toContain(key);
    driver.press('h');
    expect(driver.header).not.toMatch(/ help {3}/);
  });
});

test('without colours only the bar and what was found stand out', () => {
  const driver = new ReaderDriver(numbered(30)).press('/').type('record 1').press('<enter>');
  const styles = new Set(driver.reader.frame().lines.flatMap((line) => line.map(({ style }) => style)));
  expect([...styles].every((style) => ['', '1', '7', '1;4'].includes(style))).toBe(true);
});

test('what takes long is told, and given up with Escape', () => {
  const many = numbered(200_000);
  const driver = new ReaderDriver(many);
  driver.press('/').type('(record|nothing) [a-z]+ at all');
  driver.reader.press('<enter>');
  expect(driver.reader.isBusy).toBe(true);
  expect(driver.footer).toMatch(/^searching \d+ % … Esc gives up$/);
  driver.reader.press('<escape>');
  expect(driver.footer).toBe('Given up');
  driver.settle();
  expect(driver.current).toBe(1);
});

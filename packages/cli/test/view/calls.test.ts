import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceRecord } from '@tracebuf/ring';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callRecords, type TestCall } from './call-records.ts';
import { ReaderDriver, record, START } from './reader-driver.ts';

/** fib(3) and what it calls, a call that throws, and one that has not ended. */
const fib: TestCall = {
  func: 'fib',
  n: 3,
  at: 10,
  end: 90,
  inside: [
    {
      func: 'fib',
      n: 2,
      at: 20,
      end: 60,
      inside: [
        { func: 'fib', n: 1, at: 30, end: 40 },
        { func: 'fib', n: 0, at: 45, end: 50 },
      ],
    },
    { func: 'fib', n: 1, at: 70, end: 80 },
  ],
};
const calls: readonly TestCall[] = [
  {
    func: 'main',
    at: 0,
    inside: [fib, { func: 'Orders#check', at: 100, end: 110, throws: 'no such order' }],
  },
];
const open = (records: readonly TraceRecord[] = callRecords(calls), columns = 130): ReaderDriver =>
  new ReaderDriver(records, {}, columns, 24);

/** Behind the time, the thread and the file. */
const body = (driver: ReaderDriver): string[] =>
  driver.body.filter((line) => line !== '~').map((line) => line.slice(63));

/** What is told of the call under the bar. */
const current = (driver: ReaderDriver): string => driver.currentBar.slice(63).trim();

describe('calls in the list', () => {
  test('stand as deep as they are, with arrows, arguments, results and durations', () => {
    const driver = open();
    expect(driver.body[0]).toBe('>2026-01-02 03:04:05.000000Z web.4711 …v/shop/src/orders.ts:12 --> main()');
    expect(body(driver)).toEqual([
      '--> main()',
      ' --> fib(n = 3)',
      '  --> fib(n = 2)',
      '   --> fib(n = 1)',
      '   <-- fib returned 1  10 µs',
      '   --> fib(n = 0)',
      '   <-- fib returned 1  5 µs',
      '  <-- fib returned 1  40 µs',
      '  --> fib(n = 1)',
      '  <-- fib returned 1  10 µs',
      ' <-- fib returned 1  80 µs',
      ' --> Orders#check()',
      ' <-- Orders#check threw TypeError: no such order  10 µs',
    ]);
  });

  test('have a colour for each part, and none without colours', () => {
    const colored = new ReaderDriver(callRecords(calls), { color: true }, 120, 24).press('<down>');
    expect(colored.styled('1')).toContain('fib');
    expect(colored.styled('32')).toContain('--> ');
    expect(colored.styled('33')).toContain('<-- ');
    expect(colored.styled('31')).toEqual(['<-- ', ' threw']);
    expect(colored.styled('35')).toContain('n');
    const plain = open()
      .reader.frame()
      .lines.flatMap((line) => line.map(({ style }) => style));
    expect([...new Set(plain)].every((style) => ['', '7'].includes(style))).toBe(true);
  });

  test('of other programs can forge nothing', () => {
    const [row] = callRecords([{ func: 'f\u001b[2J', at: 0, n: 1 }]);
    const args = [{ name: 'n', type: 'x', value: 5 }, 'none', null];
    const odd = record({
      time: START + 1,
      seq: 2,
      kind: 'call',
      message: 'g(\u001b[31m)',
      fields: { func: 'g', call: 2, depth: -1, module: 'm\u0007', line: 'x', args },
    });
    const none = record({ time: START + 2, seq: 3, kind: 'return', message: 'no call', fields: { func: 1 } });
    const driver = open([row as TraceRecord, odd, none]);
    expect(driver.body[0]).toMatch(/--> f\\x1b\[2J\(n = 1\)$/);
    expect(driver.body[1]).toMatch(/m\\x07 --> g\(\\x1b\[31m\)$/);
    expect(driver.body[2]).toMatch(/INFO {2}web\.4711 main: no call/);
    for (const key of [
      '<enter>',
      '<escape>',
      '<down>',
      '<enter>',
      '<escape>',
      'z',
      '<escape>',
      's',
      '<escape>',
      'u',
      ')',
      '<tab>',
    ])
      driver.press(key);
    expect(driver.reader.exitCode).toBeUndefined();
  });
});

describe('from a call', () => {
  test('parentheses lead to its begin and its end', () => {
    const driver = open().press('<down>', ')');
    expect(current(driver)).toBe('<-- fib returned 1  80 µs');
    driver.press('(');
    expect(current(driver)).toBe('--> fib(n = 3)');
    driver.press('g', ')');
    expect(driver.footer).toBe('This call has not ended');
    driver.press("'", "'");
    expect(current(driver)).toBe('--> fib(n = 3)');
  });

  test('u leads to its caller', () => {
    const driver = open().press('j', 'j', 'j', 'j', 'u');
    expect(current(driver)).toBe('--> fib(n = 2)');
    driver.press('u', 'u');
    expect(current(driver)).toBe('--> main()');
    driver.press('u');
    expect(driver.footer).toBe('No recorded call is around this one');
  });

  test('Tab and Shift-Tab lead to its siblings, over all that is in them', () => {
    const driver = open().press('j', '<tab>');
    expect(current(driver)).toBe('--> Orders#check()');
    driver.press('<tab>');
    expect(driver.footer).toBe('This is the last call in the one around it');
    driver.press('<backtab>');
    expect(current(driver)).toBe('--> fib(n = 3)');
    driver.press('<backtab>');
    expect(driver.footer).toBe('This is the first call in the one around it');
    driver.press('j', '<tab>');
    expect(current(driver)).toBe('--> fib(n = 1)');
    driver.press('<backtab>');
    expect(current(driver)).toBe('--> fib(n = 2)');
  });

  test('siblings may overlap, as those that wait do', () => {
    const rows = callRecords([
      { func: 'a', at: 0, end: 50 },
      { func: 'b', at: 10, end: 30 },
      { func: 'c', at: 20, end: 60 },
    ]).map((row) => ({ ...row, fields: { ...row.fields, async: true } }));
    const driver = open(rows).press('<tab>');
    expect(current(driver)).toBe('--> b()');
    driver.press('<tab>');
    expect(current(driver)).toBe('--> c()');
    driver.press('<backtab>');
    expect(current(driver)).toBe('--> b()');
  });

  test('e leads to the next one that threw', () => {
    const driver = open().press('e');
    expect(current(driver)).toMatch(/Orders#check threw/);
    driver.press('e');
    expect(driver.footer).toBe('Went on at the start');
  });

  test('what a filter hides is told', () => {
    const driver = open().press('r').type('depth == 3').press('<enter>', 'u');
    expect(driver.footer).toBe('The filter lets it not pass; this is where it would be');
  });

  test('other records and other threads are not meant', () => {
    const rows = [
      ...callRecords(calls),
      ...callRecords([{ func: 'worker', at: 5, end: 7 }], { thread: 3 }),
    ].sort((left, right) => left.time - right.time);
    const driver = open([...rows, record({ time: START + 1e6, message: 'a line' })], 130).press('j', ')');
    expect(driver.currentBar).toMatch(/<-- worker returned 1/);
    driver.press('G', 'u');
    expect(driver.footer).toBe('This record is no call');
  });
});

describe('the tree of calls', () => {
  const shown = (driver: ReaderDriver): string[] =>
    driver.body.filter((line) => line !== '').map((line) => line.slice(14).trimEnd());

  test('has each call once, with what it came to, and folds', () => {
    const driver = open().press('j', 'j', 'j', 'j', 'z');
    expect(driver.header).toMatch(/calls around fib/);
    // main has not ended: how large it is nobody knows.
    expect(shown(driver)).toEqual([
      '- fib(n = 3)  returned 1  80 µs',
      '  - fib(n = 2)  returned 1  40 µs',
      '      fib(n = 1)  returned 1  10 µs',
      '      fib(n = 0)  returned 1  5 µs',
      '    fib(n = 1)  returned 1  10 µs',
    ]);
    expect(driver.currentBar).toMatch(/fib\(n = 1\)/);
    driver.press('u', 'z');
    expect(shown(driver)[1]).toBe('  + fib(n = 2)  returned 1  40 µs  (2 inside)');
    driver.press('<tab>', '<enter>');
    expect(driver.header).toMatch(/ record /);
    expect(driver.body.join('\n')).toMatch(/arguments:\n {2}n: number: 1\nresult:/);
    driver.press('q', 'q');
    expect(driver.header).toMatch(/q quit/);
  });

  test('of one that has not ended shows what is there', () => {
    const driver = open().press('z');
    expect(shown(driver)[0]).toBe('- main()  not ended');
    expect(shown(driver).at(-1)).toBe('    Orders#check()  threw TypeError: no such order  10 µs');
  });

  test('is within the spans that were active', () => {
    const ids = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
    const rows = [
      record({ time: START, kind: 'span-start', fields: { span: 'GET /' }, ...ids }),
      ...callRecords([fib], ids),
      record({ time: START + 35, seq: 99, message: 'a line', ...ids }),
      record({
        time: START + 100,
        seq: 100,
        kind: 'span-end',
        fields: { span: 'GET /', duration: 0.1 },
        ...ids,
      }),
    ].sort((left, right) => left.time - right.time);
    const driver = open(rows).press('j', 'z');
    expect(shown(driver).slice(0, 3)).toEqual([
      '- GET /  100 µs',
      '  - fib(n = 3)  returned 1  80 µs',
      '    - fib(n = 2)  returned 1  40 µs',
    ]);
    expect(shown(driver).at(-1)).toMatch(/a line$/);
    expect(driver.currentBar).toMatch(/fib\(n = 3\)/);
  });

  test('with calls whose numbers make no sense is shown all the same', () => {
    const rows = callRecords([fib]).map((row) => ({
      ...row,
      fields: { ...row.fields, parent: row.fields?.call },
    }));
    expect(shown(open(rows).press('z'))).toHaveLength(1);
  });
});

describe('a call in full', () => {
  test('has arguments, result, duration and callers, from its begin as from its end', () => {
    const driver = open().press('j', 'j', 'j', '<enter>');
    const text = driver.body.join('\n');
    expect(text).toContain('function: fib\nfile: /srv/shop/src/orders.ts:12\ncall: 4, 3 deep');
    expect(text).toContain(
      'arguments:\n  n: number: 1\nresult:\n  return value: number: 1\nduration: 10 µs\n',
    );
    expect(text).toContain(
      'called by:\n  fib(n = 2)  /srv/shop/src/orders.ts:12\n  fib(n = 3)  /srv/shop/src/orders.ts:12\n  main()  /srv',
    );
    driver.press('<tab>');
    expect(driver.body.join('\n')).toContain('fib returned 1\n\nfunction: fib');
    driver.press('q', 'e', '<enter>');
    expect(driver.body.join('\n')).toContain('result:\n  exception: TypeError: no such order\n');
    driver.press('q', 'g', '<enter>');
    expect(driver.body.join('\n')).toContain('arguments: none\nresult: it has not ended');
  });

  test('shows its source where that is there', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tracebuf-source-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const module = join(directory, 'a.ts');
    writeFileSync(module, Array.from({ length: 40 }, (_, index) => `\tline ${index + 1}`).join('\n'));
    const rows = callRecords([fib]).map((row) => ({ ...row, fields: { ...row.fields, module } }));
    const driver = new ReaderDriver(rows, {}, 120, 50).press('<enter>');
    expect(driver.body.join('\n')).toContain(
      'source:\n    10    line 10\n    11    line 11\n  > 12    line 12\n    13    line 13',
    );
    const elsewhere = rows.map((row) => ({ ...row, fields: { ...row.fields, module: directory } }));
    expect(new ReaderDriver(elsewhere, {}, 120, 50).press('<enter>').body.join('\n')).not.toMatch(
      /^source:/m,
    );
  });
});

describe('functions', () => {
  test('are summed up, sorted by any column, and lead to their calls', () => {
    const driver = open().press('s');
    expect(driver.header).toMatch(/functions/);
    expect(driver.body[0]).toBe('        COUNT   [TOTAL]      SELF       P50       P99   ERRORS  FUNCTION');
    expect(driver.body[1]).toBe(
      '>           5    145 µs     80 µs     10 µs     80 µs        0  fib  /srv/shop/src/orders.ts:12',
    );
    expect(driver.body[2]).toMatch(/^ {12}1 .* 1 {2}Orders#check {2}\/srv/);
    driver.press('s', 's', 's', 's');
    expect(driver.body[0]).toMatch(/\[ERRORS\]/);
    expect(driver.body[1]).toMatch(/Orders#check/);
    driver.press('<enter>');
    expect(driver.header).toMatch(/filter: func == 'Orders#check' and module == '.*' and line == 12/);
    expect(body(driver)).toHaveLength(2);
    driver.press('s');
    expect(driver.body).toHaveLength(22);
    expect(driver.body[1]).toMatch(/Orders#check/);
  });

  test('are summed up in steps, and given up with Escape', () => {
    const many = Array.from(
      { length: 60_000 },
      (_, n): TestCall => ({ func: 'f', at: 2 * n, end: 2 * n + 1 }),
    );
    const driver = open(callRecords(many));
    driver.reader.press('s');
    // A fast machine may be done at once.
    if (driver.reader.isBusy) {
      expect(driver.footer).toMatch(/^summing up calls \d+ % … Esc gives up$/);
      driver.reader.press('<escape>');
      expect(driver.footer).toBe('Given up');
      expect(driver.reader.isBusy && driver.header.includes('functions')).toBe(false);
      driver.press('s');
    }
    expect(driver.body[1]).toMatch(/^> {6}60,000 .* f {2}\/srv/);
  });

  test('are none where no call has ended', () => {
    expect(open([record()]).press('s').footer).toBe('No call that has ended is among these records');
  });
});

describe('a filter for calls', () => {
  test.each([
    ["func == 'fib' and arg == 'return value' and not value == '1'", []],
    ["arg == 'n' and value == '2'", ['  --> fib(n = 2)']],
    [
      "arg.n == '0' or exc == '%order%'",
      ['   --> fib(n = 0)', ' <-- Orders#check threw TypeError: no such order  10 µs'],
    ],
    ["status == 'threw' and dur >= 10us", [' <-- Orders#check threw TypeError: no such order  10 µs']],
  ])('%s', (filter, expected) => {
    const driver = open().press('r').type(filter).press('<enter>');
    // What occurs nowhere has to be insisted on.
    if (driver.footer.startsWith('filter:')) driver.press('<enter>');
    expect(body(driver)).toEqual(expected);
  });

  test('for a function that is not called so is corrected', () => {
    const driver = open().press('r').type("func == 'f' and arg == 'm'").press('<enter>');
    const [message, options] = driver.lines.slice(-3);
    expect(message).toBe('No func matches "f"; Enter takes it all the same');
    expect(options).toBe("'fib' (10)");
    driver.press('<tab>', '<enter>');
    expect(driver.lines.at(-3)).toBe('No arg matches "m"; Enter takes it all the same');
    expect(driver.lines.at(-2)).toBe("'n' (5)  'return value' (5)  'exception' (1)");
    driver.press('<tab>', '<enter>');
    expect(body(driver)).toHaveLength(5);
  });

  test('is completed with arguments and their values', () => {
    const driver = open().press('r').type('arg.').press('<tab>');
    expect(driver.footer).toBe('filter: arg.n');
    driver.type("== '3").press('<tab>', '<enter>');
    expect(body(driver)).toEqual([' --> fib(n = 3)']);
  });
});

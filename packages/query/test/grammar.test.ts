import { describe, expect, test } from 'vitest';
import { type Comparison, compilePredicate, formatFilter, parseFilter } from '../src/index.ts';

const NOON = { now: Date.UTC(2026, 0, 2, 12), zoneOffset: 60 };

function printed(text: string): string {
  return formatFilter(parseFilter(text, NOON));
}

function literal(text: string): Comparison['values'][number] | undefined {
  return (parseFilter(text, NOON).root as Comparison).values[0];
}

describe('spelling', () => {
  test.each([
    ["level >= warn and msg == '%timeout%'", "level >= warn and msg == '%timeout%'"],
    ["LEVEL == 'x' AnD b == 1", "LEVEL == 'x' and b == 1"],
    ['a=1&&b==2||!c==3', 'a == 1 and b == 2 or not c == 3'],
    ['not (a == 1 and b == 2)', 'not (a == 1 and b == 2)'],
    ['a == 1 and (b == 2 or c == 3)', 'a == 1 and (b == 2 or c == 3)'],
    ['a == 1 and (b == 2 and c == 3)', 'a == 1 and (b == 2 and c == 3)'],
    ['((a == 1))', 'a == 1'],
    ['!!a == 1', 'not not a == 1'],
    ['not not(not a==1)', 'not not not a == 1'],
    ['5 < seq', 'seq > 5'],
    ["'web' == process", "process == 'web'"],
    ['/x/ =~ msg', 'msg =~ /x/'],
    ["'10:15' <= time", "time >= '10:15'"],
    ['warn <= level', 'level >= warn'],
    ['level >= 35', 'level >= 35'],
    ["level == 'warn'", 'level == warn'],
    ["level == 'audit'", "level == 'audit'"],
    ['a in[1,2]', 'a in [1, 2]'],
    ['a not in [1]', 'a not in [1]'],
    ['tags[0] == 1', 'tags[0] == 1'],
    ["req.headers['x-y'] == 1", 'req["headers"]["x-y"] == 1'],
    ['req.headers."a b" == 1', 'req["headers"]["a b"] == 1'],
    ['req.headers.user-agent == 1', 'req.headers.user-agent == 1'],
    ['a.in == 1 and a.not.or == 2', 'a.in == 1 and a.not.or == 2'],
    ['http.5xx > 0', 'http.5xx > 0'],
    ['$x == 1 or @t == 2 or größe == 3', '$x == 1 or @t == 2 or größe == 3'],
    ['dur > 5ms', 'dur > 5ms'],
    ['dur > 5µs', 'dur > 5us'],
    ['a == 0x1F', 'a == 31'],
    ['a == -.5e1', 'a == -5'],
    ['a == -0', 'a == -0'],
    ['ok == TRUE and err != Null', 'ok == true and err != null'],
    [String.raw`msg =~ /^\/api[/]x/im`, String.raw`msg =~ /^\/api[/]x/im`],
    [
      String.raw`msg == "it's \"100\%\" \\ \x41\u{1f600}\x25\n"`,
      String.raw`msg == 'it\'s "100\%" \\ A😀\%\n'`,
    ],
    ['  ', ''],
  ])('%s', (text, expected) => {
    expect(printed(text)).toBe(expected);
    expect(printed(expected)).toBe(expected);
  });
});

test('and binds tighter than or, and not tighter than and', () => {
  const { root } = parseFilter('a == 1 or not b == 2 and c == 3');
  expect(root).toMatchObject({
    type: 'or',
    operands: [{ type: 'comparison' }, { type: 'and', operands: [{ type: 'not' }, { type: 'comparison' }] }],
  });
});

test('every node knows where it is in the text', () => {
  const text = 'a == 1 and not req.url =~ /x/i';
  const { root } = parseFilter(text);
  if (root?.type !== 'and') throw new Error('no and');
  const [, negation] = root.operands;
  if (negation?.type !== 'not' || negation.operand.type !== 'comparison') throw new Error('no not');
  const cut = (span: { position: number; length: number }): string =>
    text.slice(span.position, span.position + span.length);
  expect(cut(root)).toBe(text);
  expect(cut(negation)).toBe('not req.url =~ /x/i');
  expect(cut(negation.operand)).toBe('req.url =~ /x/i');
  expect(cut(negation.operand.field)).toBe('req.url');
  expect(cut(negation.operand.values[0] ?? negation)).toBe('/x/i');
});

test('a filter is plain data that survives a structured clone', () => {
  const filter = parseFilter("level >= warn and a in [1, 'x%', null] and time > '-5m'");
  expect(structuredClone(filter)).toEqual(filter);
});

describe('times', () => {
  test.each([
    ["time > '2026/01/02 03:04:05'", '2026-01-02T02:04:05.000Z', 0],
    ["time > '2026/01/02 03:04:05.123456'", '2026-01-02T02:04:05.123Z', 456],
    ["time > '2026-01-02T03:04:05.123456789Z'", '2026-01-02T03:04:05.123Z', 456],
    ["time > '2026-01-02T03:04:05+02:30'", '2026-01-02T00:34:05.000Z', 0],
    ["time > '2026-01-02 03:04'", '2026-01-02T02:04:00.000Z', 0],
    ["time > '2026/1/2'", '2026-01-01T23:00:00.000Z', 0],
    ["time > '10:15'", '2026-01-02T09:15:00.000Z', 0],
    ["time > '10:15:30.5'", '2026-01-02T09:15:30.500Z', 0],
    ["time > '-5m'", '2026-01-02T11:55:00.000Z', 0],
    ["time > '-1h30m'", '2026-01-02T10:30:00.000Z', 0],
    ["time > '+250us'", '2026-01-02T12:00:00.000Z', 250],
    ["time > 'now'", '2026-01-02T12:00:00.000Z', 0],
    ['time > -5m', '2026-01-02T11:55:00.000Z', 0],
  ])('%s', (text, iso, micros) => {
    expect(literal(text)).toMatchObject({ type: 'time', value: Date.parse(iso) * 1000 + micros });
  });

  test('without a zone are those of the machine', () => {
    const value = (parseFilter("time > '2026/07/02 03:04:05'").root as Comparison).values[0];
    expect(value).toMatchObject({ value: new Date(2026, 6, 2, 3, 4, 5).getTime() * 1000 });
  });

  test('of today follow the zone over midnight', () => {
    const value = (
      parseFilter("time > '00:30'", { now: Date.UTC(2026, 0, 1, 23, 30), zoneOffset: 60 }).root as Comparison
    ).values[0];
    expect(value).toMatchObject({ value: Date.UTC(2026, 0, 1, 23, 30) * 1000 });
  });
});

test('a level of a buffer can be ordered once its severity is told', () => {
  const filter = parseFilter('level >= Audit', { levels: new Map([['audit', 35]]) });
  expect(literal("level == 'audit'")).toMatchObject({ type: 'string' });
  expect((filter.root as Comparison).values[0]).toMatchObject({ type: 'level', value: 35 });
});

test('an empty filter lets everything pass', () => {
  expect(parseFilter('').root).toBeUndefined();
  expect(compilePredicate(parseFilter(' \n'))({} as never)).toBe(true);
});

import type { TraceRecord } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import {
  checkFilter,
  compilePredicate,
  compileSql,
  completions,
  filterFields,
  gatherStatistics,
  parseFilter,
} from '../src/index.ts';
import { database, record } from './samples.ts';

const argument = (name: string, value: string, type = 'number') => ({ name, type, value });
const CALLS: Readonly<Record<string, TraceRecord>> = {
  call: record({
    kind: 'call',
    fields: { func: 'add', depth: 2, args: [argument('a', '1'), argument('b', '2')] },
  }),
  returned: record({
    kind: 'return',
    fields: { func: 'add', dur: 5000, args: [argument('return value', '3')], ret: '3', status: 'returned' },
  }),
  threw: record({
    kind: 'exception',
    fields: { func: 'add', args: [argument('exception', 'no', 'TypeError')], exc: 'TypeError: no' },
  }),
  none: record({ kind: 'call', fields: { func: 'tick', args: [] } }),
  log: record({ fields: { type: 'db', value: '1' } }),
};

/** Names of the records that pass, by both evaluators. */
function passing(text: string): string[] {
  const filter = parseFilter(text);
  const { sql, params } = compileSql(filter);
  const names = Object.keys(CALLS);
  const rows = database(Object.values(CALLS))
    .prepare(`SELECT rowid AS id FROM records WHERE ${sql}`)
    .all(...params) as { id: number }[];
  const test = compilePredicate(filter);
  const found = names.filter((name) => test(CALLS[name] as TraceRecord));
  expect(rows.map(({ id }) => names[id - 1])).toEqual(found);
  return found;
}

describe('conditions on arguments', () => {
  test.each([
    // One and the same argument.
    ["arg == 'a' and value == '1'", ['call']],
    ["arg == 'a' and value == '2'", []],
    ["arg == 'a' and arg == 'b'", []],
    ["arg == 'a' or arg == 'b'", ['call']],
    // Not: an argument that differs, or none at all.
    ["kind == 'call' and not value == '1'", ['call', 'none']],
    ["kind == 'call' and not (arg == 'a' or arg == 'b')", ['none']],
    ["func == 'add' and arg == 'return value' and not value == '1'", ['returned']],
    ["arg == 'exception' and type == 'TypeError'", ['threw']],
    ["value != '1' and func == 'add'", ['call', 'returned', 'threw']],
    ["func == 'tick' and value != '1'", []],
    ["func == 'tick' and value == null", ['none']],
    // By name and by place, whichever argument is spoken of.
    ["arg.a == '1' and arg.b == '2'", ['call']],
    ["arg.a == '2'", []],
    ["arg['return value'] == '3' or ret == '4'", ['returned']],
    ["arg[1] == '2'", ['call']],
    ["arg.a == '1' and arg == 'b' and value == '2'", ['call']],
    // Records without arguments keep what is called so.
    ["type == 'db' and value == '1'", ['log']],
    ["fields.type == 'db'", ['log']],
  ])('%s', (text, expected) => {
    expect(passing(text)).toEqual(expected);
  });
});

test('arguments that occur are told for correction and completion', () => {
  const filter = parseFilter("func == 'add' and arg == 'c' and value == '7'");
  const statistics = gatherStatistics(Object.values(CALLS), filterFields(filter));
  expect(statistics.fields.get('arg')).toMatchObject({ count: 3 });
  const [first, second] = checkFilter(filter, statistics);
  expect(first).toMatchObject({ field: 'arg', message: 'No arg matches "c"' });
  expect(first?.options.map(({ text }) => text)).toEqual(expect.arrayContaining(["'a'", "'return value'"]));
  expect(second).toMatchObject({ field: 'value', message: 'No value matches "7"' });
  const text = "arg == 'ret";
  expect(completions(text, text.length, { statistics }).options).toMatchObject([{ text: "'return value'" }]);
});

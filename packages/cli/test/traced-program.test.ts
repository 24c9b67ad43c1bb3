import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const TRACED = join(import.meta.dirname, 'programs', 'traced.ts');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  const { stdout } = sandbox.runProgram(TRACED, [], { TRACEBUF_PROCESS: 'calc' });
  expect(stdout).toBe('ready\n');
  expect(sandbox.run(['record', '--once', '--quiet']).code).toBe(0);
});
afterEach(async () => await sandbox.dispose());

test('is exported alike from its buffers and from a database', () => {
  for (const format of ['perfetto', 'speedscope', 'folded', 'jsonl', 'csv']) {
    const live = sandbox.run(['export', 'calc', '--format', format]);
    expect(live.code, live.stderr).toBe(0);
    const stored = sandbox.run(['export', '--format', format, '--db', 'traces.sqlite']);
    expect(stored.stdout).toBe(live.stdout);
  }
  const { traceEvents } = JSON.parse(sandbox.run(['export', 'calc']).stdout) as {
    traceEvents: { name: string; ph: string; args?: object }[];
  };
  const phases = (name: string): string[] =>
    traceEvents.filter((event) => event.name === name).map(({ ph }) => ph);
  expect(phases('countDown')).toEqual(Array<string>(11).fill('X'));
  expect(phases('load')).toEqual(['b', 'e', 'b', 'e']);
  expect(phases('hang')).toEqual(['B']);
  expect(phases('queue')).toEqual(['C']);
  expect(traceEvents.find(({ name }) => name === 'Orders#check')?.args).toMatchObject({
    arguments: { id: '' },
    result: { exception: 'no such order' },
    status: 'threw',
  });
  expect(sandbox.run(['export', 'calc', '--format', 'folded']).stdout).toMatch(
    /^calc\.\d+;countDown;countDown;countDown \d+$/m,
  );
});

test('is asked about by functions, arguments and results', () => {
  const query = (filter: string, ...options: string[]): string =>
    sandbox.run(['query', filter, 'traces.sqlite', ...options]).stdout;
  expect(query('', '--group-by', 'func', '--csv')).toBe(
    'func,count\r\ncountDown,22\r\nload,4\r\nOrders#check,2\r\n,1\r\nhang,1\r\n',
  );
  expect(query("kind == 'call'", '--group-by', 'arg', '--csv')).toBe(
    'arg,count\r\nn,11\r\nid,3\r\nwhy,1\r\n',
  );
  const shown = "func == 'countDown' and arg == 'return value' and not value == '1'";
  expect(query(shown, '--count')).toBe('7\n');
  expect(sandbox.run(['query', shown, 'calc', '--count']).stdout).toBe('7\n');
  expect(query("arg.id == 'bc'", '--count')).toBe('1\n');
  expect(query("exc == 'TypeError%' and dur > 0ns", '--count')).toBe('1\n');
  const { stderr } = sandbox.run(['query', "func == 'f'", 'traces.sqlite']);
  expect(stderr).toMatch(/No func matches "f"; there is 'countDown' \(22\), /);
});

test('has its calls in a view of the database', () => {
  const database = new DatabaseSync(join(sandbox.directory, 'traces.sqlite'), { readOnly: true });
  const rows = database
    .prepare(
      `SELECT func, status, ret, exc, depth, args ->> '$[0].value' AS first, process, dur > 0 AS took FROM calls
       WHERE func <> 'countDown' ORDER BY start, call`,
    )
    .all();
  database.close();
  const load = { func: 'load', status: 'returned', exc: null, depth: 0, process: 'calc', took: 1 };
  expect(rows.map((row) => ({ ...row }))).toEqual([
    {
      ...load,
      func: 'Orders#check',
      status: 'threw',
      ret: null,
      exc: 'TypeError: no such order',
      first: '',
    },
    { ...load, ret: '1', first: 'a' },
    { ...load, ret: '2', first: 'bc' },
    { ...load, func: 'hang', status: 'open', ret: null, first: 'kill', took: null },
  ]);
});

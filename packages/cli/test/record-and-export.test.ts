import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PerfettoWriter } from '../src/export/perfetto.ts';
import { SpeedscopeWriter } from '../src/export/speedscope.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

const file = (name: string): string => join(sandbox.directory, name);

async function write(): Promise<void> {
  await sandbox.writer('wait', {
    name: 'shop',
    buffers: { http: 20480 },
    records: [
      ['http', 'GET /'],
      ['http', 'a "quoted", line', 'warn'],
      ['http', 'it broke', 'error'],
    ],
  });
}

describe('record', () => {
  test('stores what is there and says what it did; again, there is nothing new', async () => {
    await write();
    const first = sandbox.run(['record', '--once', '--db', 'a.sqlite']);
    expect(first).toMatchObject({
      code: 0,
      stdout: '3 records of 1 process stored in a.sqlite\n',
      stderr: '',
    });
    const again = sandbox.run(['record', '--once', '--db', 'a.sqlite', '--json']);
    expect(JSON.parse(again.stdout)).toEqual({
      db: 'a.sqlite',
      stored: 0,
      lost: 0,
      removed: 0,
      processes: 1,
      problems: 0,
    });
    const database = new DatabaseSync(file('a.sqlite'), { readOnly: true });
    expect(database.prepare('SELECT process, level, message FROM records ORDER BY time').all()).toEqual([
      { process: 'shop', level: 'info', message: 'GET /' },
      { process: 'shop', level: 'warn', message: 'a "quoted", line' },
      { process: 'shop', level: 'error', message: 'it broke' },
    ]);
    database.close();
  });

  test('takes the processes and the buffer that are named', async () => {
    await write();
    expect(sandbox.run(['record', 'SHOP', '--once', '--buffer', 'HT']).stdout).toMatch(
      /^3 records of 1 process/,
    );
    expect(sandbox.run(['record', 'SHOP', '--once', '--buffer', 'all']).stdout).toMatch(
      /^0 records of 1 process/,
    );
  });

  test.each(['INT', 'TERM'])('runs until SIG%s, which is no failure', async (signal) => {
    await write();
    const outcome = sandbox.shell(
      `$TRACE_CLI record --db b.sqlite & pid=$!
       until [ "$($TRACE_CLI query '' --count --db b.sqlite 2>/dev/null)" = 3 ]; do sleep 0.1; done
       kill -${signal} $pid; wait $pid; echo "code $?"`,
    );
    expect(outcome.stdout).toBe('3 records of 1 process stored in b.sqlite\ncode 0\n');
  });

  test('refuses a database that it cannot use in one line, and limits that are none', async () => {
    writeFileSync(file('notes.txt'), 'do not write over this '.repeat(50));
    const foreign = sandbox.run(['record', '--once', '--db', 'notes.txt']);
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toBe(
      'trace-cli: Cannot write to the database "notes.txt": it is no SQLite database; give another file, this one is left as it is.\n',
    );
    const { code, stderr } = sandbox.run(['record', '--once', '--max-size', 'big']);
    expect({ code, stderr: stderr.split('\n')[0] }).toEqual({
      code: 2,
      stderr: `trace-cli: The size "big" can't be understood; give bytes, or one such as 100M`,
    });
  });
});

describe('a name that means nothing is told, and the exit code is 3', () => {
  test.each([
    [['record', 'nope', '--once'], "No process is named 'nope'; there are: 'shop'"],
    [['record', 'shop', 'nope', '--once'], "No process is named 'nope'; there are: 'shop'"],
    [['record', '--once', '--buffer', 'nope'], "No trace buffer is named 'nope'; there are: 'http'"],
    [['export', 'nope'], "No process is named 'nope'; there are: 'shop'"],
    [['export', '-b', 'nope'], "No trace buffer is named 'nope'; there are: 'http'"],
    [['export', '--format', 'otlp-json', '-b', 'nope'], "No trace buffer is named 'nope'; there are: 'http'"],
    [['export', '--db', 'x.sqlite', 'nope'], "No process is named 'nope'; there are: 'shop'"],
    [['export', '--db', 'x.sqlite', 'shop', 'nope'], "No process is named 'nope'; there are: 'shop'"],
    [['export', '--db', 'x.sqlite', '-b', 'nope'], "No trace buffer is named 'nope'; there are: 'http'"],
    [['query', '', 'shop', '-p', 'nope'], "No process is named 'nope'; there are: 'shop'"],
    [['query', '', 'x.sqlite', '-p', 'nope', '--count'], "No process is named 'nope'; there are: 'shop'"],
    [['view', 'shop', '-p', 'nope'], "No process is named 'nope'; there are: 'shop'"],
    [['view', 'x.sqlite', '-p', 'nope'], "No process is named 'nope'; there are: 'shop'"],
    [['dump', 'trace', 'x.sqlite', 'nope'], "No trace buffer is named 'nope'; there are: 'http'"],
  ])('%j', async (args, message) => {
    await write();
    if (args.includes('x.sqlite')) expect(sandbox.run(['record', '--once', '--db', 'x.sqlite']).code).toBe(0);
    expect(sandbox.run(args)).toEqual({ code: 3, stdout: '', stderr: `trace-cli: ${message}.\n` });
    expect(existsSync(file('traces.sqlite'))).toBe(false);
  });
});

test('a dump in otlp-json has what an export in it has, of processes and of a database', async () => {
  await write();
  expect(sandbox.run(['record', '--once', '--db', 'x.sqlite']).code).toBe(0);
  for (const source of ['shop', 'x.sqlite']) {
    const exported = sandbox.run(['export', source, '--format', 'otlp-json', '-b', 'http']);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toContain('a \\"quoted\\", line');
    const dumped = sandbox.run(['dump', 'trace', source, 'http', '--format', 'otlp-json', '--json']);
    expect(dumped).toMatchObject({ code: 0, stderr: '' });
    const { path, records } = JSON.parse(dumped.stdout) as { path: string; records: number };
    expect(records).toBe(3);
    expect(readFileSync(path, 'utf8')).toBe(exported.stdout);
  }
  expect(sandbox.run(['dump', 'trace', 'shop', 'all', '--format', 'otlp-json', '--last', '1'])).toMatchObject(
    {
      code: 2,
      stderr: expect.stringContaining('leave out "--last"'),
    },
  );
});

describe('a database', () => {
  test('is shown as a process is', async () => {
    await write();
    expect(sandbox.run(['record', '--once']).code).toBe(0);
    const live = sandbox.run(['show', 'trace', 'shop', 'all', '--json']);
    expect(sandbox.run(['show', 'trace', 'traces.sqlite', 'all', '--json'])).toEqual(live);
    expect(
      sandbox.run(['show', 'trace', './traces.sqlite', 'HTTP', '--level', 'error', '--json']).stdout,
    ).toBe(`${live.stdout.trimEnd().split('\n').at(-1)}\n`);
    expect(sandbox.run(['show', 'trace', 'traces.sqlite', 'other'])).toMatchObject({ code: 3 });
    expect(sandbox.run(['show', 'trace', 'traces.sqlite', 'all', '--follow'])).toMatchObject({ code: 2 });
    expect(sandbox.run(['show', 'trace', 'no.sqlite', 'all'])).toMatchObject({ code: 1 });
  });

  test('is made of a dump, with what was chosen', async () => {
    await write();
    const { code, stdout, stderr } = sandbox.run([
      'dump',
      'trace',
      'shop',
      'all',
      '--format',
      'sqlite',
      '--level',
      'warn',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/dumps\/shop\.\d+\.all\.\w+\.sqlite\n$/);
    const shown = sandbox.run(['show', 'trace', stdout.trim(), 'all', '--json']);
    const messages = shown.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toEqual(['a "quoted", line', 'it broke']);
    for (const format of ['csv', 'perfetto']) {
      expect(sandbox.run(['dump', 'trace', 'shop', 'all', '--format', format]).code).toBe(0);
    }
  });
});

describe('export', () => {
  test('gives the same from a database as from the buffers, in every format', async () => {
    await write();
    expect(sandbox.run(['record', '--once']).code).toBe(0);
    for (const format of ['perfetto', 'speedscope', 'folded', 'jsonl', 'csv']) {
      const live = sandbox.run(['export', '--format', format]);
      const stored = sandbox.run(['export', '--format', format, '--db', 'traces.sqlite']);
      expect(live).toMatchObject({ code: 0, stderr: '' });
      expect(stored).toEqual(live);
    }
  });

  test('writes values with commas and quotes as RFC 4180 has them', async () => {
    await write();
    const { stdout } = sandbox.run(['export', 'shop', '-f', 'csv', '--where', 'level == warn']);
    const [head, line, rest] = stdout.split('\r\n');
    expect(head).toBe('time,process,pid,thread,buffer,seq,level,kind,message,traceId,spanId,count,fields');
    expect(line).toMatch(/^[\d:.TZ-]+,shop,\d+,0,http,2,warn,log,"a ""quoted"", line",,,,$/);
    expect(rest).toBe('');
  });

  test('writes a file in full or not at all, compressed where its name says so, never over another', async () => {
    await write();
    expect(sandbox.run(['export', '-o', 'out.json.gz'])).toMatchObject({ code: 0, stdout: '' });
    const events = JSON.parse(gunzipSync(readFileSync(file('out.json.gz'))).toString()) as {
      traceEvents: object[];
    };
    expect(events.traceEvents).toHaveLength(5);
    const again = sandbox.run(['export', '-o', 'out.json.gz']);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is a file "out.json.gz" already/),
    });
    expect(sandbox.run(['export', '-o', 'out.json.gz', '--force']).code).toBe(0);
    const nowhere = sandbox.run(['export', '-o', 'no/such/out.json']);
    expect(nowhere).toMatchObject({
      code: 1,
      stderr:
        "trace-cli: Cannot write the file 'no/such/out.json': ENOENT; the directory is missing: create it or name a file in one that exists.\n",
    });
    expect(existsSync(file('out.json.gz.part'))).toBe(false);
  });

  test('writes OTLP JSON, a request of logs per line', async () => {
    await write();
    const { code, stdout, stderr } = sandbox.run([
      'export',
      'shop',
      '--format',
      'otlp-json',
      '--level',
      'warn',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { resourceLogs: unknown });
    expect(lines).toMatchObject([
      {
        resourceLogs: [
          {
            resource: {
              attributes: expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'shop' } }]),
            },
            scopeLogs: [
              {
                scope: { name: 'http' },
                logRecords: [
                  { severityText: 'warn', body: { stringValue: 'a "quoted", line' } },
                  { severityText: 'error', severityNumber: 17, body: { stringValue: 'it broke' } },
                ],
              },
            ],
          },
        ],
      },
    ]);
    expect(sandbox.run(['export', '--format', 'otlp-json', '--last', '1'])).toMatchObject({ code: 2 });
  });

  test('a pipe that closes early ends it quietly', async () => {
    await write();
    expect(
      sandbox.shell('set -o pipefail; $TRACE_CLI export --format jsonl | head -n 1 >/dev/null; echo $?')
        .stderr,
    ).toBe('');
  });
});

const record = (time: number, rest: object) => ({
  time,
  process: 'shop',
  pid: 7,
  thread: 0,
  buffer: 'otel',
  seq: 1,
  level: 'info',
  severity: 30,
  kind: 'log',
  message: 'm',
  ...rest,
});

describe('what perfetto gets', () => {
  const PHASES = ['M', 'i', 'X', 'B', 'b', 'e', 'C'];

  /** Checks a file against the published format: what each phase must have, and that what begins also ends. */
  function check(text: string): Record<string, unknown>[] {
    const { traceEvents } = JSON.parse(text) as { traceEvents: Record<string, unknown>[] };
    const open = new Map<string, number>();
    for (const event of traceEvents) {
      expect(PHASES).toContain(event.ph);
      expect(typeof event.name).toBe('string');
      expect(Number.isSafeInteger(event.pid)).toBe(true);
      expect(Number.isSafeInteger(event.tid)).toBe(true);
      if (event.ph !== 'M') expect(Number.isFinite(event.ts)).toBe(true);
      if (event.ph === 'X') expect(event.dur).toBeGreaterThanOrEqual(0);
      if (event.ph === 'i') expect(['g', 'p', 't']).toContain(event.s);
      if (event.ph === 'C')
        for (const value of Object.values(event.args as object)) expect(typeof value).toBe('number');
      if (event.ph === 'b' || event.ph === 'e') {
        expect(typeof event.cat).toBe('string');
        const key = `${JSON.stringify(event.id2)} ${String(event.name)}`;
        open.set(key, (open.get(key) ?? 0) + (event.ph === 'b' ? 1 : -1));
      }
    }
    for (const [key, count] of open) expect(count, key).toBeGreaterThanOrEqual(0);
    return traceEvents;
  }

  test('are threads, spans with what is open, calls, instants and a counter of what was lost', () => {
    const writer = new PerfettoWriter();
    const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    let text = writer.begin();
    text += writer.add(record(1000, { kind: 'span-start', fields: { span: 'GET /' }, ...ids }));
    text += writer.add(
      record(1500, { kind: 'span-start', fields: { span: 'query' }, ...ids, spanId: 'c'.repeat(16) }),
    );
    text += writer.add(record(3000, { kind: 'span-end', fields: { span: 'GET /', duration: 2 }, ...ids }));
    text += writer.add(
      record(3505, { kind: 'return', thread: 3, fields: { func: 'fib', call: 1, dur: 5000 } }),
    );
    text += writer.add(record(4000, { message: 'forged\nline\u001b[31m' }));
    text += writer.add(record(5000, { kind: 'lost', count: 12 }));
    text += writer.add(record(6000, { process: 'other', message: 'same pid' }));
    text += writer.end();
    const events = check(text);
    expect(events.filter(({ ph }) => ph === 'b')).toMatchObject([
      { name: 'GET /', ts: 1000 },
      { name: 'query', ts: 1500, args: { unfinished: true } },
    ]);
    expect(events.find(({ ph }) => ph === 'X')).toMatchObject({
      name: 'fib',
      ts: 3500,
      dur: 5,
      tid: 3,
    });
    expect(events.find(({ ph }) => ph === 'C')).toMatchObject({
      name: 'lost records of otel',
      args: { lost: 12 },
    });
    // Names are shown as they are; arguments are JSON of a viewer.
    expect(events.find(({ ts }) => ts === 4000)?.name).toBe('forged\\nline\\x1b[31m');
    const pids = events.filter(({ name }) => name === 'process_name').map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(2);
  });

  test('can be loaded by the trace processor, where there is one', async () => {
    await write();
    expect(sandbox.run(['export', '-o', 'out.json']).code).toBe(0);
    const found = spawnSync('trace_processor_shell', ['--version'], { encoding: 'utf8' });
    if (found.status !== 0) {
      console.log('not checked: trace_processor_shell is not installed');
      check(readFileSync(file('out.json'), 'utf8'));
      return;
    }
    writeFileSync(file('query.sql'), 'SELECT count(*) FROM slice;');
    const loaded = spawnSync('trace_processor_shell', ['-q', file('query.sql'), file('out.json')], {
      encoding: 'utf8',
    });
    expect(loaded.status, loaded.stderr).toBe(0);
  });
});

test('speedscope gets frames that open and close in turn, overlapping spans in lanes of their own', () => {
  const writer = new SpeedscopeWriter();
  const span = (start: number, end: number, name: string) =>
    writer.add(record(end, { kind: 'span-end', fields: { span: name, duration: (end - start) / 1000 } }));
  writer.begin();
  span(0, 100, 'outer');
  span(10, 50, 'inner');
  span(40, 120, 'across');
  const { shared, profiles } = JSON.parse(writer.end()) as {
    shared: { frames: { name: string }[] };
    profiles: {
      name: string;
      startValue: number;
      endValue: number;
      events: { type: string; at: number; frame: number }[];
    }[];
  };
  expect(profiles).toHaveLength(2);
  for (const { events, startValue, endValue } of profiles) {
    const stack: number[] = [];
    let last = startValue;
    for (const { type, at, frame } of events) {
      expect(at).toBeGreaterThanOrEqual(last);
      last = at;
      if (type === 'O') stack.push(frame);
      else expect(stack.pop()).toBe(frame);
    }
    expect(stack).toEqual([]);
    expect(last).toBe(endValue);
  }
  expect(shared.frames.map(({ name }) => name).toSorted()).toEqual(['across', 'inner', 'outer']);
});

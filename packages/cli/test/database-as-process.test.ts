import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OtlpReceiver } from './otlp-receiver.ts';
import { type Outcome, Sandbox } from './sandbox.ts';

const SPANS = join(import.meta.dirname, 'programs', 'spans.ts');
const TRACE = '0af7651916cd43dd8448eb211c80319c';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

/** A program with spans that is killed, another with log lines that runs on, and a database of both, `all.db`. */
async function recordPrograms(): Promise<void> {
  expect(sandbox.runProgram(SPANS, ['kill'], { TRACEBUF_PROCESS: 'shop' }).code).toBeNull();
  await sandbox.writer('wait', {
    name: 'web',
    buffers: { http: 20480, other: 20480 },
    records: [
      ['http', 'GET /'],
      ['other', 'slow', 'warn'],
      ['http', 'it broke', 'error'],
    ],
  });
  expect(sandbox.run(['record', '--once', '--db', 'all.db'])).toMatchObject({ code: 0, stderr: '' });
}

/** What a command line says of the processes, and of the database in their place. */
function both(...line: readonly string[]): readonly [live: Outcome, stored: Outcome] {
  const of = (source: string): Outcome =>
    sandbox.run(line.map((word) => (word === 'SOURCE' ? source : word)));
  return [of('all'), of('all.db')];
}

interface OtlpGroup {
  readonly resource: object;
  readonly [items: string]: unknown;
}

/** Spans and log records of OTLP/JSON, each with its resource and scope, sorted. */
function otlpItems(lines: string): string[] {
  const items: string[] = [];
  for (const line of lines.trimEnd().split('\n')) {
    for (const groups of Object.values(JSON.parse(line) as Record<string, OtlpGroup[]>)) {
      for (const { resource, scopeLogs, scopeSpans } of groups) {
        for (const { scope, logRecords, spans } of (scopeLogs ?? scopeSpans) as Record<string, object[]>[])
          for (const item of logRecords ?? spans ?? []) items.push(JSON.stringify({ resource, scope, item }));
      }
    }
  }
  return items.sort();
}

describe('a database is taken for a process', () => {
  test('by show trace, with all that selects records', async () => {
    await recordPrograms();
    for (const more of [
      [],
      ['--json'],
      ['--level', 'warn'],
      ['--last', '2', '--json'],
      ['--last', '0'],
      ['--where', "kind == 'log' and pid > 0"],
      ['--since', '2026-01-02T00:00:00Z', '--until', '2099-01-01T00:00:00Z'],
    ]) {
      const [live, stored] = both('show', 'trace', 'SOURCE', 'all', ...more);
      expect(stored.stdout, more.join(' ')).toBe(live.stdout);
      expect(stored).toMatchObject({ code: 0, stderr: '' });
    }
    const [live, stored] = both('show', 'trace', 'SOURCE', 'ht', '--json');
    expect(stored).toEqual({ ...live, stderr: '' });
    expect(stored.stdout.match(/\n/g)).toHaveLength(2);
    expect(sandbox.run(['show', 'trace', 'all.db', 'o', '--json']).stdout).toContain('slow');
  });

  test('by show spans, one trace among them', async () => {
    await recordPrograms();
    for (const more of [
      ['--utc'],
      ['--logs', '--json'],
      ['--trace', TRACE.slice(0, 5)],
      ['--trace', TRACE],
    ]) {
      const [live, stored] = both('show', 'spans', 'SOURCE', ...more);
      expect(live.stdout).toContain('GET /cart');
      expect(stored).toEqual(live);
    }
    expect(sandbox.run(['show', 'spans', 'all.db', '--trace', 'ffff']).stdout).toBe('No spans.\n');
  });

  test('by ps, which tells what became of its records', async () => {
    await recordPrograms();
    const { code, stdout } = sandbox.run(['ps', 'all.db']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).join(' ').replaceAll(/ +/g, ' '));
    expect({ code, head: rows[0] }).toEqual({
      code: 0,
      head: 'PROCESS PID STATE AGE BUFFER STORED LOST CLEARED THREADS',
    });
    expect(rows).toHaveLength(5);
    expect(rows.filter((row) => / (?:http 2|other 1) 0 0 1$/.test(row))).toHaveLength(2);
    const [web, shop] = sandbox
      .run(['ps', 'all.db', '--json'])
      .stdout.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(shop).toMatchObject({ process: 'shop', state: 'died' });
    expect(web).toMatchObject({
      process: 'web',
      state: 'alive',
      buffers: [
        { buffer: 'http', stored: 2, lost: 0, cleared: 0, threads: [0] },
        { buffer: 'other', stored: 1 },
      ],
    });
    expect(sandbox.run(['ps', 'all.db', '--watch'])).toMatchObject({ code: 2 });
  });

  test('by dump trace, in every format', async () => {
    await recordPrograms();
    for (const format of ['text', 'jsonl', 'csv', 'perfetto']) {
      const [live, stored] = both('dump', 'trace', 'SOURCE', 'all', '--format', format);
      expect({ ...stored, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(stored.stdout.trim(), 'utf8')).toBe(readFileSync(live.stdout.trim(), 'utf8'));
    }
    const dumped = sandbox.run(['dump', 'trace', 'all.db', 'spans', '--format', 'sqlite']);
    expect(dumped.stdout).toMatch(/dumps\/all\.spans\.\w+\.sqlite\n$/);
    const spans = sandbox.run(['show', 'spans', dumped.stdout.trim()]).stdout;
    expect(spans).toMatch(/12\.5 ms {2}├─ query {2}client\n/);
    // Of the records alone nobody knows that the process is over.
    expect(spans).toMatch(/└─ render {2}open\n/);
  });

  test('by export, in every format, by its path as well', async () => {
    await recordPrograms();
    for (const format of ['perfetto', 'speedscope', 'jsonl', 'csv', 'otlp-json']) {
      const live = sandbox.run(['export', '--format', format]);
      const stored = sandbox.run(['export', 'all.db', '--format', format]);
      expect(live).toMatchObject({ code: 0, stderr: '' });
      // The two rings of a buffer each have their resource, which a database puts together again.
      if (format === 'otlp-json') expect(otlpItems(stored.stdout)).toEqual(otlpItems(live.stdout));
      else expect(stored, format).toEqual(live);
      expect(sandbox.run(['export', 'web', '--format', format, '--db', 'all.db'])).toEqual(
        sandbox.run(['export', 'web', '--format', format]),
      );
    }
    const { stdout } = sandbox.run(['export', 'all.db', '--format', 'otlp-json']);
    // What the process told of itself, the end of its life and the instant to the nanosecond.
    expect(otlpItems(stdout)).toHaveLength(10);
    expect(stdout).toContain('{"key":"service.name","value":{"stringValue":"shop"}}');
    expect(stdout).toContain('"scope":{"name":"checkout"}');
    expect(stdout).toContain('tracebuf.unfinished');
    expect(stdout).toContain('"startTimeUnixNano":"1767322800001000000"');
    expect(sandbox.run(['export', 'all.db', 'other.db'])).toMatchObject({ code: 2 });
    expect(sandbox.run(['export', 'nobody', 'all.db'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("there are: 'web', 'shop'"),
    });
  });

  test('by forward --otlp, which sends the same as of processes, and nothing twice', async () => {
    await recordPrograms();
    const receiver = await new OtlpReceiver().listen();
    try {
      const send = async (...more: string[]): Promise<Record<'spans' | 'logs', { sent: number }>> => {
        const { code, stdout } = await sandbox
          .start(['forward', '--otlp', receiver.url, '--protocol', 'json', '--json', ...more])
          .end();
        expect(code).toBe(0);
        return JSON.parse(stdout) as Record<'spans' | 'logs', { sent: number }>;
      };
      expect(await send('--db', 'all.db')).toMatchObject({ spans: { sent: 4 }, logs: { sent: 6 } });
      expect(new Set(receiver.of('logs').map(({ id }) => id)).size).toBe(6);
      expect(await send('--db', 'all.db')).toMatchObject({ spans: { sent: 0 }, logs: { sent: 0 } });
      expect(await send('--once')).toMatchObject({ spans: { sent: 0 }, logs: { sent: 0 } });
    } finally {
      await receiver.die();
    }
    expect(sandbox.run(['forward', '--syslog', '--db', 'all.db'])).toMatchObject({ code: 2 });
  });

  test('by show log, whose messages are laid out as those of processes', async () => {
    await sandbox.raiser('exit', [
      ['InBPDU.Drop', '1:2', 'malformed'],
      ['InBPDU.Mismatch', '10.0.0.1', 'other root'],
      ['System.Fail'],
    ]);
    expect(sandbox.run(['record', '--once', '--db', 'all.db']).code).toBe(0);
    const format = ['format', 'severity', 'event-name', 'condition', 'process-name', 'source-line'];
    for (const more of [[], ['severity', 'error'], ['match', 'root'], format, ['--json'], ['--last', '1']]) {
      const live = sandbox.run(['show', 'log', ...more]);
      expect(live.code, live.stderr).toBe(0);
      expect(sandbox.run(['show', 'log', ...more, '--db', 'all.db']), more.join(' ')).toEqual(live);
    }
    for (const line of ['show log messages nvram --db all.db', 'show log --follow --db all.db'])
      expect(sandbox.run(line.split(' '))).toMatchObject({ code: 2 });
    const { code, stderr } = sandbox.run(['show', 'log', 'counters', 'all.db']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'trace-cli: "all.db" is a database: the catalog and the counters are this machine\'s; "show log --db <file>" shows its messages\n',
    });
  });

  test('but not by what tells processes something', async () => {
    await recordPrograms();
    for (const line of [
      'clear trace all.db all',
      'enable trace all.db all',
      'disable trace all.db http',
      'set trace all.db all level warn',
      'record all.db',
    ]) {
      expect(sandbox.run(line.split(' ')), line).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'trace-cli: "all.db" is a database: it can only be read; give the name or pid of a process, or all\n',
      });
    }
    expect(sandbox.run(['show', 'trace', 'all.db', 'all', '--follow']).stderr).toMatch(/view all.db/);
  });
});

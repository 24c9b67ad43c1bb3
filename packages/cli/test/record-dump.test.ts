import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Outcome, Sandbox } from './sandbox.ts';

const SPANS = join(import.meta.dirname, 'programs', 'spans.ts');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

const file = (name: string): string => join(sandbox.directory, name);
const run = (line: string): Outcome => sandbox.run(line.split(' '));

/** Dumps a program with spans, log lines and what was lost before them; the path of the dump. */
async function dump(): Promise<string> {
  sandbox.runProgram(SPANS, ['kill'], { TRACEBUF_PROCESS: 'shop' });
  await sandbox.writer('end', {
    name: 'web',
    buffers: { http: 8192 },
    records: [
      ['http', 'a line with "quotes", ünïcode 流れ and \u001b[31m'],
      ['http', 'it broke', 'error'],
    ],
    repeat: 200,
  });
  const { code, stdout } = run('dump trace all all --format jsonl');
  expect(code).toBe(0);
  return stdout.trim();
}

function countOf(database: string): number {
  return Number(sandbox.run(['query', '', database, '--count']).stdout);
}

test('a dump that is stored in a database and dumped again is the same', async () => {
  const path = await dump();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(100);
  expect(run(`record --from ${path} --db a.db`)).toEqual({
    code: 0,
    stdout: `${lines.length} records of the dump stored in a.db\n`,
    stderr: '',
  });
  const again = run('dump trace a.db all --format jsonl').stdout.trim();
  expect(readFileSync(again, 'utf8')).toBe(readFileSync(path, 'utf8'));
  // Spans are made of what the lines say.
  expect(run('show spans a.db --utc').stdout).toContain('12.5 ms  ├─ query  client');
  // Where they were, and of which service, the lines do not say.
  const { stdout: otlp } = run('export a.db --format otlp-json');
  expect(otlp).toContain('"startTimeUnixNano":"1767322800001000000"');
  expect(otlp).not.toContain('host.name');
  const database = new DatabaseSync(file('a.db'), { readOnly: true });
  expect(
    database.prepare('SELECT count(*) AS wrong FROM rings WHERE position <> stored + lost + cleared').get(),
  ).toEqual({ wrong: 0 });
  database.close();
});

test('what is there already, from a dump or recorded, is not stored again', async () => {
  const path = await dump();
  const size = readFileSync(path, 'utf8').trimEnd().split('\n').length;
  expect(run(`record --from ${path} --db a.db --json`).stdout).toBe(
    `{"db":"a.db","stored":${size},"known":0,"problems":0}\n`,
  );
  expect(run(`record --from ${path} --db a.db`).stdout).toBe(
    `0 records of the dump stored, ${size} there already in a.db\n`,
  );
  expect(countOf('a.db')).toBe(size);
  // A part of it, compressed, before the whole: as one that was ended halfway.
  const half = readFileSync(path, 'utf8').split('\n').slice(0, 20).join('\n');
  writeFileSync(file('half.jsonl.gz'), gzipSync(half));
  expect(run('record --from half.jsonl.gz --db b.db').stdout).toMatch(/^20 records/);
  expect(run(`record --from ${path} --db b.db`).stdout).toBe(
    `${size - 20} records of the dump stored, 20 there already in b.db\n`,
  );
  // Recorded before.
  expect(run('record --once --db c.db').code).toBe(0);
  const recorded = countOf('c.db');
  expect(JSON.parse(run(`record shop --from ${path} --db c.db --json`).stdout)).toMatchObject({ stored: 0 });
  expect(countOf('c.db')).toBe(recorded);
});

test.each([
  ['nope', "No process is named 'nope'; there are: 'web'."],
  ['web nope', "No process is named 'nope'; there are: 'web'."],
  ['--buffer nope', "No trace buffer is named 'nope'; there are: 'mybuf'."],
])('what a dump has nothing of is told, and the exit code is 3: %s', async (words, message) => {
  await sandbox.writer('end', { records: [['mybuf', 'hello']] });
  const path = run('dump trace web all --format jsonl --file web.jsonl').stdout.trim();
  expect(run(`record ${words} --from ${path} --db a.db`)).toMatchObject({
    code: 3,
    stderr: `trace-cli: ${message}\n`,
  });
  expect(run(`record web --buffer mybuf --from ${path} --db b.db`).stdout).toMatch(/^1 record /);
});

test('lines that are no records are counted, and the others stored', async () => {
  const path = await dump();
  const [line = ''] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(
    file('bad.jsonl'),
    `${line}\n{"half":\n\n{"seq":1}\n[]\n\u0000\n${line.replace(/"seq":\d+/, '"seq":9999')}`,
  );
  appendFileSync(file('bad.jsonl'), `\n${'['.repeat(100_000)}\n{"time":"\u001b[2J"}`);
  const { code, stdout, stderr } = run('record --from bad.jsonl --db a.db');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '2 records of the dump stored in a.db\n' });
  expect(stderr).toMatch(/^trace-cli: 6 lines of bad.jsonl are no records; the first: line 2: .*JSON.*\n$/);
  expect(stderr).not.toContain('\u001b');
});

test('what is no dump in JSON lines is refused, and makes no database', async () => {
  await sandbox.writer('end', { records: [['mybuf', 'hello']] });
  const text = run('dump trace web all --file web.txt').stdout.trim();
  const refused = run(`record --from ${text} --db a.db`);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /^trace-cli: ".*web.txt" is no dump in JSON lines: line 1 begins with "\d{4}-.*"\. Text and CSV lack what a database needs: dump with "--format jsonl", or "--format sqlite"\.\n$/,
  );
  expect(run('record --from no.jsonl --db a.db')).toMatchObject({
    code: 1,
    stderr: 'trace-cli: There is no file "no.jsonl"; give the path of a dump in JSON lines\n',
  });
  expect(existsSync(file('a.db'))).toBe(false);
  writeFileSync(file('empty.jsonl'), '');
  expect(run('record --from empty.jsonl --db a.db').stdout).toBe('0 records of the dump stored in a.db\n');
  expect(run('record --once --db b.db').code).toBe(0);
  expect(run('record --from b.db --db a.db')).toMatchObject({ code: 2 });
  expect(run('record --from empty.jsonl --max-records 5')).toMatchObject({ code: 2 });
});

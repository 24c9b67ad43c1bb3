import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OtlpReceiver, type ReceivedRequest } from './otlp-receiver.ts';
import { protobufTexts } from './protobuf-texts.ts';
import { type Outcome, type Running, Sandbox } from './sandbox.ts';

const SPANS = join(import.meta.dirname, 'programs', 'spans.ts');

let sandbox: Sandbox;
let receiver: OtlpReceiver;
beforeEach(async () => {
  sandbox = new Sandbox();
  receiver = await new OtlpReceiver().listen();
});
afterEach(async () => {
  await sandbox.dispose();
  await receiver.die();
});

/** Starts a forwarder to the receiver, in JSON, which it reads. */
function start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Running {
  return sandbox.start(['forward', '--otlp', receiver.url, '--protocol', 'json', '--json', ...args], env);
}

/** Sends what there is. Not blocking: the receiver is in this process. */
async function sendOnce(args: readonly string[] = []): Promise<Outcome> {
  return await start(['--once', ...args]).end();
}

interface Totals {
  readonly sent: number;
  readonly refused: number;
  readonly lost: number;
  readonly resent: number;
}

function totals({ stdout }: Outcome): { spans: Totals; logs: Totals } {
  return JSON.parse(stdout) as { spans: Totals; logs: Totals };
}

async function until(what: () => boolean): Promise<void> {
  await expect.poll(what, { timeout: 60_000, interval: 20 }).toBe(true);
}

/** Number of the first record that was sent, or told to be lost: from there on nothing may be missing. */
function firstSent(): number {
  return Math.min(...receiver.of('logs').map(({ id }) => Number(/\/(\d+)(?:\+\d+)?$/.exec(id)?.[1])));
}

/** Records that all forwarders so far say may have come twice. */
function resentInAll(): number {
  const folder = join(sandbox.env.TRACEBUF_DIR ?? '', 'forward');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const cursors = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Totals);
  return cursors.reduce((sum, { resent }) => sum + resent, 0);
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ['mybuf', `message ${index + 1}`] as const);
const messages = (count: number) => numbered(count).map(([, text]) => text);
const isLogs = ({ path }: ReceivedRequest): boolean => path === '/v1/logs';

test('logs, spans and incidents of live and dead processes arrive, once', async () => {
  const live = await sandbox.writer('wait', {
    records: [
      ['mybuf', 'first'],
      ['mybuf', 'second', 'error'],
    ],
  });
  await sandbox.raiser('exit', [['InBPDU.Drop', '1:1', 'too short']]);
  sandbox.runProgram(SPANS, ['kill'], { TRACEBUF_PROCESS: 'shop' });
  const sent = await sendOnce();
  expect(sent).toMatchObject({ code: 0, stderr: '' });
  const of = (service: string) =>
    receiver.taken.filter(({ resource }) => resource['service.name'] === service);
  expect(of('web').map(({ text, scope }) => [text, scope])).toEqual([
    ['first', 'mybuf'],
    ['second', 'mybuf'],
  ]);
  expect(of('web')[0]).toMatchObject({
    resource: { 'process.pid': live.pid, 'process.runtime.name': 'nodejs' },
    raw: { severityNumber: 9, severityText: 'info' },
  });
  expect(of('web')[1]?.raw).toMatchObject({ severityNumber: 17 });
  expect(of('bridge')[0]).toMatchObject({
    text: 'Port 1:1: dropped, too short',
    attributes: { condition: 'STP.InBPDU.Drop', 'tracebuf.kind': 'incident' },
    raw: { eventName: 'STP.InBPDU.Drop' },
  });
  const spans = of('shop').filter(({ signal }) => signal === 'traces');
  const shown = spans.map(({ text, attributes }) => `${text} ${attributes['tracebuf.unfinished'] === true}`);
  expect(shown.toSorted()).toEqual(['GET /cart true', 'pay\u001b[31m false', 'query false', 'render true']);
  expect(spans.find(({ text }) => text === 'render')?.raw).toMatchObject({
    parentSpanId: '00000000000000a1',
    status: { code: 2, message: 'the process died before the span ended' },
  });
  const logs = of('shop').filter(({ signal }) => signal === 'logs');
  expect(logs.map(({ text, raw }) => [text, raw.spanId])).toEqual([
    ['request came', '00000000000000a1'],
    ['rendering', '00000000000000a4'],
    ['of no span', 'ffffffffffffffff'],
  ]);
  expect(receiver.doubled()).toEqual([]);
  expect(totals(sent)).toEqual({
    spans: { sent: 4, refused: 0, lost: 0, resent: 0 },
    logs: { sent: 6, refused: 0, lost: 0, resent: 0 },
  });

  expect(totals(await sendOnce()).logs.sent).toBe(0);
  expect(receiver.taken).toHaveLength(10);
});

test('protobuf is the default', async () => {
  await sandbox.writer('end', { records: numbered(3) });
  sandbox.runProgram(SPANS, ['kill'], { TRACEBUF_PROCESS: 'shop' });
  const { code } = await sandbox.start(['forward', '--otlp', `${receiver.url}/base/`, '--once']).end();
  expect(code).toBe(0);
  const texts = (path: string) =>
    receiver.requests
      .filter(
        (request) => request.path === path && request.headers['content-type'] === 'application/x-protobuf',
      )
      .flatMap(({ body }) => protobufTexts(body));
  expect(texts('/base/v1/logs')).toEqual(expect.arrayContaining(['web', ...messages(3)]));
  expect(texts('/base/v1/traces')).toEqual(
    expect.arrayContaining(['GET /cart', 'query', 'checkout', 'shop']),
  );
});

test('what comes while it runs is sent, and a restart goes on behind it', async () => {
  const ticker = await sandbox.writer('tick');
  const first = start();
  await until(() => receiver.texts().length > 10);
  const stopped = await first.stop('SIGTERM');
  expect(stopped.code).toBe(0);
  const before = receiver.texts().length;
  expect(totals(stopped).logs.sent).toBe(before);
  const second = start();
  await until(() => receiver.texts().length > before + 10);
  await ticker.stop();
  await second.stop('SIGINT');
  const texts = receiver.texts();
  expect(texts).toEqual(texts.map((_, index) => `tick ${index + 1}`));
  expect(receiver.doubled()).toEqual([]);
  expect(receiver.lost()).toBe(0);
});

test('a collector that refuses for now is asked again, as late as it wants', async () => {
  await sandbox.writer('end', { records: numbered(20) });
  const answers = [503, 429, 502, 401];
  receiver.behaviour = (request) => {
    const status = isLogs(request) ? answers.shift() : undefined;
    return status === undefined ? 'take' : { status, headers: { 'retry-after': '0' } };
  };
  const outcome = await sendOnce();
  expect(outcome.code).toBe(0);
  expect(outcome.stderr).toMatch(
    /^# log records can't be sent: HTTP 503: no; trying again\n# log records are taken again\n$/,
  );
  expect(receiver.texts()).toEqual(messages(20));
  expect(receiver.doubled()).toEqual([]);
  expect(totals(outcome).logs).toEqual({ sent: 20, refused: 0, lost: 0, resent: 0 });
});

test('a collector that stalls costs its time limit, and what it did not take comes again', async () => {
  await sandbox.writer('end', { records: numbered(5) });
  let stalls = 2;
  receiver.behaviour = () => (stalls-- > 0 ? 'stall' : 'take');
  const outcome = await sendOnce(['--timeout', '200ms']);
  expect(outcome.stderr).toContain('no answer within 200 ms');
  expect(receiver.texts()).toEqual(messages(5));
  expect(receiver.doubled()).toEqual([]);
  // Nobody but the collector knows whether it had taken them.
  expect(totals(outcome).logs).toMatchObject({ sent: 5, lost: 0, resent: 10 });
});

test('what a collector has taken without saying so comes again under the same id, and is counted', async () => {
  await sandbox.writer('end', { records: numbered(5) });
  let hangs = 1;
  receiver.behaviour = () => (hangs-- > 0 ? 'hang up' : 'take');
  const outcome = await sendOnce();
  expect(receiver.texts()).toEqual([...messages(5), ...messages(5)]);
  expect(receiver.doubled()).toHaveLength(5);
  expect(totals(outcome).logs).toMatchObject({ sent: 5, resent: 5 });
});

test('a collector that dies and comes back gets everything, once', async () => {
  const ticker = await sandbox.writer('tick');
  const forwarder = start(['--timeout', '1s']);
  await until(() => receiver.texts().length > 5);
  for (let deaths = 0; deaths < 3; deaths++) {
    await receiver.die();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await receiver.listen();
    const before = receiver.texts().length;
    await until(() => receiver.texts().length > before + 5);
  }
  await ticker.stop();
  const outcome = await forwarder.stop('SIGTERM');
  await sendOnce();
  const unique = [...new Set(receiver.texts())];
  expect(unique).toEqual(unique.map((_, index) => `tick ${index + 1}`));
  // Only what was with a receiver that died before it could answer may come twice, and is told.
  expect(receiver.doubled().length).toBeLessThanOrEqual(totals(outcome).logs.resent);
  expect(receiver.lost()).toBe(0);
});

test('what is overwritten while the collector is away is counted, and told to it', async () => {
  const ring = { mybuf: 4096 };
  const flood = await sandbox.writer('flood', { buffers: ring, args: ['2000', '2'] });
  await receiver.die();
  const forwarder = start();
  const { stdout } = await flood.end();
  await receiver.listen();
  const written = Number(/ready\n(\d+)/.exec(stdout)?.[1]);
  const last = (): number => Number(/\d+/.exec(receiver.texts().at(-1) ?? '')?.[0]);
  await until(() => last() === written);
  const outcome = await forwarder.stop('SIGTERM');
  const numbers = receiver.texts().map((text) => Number(/\d+/.exec(text)?.[0]));
  expect(receiver.lost()).toBeGreaterThan(100);
  expect(numbers.length + receiver.lost()).toBe(written - firstSent() + 1);
  expect(totals(outcome).logs.lost).toBe(receiver.lost());
  expect(receiver.doubled()).toEqual([]);
});

test('what is overwritten between two forwarders is counted', async () => {
  const ring = { mybuf: 4096 };
  const flood = await sandbox.writer('flood', { buffers: ring, args: ['200', '6'] });
  const first = start();
  await until(() => receiver.texts().length > 0);
  await first.stop('SIGTERM');
  const { stdout } = await flood.end();
  const outcome = await sendOnce();
  const numbers = receiver.texts().map((text) => Number(/\d+/.exec(text)?.[0]));
  const written = Number(/ready\n(\d+)/.exec(stdout)?.[1]);
  expect(numbers.at(-1)).toBe(written);
  expect(receiver.lost()).toBeGreaterThan(0);
  expect(numbers.length + receiver.lost()).toBe(written - firstSent() + 1);
  expect(totals(outcome).logs.lost).toBeGreaterThan(0);
  expect(receiver.doubled()).toEqual([]);
});

test('a forwarder that is killed loses nothing, and what may come twice is counted by the next', async () => {
  const flood = await sandbox.writer('flood', { buffers: { mybuf: 4 << 20 }, args: ['1000', '6'] });
  let ended = false;
  const end = flood.end().then((outcome) => {
    ended = true;
    return outcome;
  });
  let kills = 0;
  while (!ended) {
    const before = receiver.texts().length;
    const forwarder = start(['--batch', '20']);
    await until(() => receiver.texts().length > before || ended);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
    await forwarder.stop('SIGKILL');
    kills++;
  }
  const { stdout } = await end;
  const outcome = await sendOnce();
  const written = Number(/ready\n(\d+)/.exec(stdout)?.[1]);
  const numbers = receiver.texts().map((text) => Number(/\d+/.exec(text)?.[0]));
  const unique = new Set(numbers);
  expect(kills).toBeGreaterThan(1);
  expect(unique.size).toBe(written);
  expect(receiver.lost()).toBe(0);
  expect(outcome.code).toBe(0);
  // At most the one request that was on its way at each kill; ids tell them.
  expect(receiver.doubled().length).toBeLessThanOrEqual(kills * 20);
  expect(numbers.length - unique.size).toBe(receiver.doubled().length);
  expect(receiver.doubled().length).toBeLessThanOrEqual(resentInAll());
});

test('a record that the collector can’t take does not cost the others', async () => {
  const records = [...numbered(30), ['mybuf', 'poison'] as const, ...numbered(30)];
  await sandbox.writer('end', { records });
  receiver.behaviour = ({ body }) => (body.includes('poison') ? { status: 400, body: 'bad record' } : 'take');
  const outcome = await sendOnce();
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toBe(
    '# the collector has refused 1 log record: HTTP 400: bad record\n' +
      'trace-cli: The collector has refused 1 log record; what was refused is not sent again\n',
  );
  expect(receiver.texts()).toEqual([...messages(30), ...messages(30)]);
  expect(totals(outcome).logs).toMatchObject({ sent: 60, refused: 1 });
});

test('a collector that refuses everything is asked for each record once, also between records of the other signal', async () => {
  sandbox.runProgram(SPANS, ['kill'], { TRACEBUF_PROCESS: 'shop' });
  receiver.behaviour = { status: 400 };
  const sent = await sendOnce();
  expect(totals(sent)).toMatchObject({ spans: { sent: 0, refused: 4 }, logs: { sent: 0, refused: 3 } });
  expect(sent.code).toBe(1);
  expect(sent.stderr).toContain('The collector has refused 4 spans and 3 log records');
  // Halved down to one record, then one by one: at most as many requests for halving as there are records.
  expect(receiver.requests.length).toBeLessThanOrEqual(2 * (4 + 3));
  expect((await sendOnce()).code).toBe(0);
  expect(receiver.requests.length).toBeLessThanOrEqual(2 * (4 + 3));
});

test('requests that are too large are made smaller', async () => {
  await sandbox.writer('end', { records: numbered(100) });
  receiver.behaviour = ({ body }) => (body.length > 3000 ? { status: 413 } : 'take');
  const outcome = await sendOnce();
  expect(receiver.texts()).toEqual(messages(100));
  expect(totals(outcome).logs).toMatchObject({ sent: 100, refused: 0, resent: 0 });
});

test('what a collector has refused of a request that it took is counted', async () => {
  await sandbox.writer('end', { records: numbered(10) });
  const body = JSON.stringify({ partialSuccess: { rejectedLogRecords: '3', errorMessage: 'too\u001b old' } });
  receiver.behaviour = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
  const outcome = await sendOnce();
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toBe(
    '# the collector has refused 3 log records: too\\x1b old\n' +
      'trace-cli: The collector has refused 3 log records; what was refused is not sent again\n',
  );
  expect(totals(outcome).logs).toMatchObject({ sent: 7, refused: 3 });
});

test('of many refused records the first is told with its reason, then how many more', async () => {
  await sandbox.writer('end', { records: numbered(200) });
  receiver.behaviour = { status: 400, body: 'bad' };
  const { stderr } = await sendOnce();
  const [first, ...more] = stderr.trimEnd().split('\n');
  expect(first).toBe('# the collector has refused 1 log record: HTTP 400: bad');
  // A busy machine may take longer than the interval between two of them.
  const counts = more
    .filter((line) => line.startsWith('# '))
    .map((line) =>
      Number(
        /^# the collector has refused (\d+) more log records?; the last: HTTP 400: bad$/.exec(line)?.[1],
      ),
    );
  expect(1 + counts.reduce((sum, count) => sum + count, 0)).toBe(200);
  expect(counts.length).toBeLessThan(20);
  expect(more.at(-1)).toBe(
    'trace-cli: The collector has refused 200 log records; what was refused is not sent again',
  );
});

test.each([
  ['a page', { 'content-type': 'text/html; charset=utf-8' }, '<title>Log\u001b in</title>'],
  ['another encoding', { 'content-type': 'application/x-protobuf' }, '{}'],
  ['broken JSON', { 'content-type': 'application/json' }, '{"partialSuccess":'],
  ['JSON that is no answer', { 'content-type': 'application/json' }, '[]'],
  ['text of no type', { 'content-type': '' }, 'OK'],
])(
  '%s with status 200 does not count as taken, and the records are tried again',
  async (_, headers, body) => {
    await sandbox.writer('end', { records: numbered(5) });
    receiver.behaviour = { status: 200, headers: { ...headers, 'retry-after': '0' }, body };
    const failed = await sendOnce();
    expect(failed.code).toBe(1);
    expect(totals(failed).logs).toEqual({ sent: 0, refused: 0, lost: 0, resent: 0 });
    expect(failed.stderr).toContain(
      `HTTP 200 of content type ${JSON.stringify(headers['content-type'])} is no answer of OTLP`,
    );
    expect(failed.stderr).toContain(JSON.stringify(body));
    receiver.behaviour = 'take';
    expect((await sendOnce()).code).toBe(0);
    expect(receiver.texts()).toEqual(messages(5));
  },
);

test('an answer without content is one of OTLP, whatever its type', async () => {
  await sandbox.writer('end', { records: numbered(5) });
  receiver.behaviour = { status: 202, body: '' };
  const outcome = await sendOnce();
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(totals(outcome).logs).toMatchObject({ sent: 5, refused: 0 });
});

test('headers come from the command line and the environment; requests may be compressed', async () => {
  await sandbox.writer('end', { records: numbered(50) });
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b,authorization=from-env' };
  await start(
    ['--once', '--gzip', '--header', 'authorization=Bearer 1=2', '--header', 'x-more: y'],
    env,
  ).end();
  expect(receiver.requests[0]?.headers).toMatchObject({
    'x-tenant': 'a b',
    authorization: 'Bearer 1=2',
    'x-more': 'y',
    'content-encoding': 'gzip',
    'content-type': 'application/json',
  });
  expect(receiver.texts()).toEqual(messages(50));
});

test('two forwarders to one collector would send everything twice: the second one is told', async () => {
  const first = start();
  await first.until(/^$/);
  await until(() => readdirSync(join(sandbox.env.TRACEBUF_DIR ?? '')).includes('forward'));
  await until(() => first.stderr.includes('sending to'));
  const second = await sendOnce();
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toMatch(
    /^trace-cli: Another "trace-cli forward" sends to "http.*\/v1\/traces" already; end that one first\n$/,
  );
  await first.stop('SIGTERM');
  expect((await sendOnce()).code).toBe(0);
});

test('with --once a collector that is not there is given up after some tries, and nothing is lost', async () => {
  await sandbox.writer('end', { records: numbered(5) });
  receiver.behaviour = { status: 503, headers: { 'retry-after': '0' } };
  const failed = await sendOnce();
  expect(failed.code).toBe(1);
  receiver.behaviour = 'take';
  expect((await sendOnce()).code).toBe(0);
  expect(receiver.texts()).toEqual(messages(5));
});

test('a forwarder that can’t save how far it has come ends, all of it, before it sends more', async () => {
  const forwarder = start();
  await until(() => forwarder.stderr.includes('sending to'));
  sandbox.shell('rm -r "$TRACEBUF_DIR/forward"');
  await sandbox.writer('end', { records: numbered(5) });
  const { code, stderr } = await forwarder.end();
  expect(code).toBe(1);
  expect(stderr).toMatch(/\ntrace-cli: .*forward.*\n$/);
  expect(receiver.texts()).toEqual([]);
  expect((await sendOnce()).code).toBe(0);
  expect(receiver.texts()).toEqual(messages(5));
});

test('a damaged cursor is none: everything is sent, once more', async () => {
  await sandbox.writer('end', { records: numbered(5) });
  await sendOnce();
  sandbox.shell('for f in "$TRACEBUF_DIR"/forward/*.json; do echo "{}" > "$f"; done');
  await sendOnce();
  expect(receiver.texts()).toEqual([...messages(5), ...messages(5)]);
});

test.each([
  [['forward'], 'forward needs to know where to'],
  [['forward', '--syslog', '--otlp', 'http://localhost'], '"--syslog" and "--otlp" are two forwarders'],
  [['forward', '--syslog', '--once'], '"--once" goes with "--otlp" only'],
  [['forward', '--otlp', 'localhost:4318'], '"localhost:4318" is no URL of http or https'],
  [['forward', '--otlp', 'http://localhost', '--protocol', 'grpc'], 'no protocol "grpc"'],
  [['forward', '--otlp', 'http://localhost', '--header', 'secret'], 'A header makes no sense'],
  [['forward', '--otlp', 'http://localhost', '--timeout', 'soon'], '"soon"'],
  [['forward', '--otlp', 'http://localhost', '--batch', '0'], '"0"'],
  [
    ['forward', '--otlp', 'https://localhost', '--ca', '/nowhere/ca.pem'],
    '"/nowhere/ca.pem" of --ca can\'t be read',
  ],
  [['forward', '--otlp', 'https://localhost', '--ca', import.meta.filename], "of --ca can't be used"],
  [['forward', '--otlp', 'https://localhost', '--cert', 'cert.pem'], 'give both "--cert" and "--key"'],
  [
    ['forward', '--otlp', 'https://localhost', '--cert', import.meta.filename, '--key', 'key.pem'],
    "of --cert can't be used",
  ],
])('%j is bad usage', (args, message) => {
  const { code, stderr } = sandbox.run(args);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
});

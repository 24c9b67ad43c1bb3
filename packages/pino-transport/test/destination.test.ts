import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { openTraceBuffer, TraceBuffer } from '@tracebuf/ring';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { traceBuffer } from '../src/index.ts';
import { allBytes, ownRecords } from './fixture.ts';
import { traceDirectory } from './trace-directory.ts';

const size = 65536;
const messages = (buffer: string) => ownRecords(buffer).map(({ message }) => message);

test('it is an object, not the name of a module (pino#2272), and may be the only argument', () => {
  pino(traceBuffer({ name: 'object', size })).info('stored');
  expect(messages('object')).toEqual(['stored']);
});

test('the line is stored as pino made it, without its newline', () => {
  for (const crlf of [false, true]) {
    const lines: string[] = [];
    const name = `as is ${crlf}`;
    const logger = pino(
      { crlf, base: null },
      pino.multistream([
        { stream: { write: (line: string) => void lines.push(line) } },
        traceBuffer({ name, size }),
      ]),
    );
    logger.info({ umlaut: 'ä', emoji: '🚀', quote: '"\n' }, 'made by pino');
    const stored = allBytes(traceDirectory).toString('utf8');
    expect(stored).toContain((lines[0] as string).trimEnd());
    expect(ownRecords(name)).toMatchObject([
      { message: 'made by pino', fields: { umlaut: 'ä', emoji: '🚀', quote: '"\n' } },
    ]);
  }
});

test('a multistream gives it the lines of its level', () => {
  const name = 'multi';
  const logger = pino(
    { level: 'trace' },
    pino.multistream([
      { level: 'trace', stream: traceBuffer({ name: 'multi all', size }) },
      { level: 'error', stream: traceBuffer({ name, size }) },
    ]),
  );
  logger.debug('d');
  logger.error('e');
  logger.flush();
  expect(messages('multi all')).toEqual(['d', 'e']);
  expect(messages(name)).toEqual(['e']);
});

test('children, bindings, serializers and prefixes are in the line', () => {
  const logger = pino(
    { name: 'app', serializers: { user: ({ id }) => id } },
    traceBuffer({ name: 'child', size }),
  );
  logger.child({ module: 'http' }, { msgPrefix: '[http] ' }).info({ user: { id: 7, secret: 1 } }, 'asked');
  expect(ownRecords('child')).toMatchObject([
    { message: '[http] asked', fields: { name: 'app', module: 'http', user: 7 } },
  ]);
});

test('message, error and nested keys are known to readers', () => {
  const logger = pino(
    { messageKey: 'text', errorKey: 'problem', nestedKey: 'payload' },
    traceBuffer({ name: 'keys', size, nestedKey: 'payload' }),
  );
  logger.info({ a: 1 }, 'hello');
  logger.error(new TypeError('bad'));
  expect(ownRecords('keys')).toMatchObject([
    { message: 'hello', fields: { payload: { a: 1 } } },
    { message: 'bad', fields: { payload: { problem: { type: 'TypeError', message: 'bad' } } } },
  ]);
});

test('what is redacted never reaches the file', () => {
  const canary = randomBytes(16).toString('hex');
  const logger = pino({ redact: ['password', '*.token'] }, traceBuffer({ name: 'redacted', size }));
  logger.info({ password: canary, user: { token: canary } }, 'signed in');
  logger.child({ password: canary }).error({ user: { token: canary } }, 'signed out');
  logger.info({ password: canary, long: 'x'.repeat(40_000) }, 'long');
  expect(messages('redacted')).toContain('signed in');
  expect(allBytes(traceDirectory).includes(canary)).toBe(false);
});

test('the trace context of the caller is stored (context), and that of a mixin (pino#273)', async () => {
  const storage = new AsyncLocalStorage<{ traceId: string; spanId: string }>();
  const byContext = pino(traceBuffer({ name: 'context', size, context: () => storage.getStore() }));
  const byMixin = pino({ mixin: () => storage.getStore() ?? {} }, traceBuffer({ name: 'mixin', size }));
  const ids = [1, 2].map(() => ({
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
  }));
  await Promise.all(
    ids.map((id) =>
      storage.run(id, async () => {
        await turn();
        byContext.info('asynchronous');
        await turn();
        byMixin.error('asynchronous');
      }),
    ),
  );
  byContext.info('outside');
  expect(ownRecords('context')).toMatchObject([...ids, { message: 'outside' }]);
  expect(ownRecords('context')[2]).not.toHaveProperty('traceId');
  expect(ownRecords('mixin')).toMatchObject(ids);
});

test("a line belongs to OpenTelemetry's active span, where one is active", () => {
  const api = Symbol.for('opentelemetry.js.api.1');
  const key = Symbol.for('OpenTelemetry Context Key SPAN');
  const ids = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
  let span: unknown;
  const global = globalThis as Record<symbol, unknown>;
  global[api] = {
    context: { active: () => ({ getValue: (asked: symbol) => (asked === key ? span : undefined) }) },
  };
  try {
    const logger = pino(traceBuffer({ name: 'active span', size }));
    logger.info('outside');
    logger.info('outside');
    span = { spanContext: () => ids };
    logger.info('inside');
    logger.error('inside');
    span = { spanContext: () => ({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) }) };
    logger.info('in none');
    span = {
      spanContext: () => {
        throw new Error('broken');
      },
    };
    logger.info('in a broken one');
  } finally {
    delete global[api];
  }
  const records = ownRecords('active span');
  expect(records.map(({ message, traceId }) => `${message} ${traceId === ids.traceId}`)).toEqual([
    'outside false',
    'outside false',
    'inside true',
    'inside true',
    'in none false',
    'in a broken one false',
  ]);
  expect(records[2]).toMatchObject(ids);
});

test('a context that throws or gives nonsense costs the ids, not the line', () => {
  const answers: (() => unknown)[] = [
    () => {
      throw new Error('no');
    },
    () => ({ traceId: 'x', spanId: 1 }),
    () => null,
  ];
  const context = () => answers.shift()?.() as undefined;
  const logger = pino(traceBuffer({ name: 'bad context', size, context }));
  for (let i = 0; i < 3; i++) logger.info('stored');
  expect(messages('bad context')).toEqual(['stored', 'stored', 'stored']);
});

test('records of one thread keep their order, whoever wrote them', () => {
  const log = new TraceBuffer('order log', size);
  const logger = pino(traceBuffer({ name: 'order pino', size }));
  for (let i = 0; i < 100; i++) {
    logger.info(`${i * 3}`);
    log.log(`${i * 3 + 1}`);
    logger.error(`${i * 3 + 2}`);
  }
  log.close();
  const mine = ownRecords('order pino');
  const all = [...mine, ...ownRecords('order log')].sort((a, b) => a.time - b.time);
  expect(mine.map(({ message }) => message)).toEqual(
    mine
      .map(({ message }) => Number(message))
      .sort((a, b) => a - b)
      .map(String),
  );
  expect(all).toHaveLength(300);
});

test('several destinations share a buffer; the last one that ends closes it', () => {
  const [first, second] = [traceBuffer({ name: 'shared', size }), traceBuffer({ name: 'shared', size })];
  expect(first.buffer).toBe(second.buffer);
  first.end();
  first.end();
  pino(second).info('goes on');
  second.end();
  pino(second).info('ended');
  expect(messages('shared')).toEqual(['goes on']);
});

test('a buffer that the program made stays its own', () => {
  const buffer = new TraceBuffer('of the program', size);
  traceBuffer({ name: 'of the program', size }).end();
  buffer.log('open');
  expect(openTraceBuffer('of the program', size)).toBe(buffer);
  expect(messages('of the program')).toEqual(['open']);
  buffer.close();
});

test('there is nothing to flush, and no listener is added to the process', async () => {
  const events = ['exit', 'beforeExit', 'SIGTERM', 'SIGINT', 'uncaughtException'];
  const destination = traceBuffer({ name: 'warm', size });
  const count = () => events.map((event) => process.listenerCount(event));
  const before = count();
  const logger = pino(traceBuffer({ name: 'quiet', size }));
  logger.fatal('flushes');
  await new Promise<void>((resolve) => logger.flush(() => resolve()));
  destination.flushSync();
  destination.reopen();
  expect(count()).toEqual(before);
});

test.for([
  [{ size: 12 }, /'?12'? cannot be used for size/],
  [{ nam: 'x' }, /'nam' cannot be used for options/],
  [{ context: 'x' }, /'x' cannot be used for context/],
  [{ messageKey: '' }, /cannot be used for messageKey/],
])('bad options throw when the destination is made: %o', ([options, message]) => {
  expect(() => traceBuffer(options as object)).toThrow(message as RegExp);
});

test('anything may be written', () => {
  const destination = traceBuffer({ name: 'anything', size });
  const odd: unknown[] = [
    '',
    '\n',
    'text',
    '{"level":',
    '{"level":30',
    Buffer.from('bytes\n'),
    42,
    null,
    undefined,
  ];
  for (const line of odd) destination.write(line as string);
  expect(messages('anything')).toContain('text');
});

test('the decoder needs neither pino nor its transports', () => {
  const source = (file: string) => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8');
  const imports = (file: string): string[] =>
    [...source(file).matchAll(/from '(.+?)'/g)].flatMap(([, from]) =>
      from?.startsWith('./') ? imports(from.slice(2)) : [from as string],
    );
  expect(new Set(imports('decoder.ts'))).toEqual(new Set(['@tracebuf/ring', 'node:os']));
});

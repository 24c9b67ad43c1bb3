import { pino } from 'pino';
import { expect, test } from 'vitest';
import './trace-directory.ts';
import { traceBuffer } from '../src/index.ts';
import { ownRecords } from './fixture.ts';

const size = 65536;
const seen = (buffer: string) =>
  ownRecords(buffer).map(({ level, severity, message }) => [level, severity, message]);

test('the six levels are what pino calls them', () => {
  const logger = pino({ level: 'trace' }, traceBuffer({ name: 'six', size }));
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) logger[level](level);
  expect(seen('six')).toEqual([
    ['trace', 10, 'trace'],
    ['debug', 20, 'debug'],
    ['info', 30, 'info'],
    ['warn', 40, 'warn'],
    ['error', 50, 'error'],
    ['fatal', 60, 'fatal'],
  ]);
});

test('custom levels keep their names, without an option', () => {
  const logger = pino(
    { customLevels: { notice: 35, whisper: 5 }, level: 'whisper' },
    traceBuffer({ name: 'own', size }),
  );
  logger.notice('n');
  logger.whisper('w');
  expect(seen('own')).toEqual([
    ['notice', 35, 'n'],
    ['whisper', 5, 'w'],
  ]);
});

test('levels that a record cannot hold are stored under the nearest, and shown as they are', () => {
  const customLevels = { half: 30.5, huge: 70_000, enormous: 1e21, below: -5 };
  const logger = pino(
    { customLevels, useOnlyCustomLevels: true, level: 'below' },
    traceBuffer({ name: 'odd', size, keepLevel: false }),
  );
  for (const level of ['half', 'huge', 'enormous', 'below'] as const) logger[level](level);
  expect(seen('odd')).toEqual([
    ['half', 30, 'half'],
    ['huge', 65535, 'huge'],
    ['enormous', 65535, 'enormous'],
    ['below', 0, 'below'],
  ]);
});

test('what is called error is an error, whatever its number (levelComparison DESC)', () => {
  const logger = pino(
    {
      customLevels: { error: 10, warn: 20, info: 30, debug: 40 },
      useOnlyCustomLevels: true,
      levelComparison: 'DESC',
      level: 'debug',
    },
    traceBuffer({ name: 'desc', size: 4096 }),
  );
  logger.error('kept');
  for (let i = 0; i < 500; i++) logger.debug('chatter');
  expect(seen('desc')[0]).toEqual(['error', 50, 'kept']);
  expect(seen('desc').at(-1)).toEqual(['debug', 20, 'chatter']);
});

test.for([
  ['label', (label: string) => ({ level: label })],
  ['capitals', (label: string) => ({ level: label.toUpperCase() })],
  ['another key', (label: string) => ({ severity: label })],
  ['another number', (_: string, number: number) => ({ level: number * 10 })],
  ['several keys', (label: string, number: number) => ({ severity: label, level: number })],
] as const)('formatters.level may write %s', ([name, level]) => {
  const logger = pino(
    { level: 'debug', formatters: { level } },
    traceBuffer({ name: `format ${name}`, size }),
  );
  logger.error('first');
  logger.debug('second');
  logger.child({}).warn('third');
  expect(seen(`format ${name}`)).toEqual([
    ['error', 50, 'first'],
    ['debug', 20, 'second'],
    ['warn', 40, 'third'],
  ]);
});

test('two loggers with different formats share a destination', () => {
  const destination = traceBuffer({ name: 'two formats', size });
  const plain = pino(destination);
  plain.info('a');
  const labelled = pino({ formatters: { level: (label) => ({ severity: label }) } }, destination);
  labelled.error('b');
  plain.warn('c');
  labelled.error('d');
  expect(seen('two formats').map(([level]) => level)).toEqual(['info', 'error', 'warn', 'error']);
});

test('records below the level of the buffer are not stored', () => {
  const logger = pino({ level: 'trace' }, traceBuffer({ name: 'threshold', size, level: 'warn' }));
  logger.info('no');
  logger.warn('yes');
  logger.debug('no');
  logger.error('yes');
  expect(seen('threshold').map(([level]) => level)).toEqual(['warn', 'error']);
});

test('errors are not evicted by chatter (B30)', () => {
  const logger = pino(traceBuffer({ name: 'chatter', size: 4096 }));
  logger.error('the one error');
  for (let i = 0; i < 250; i++) logger.info({ url: `/item/${i}` }, 'access');
  const records = ownRecords('chatter');
  expect(records[0]).toMatchObject({ level: 'error', message: 'the one error' });
  expect(records.length).toBeLessThan(250);
});

test('a full buffer that discards keeps what came first, and errors', () => {
  const logger = pino(traceBuffer({ name: 'discard', size: 4096, policy: 'discard' }));
  for (let i = 0; i < 250; i++) logger.info({ i }, 'access');
  logger.error('still there');
  const records = ownRecords('discard');
  expect(records[0]).toMatchObject({ fields: { i: 0 } });
  expect(records.at(-1)).toMatchObject({ message: 'still there' });
});

import { expect, test } from 'vitest';
import './trace-directory.ts';
import winston from 'winston';
import { TraceBufferTransport } from '../src/index.ts';
import { ownRecords } from './fixture.ts';

test.for(['npm', 'syslog', 'cli'] as const)(
  'the levels of %s keep their names, and compare by severity',
  (set) => {
    const { levels } = winston.config[set];
    const least = Object.entries(levels).sort(([, a], [, b]) => b - a)[0]?.[0] as string;
    const logger = winston.createLogger({
      levels,
      level: least,
      transports: [new TraceBufferTransport({ name: `set-${set}`, size: 65536 })],
    });
    const names = Object.keys(levels);
    for (const name of names) logger.log(name, `of ${name}`);
    const records = ownRecords(`set-${set}`);
    expect(records.map(({ level }) => level)).toEqual(names);
    expect(records.map(({ message }) => message)).toEqual(names.map((name) => `of ${name}`));
    const severities = records.map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort((a, b) => b - a));
  },
);

test('levels of a program keep their names', () => {
  const levels = { error: 0, audit: 1, info: 2, trail: 3 };
  const logger = winston.createLogger({
    levels,
    level: 'trail',
    transports: [new TraceBufferTransport({ name: 'own-levels', size: 65536, levels: { trail: 22 } })],
  });
  logger.log('audit', 'a');
  logger.log('trail', 't');
  expect(ownRecords('own-levels')).toMatchObject([
    { level: 'audit', severity: 40 },
    { level: 'trail', severity: 22 },
  ]);
});

test('colours and capitals that a format gave the level do not change it', () => {
  const { combine, colorize, json } = winston.format;
  const shout = winston.format((info) => ({ ...info, level: info.level.toUpperCase() }));
  const logger = winston.createLogger({
    format: combine(shout(), colorize({ all: true, colors: { INFO: 'red' } }), json()),
    transports: [new TraceBufferTransport({ name: 'coloured', size: 65536 })],
  });
  winston.addColors({ info: 'green' });
  logger.info('green');
  expect(ownRecords('coloured')).toMatchObject([{ level: 'info', severity: 30, message: 'green' }]);
});

test("the transport's level is winston's, and can be changed at any time", () => {
  const transport = new TraceBufferTransport({ name: 'own-level', size: 65536, level: 'warn' });
  const logger = winston.createLogger({ level: 'silly', transports: [transport] });
  logger.info('no');
  logger.warn('yes');
  transport.level = 'debug';
  logger.debug('now');
  logger.silly('no');
  expect(ownRecords('own-level').map(({ message }) => message)).toEqual(['yes', 'now']);
});

test('without a level of its own, that of the logger decides', () => {
  const logger = winston.createLogger({
    level: 'warn',
    transports: [new TraceBufferTransport({ name: 'logger-level', size: 65536 })],
  });
  logger.info('no');
  logger.level = 'info';
  logger.info('yes');
  expect(ownRecords('logger-level').map(({ message }) => message)).toEqual(['yes']);
});

test('written to directly, levels are compared by severity', () => {
  const transport = new TraceBufferTransport({ name: 'direct', size: 65536, level: 'warn' });
  transport.write({ level: 'info', message: 'no' });
  transport.write({ level: 'crit', message: 'yes' });
  expect(ownRecords('direct').map(({ message }) => message)).toEqual(['yes']);
});

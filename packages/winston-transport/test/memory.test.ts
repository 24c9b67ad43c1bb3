import { describe, expect, test } from 'vitest';
import './trace-directory.ts';
import winston from 'winston';
import { TraceBufferTransport } from '../src/index.ts';
import { ownRecords, recordsOf, runFixture } from './fixture.ts';

describe('memory', () => {
  test.for(['json', 'simple'])(
    'a hundred thousand records in one tick leave nothing behind (%s)',
    (format) => {
      const { pid, stdout, status, stderr } = runFixture(
        'burst',
        [format],
        ['--expose-gc', '--max-old-space-size=64'],
      );
      expect(status, stderr).toBe(0);
      // Held until a later tick, they would take 30 MB and more.
      expect(Number(stdout)).toBeLessThan(2_000_000);
      expect(recordsOf(pid).at(-1)?.message).toBe('record 99999');
    },
  );

  test('a burst takes no more space than the buffer has', () => {
    const logger = winston.createLogger({
      transports: [new TraceBufferTransport({ name: 'fixed', size: 16384 })],
    });
    for (let i = 0; i < 25_000; i++) logger.info(`burst ${i}`);
    const messages = ownRecords('fixed').map(({ message }) => message);
    expect(messages.length).toBeLessThan(16384 / 24);
    expect(messages).toEqual(messages.map((_, i) => `burst ${25_000 - messages.length + i}`));
  });

  test('an info larger than the buffer is cut, with a mark', () => {
    const logger = winston.createLogger({
      transports: [new TraceBufferTransport({ name: 'cut', size: 4096 })],
    });
    logger.info('x'.repeat(100_000), { zzz: 'last' });
    const [record] = ownRecords('cut');
    expect(record?.message).toMatch(/^x{500,}…$/);
    expect(record?.level).toBe('info');
  });
});

test('one error outlives ten thousand lines of chatter', () => {
  const logger = winston.createLogger({
    transports: [new TraceBufferTransport({ name: 'keep', size: 8192 })],
  });
  logger.error('the one', { err: new Error('reason') });
  for (let i = 0; i < 10_000; i++) logger.info('GET / 200');
  const [first] = ownRecords('keep');
  expect(first).toMatchObject({ level: 'error', message: 'the one', fields: { err: { message: 'reason' } } });
});

import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parseTimeLimit, type TimeLimit } from '../src/time-limit.ts';

const zone = process.env.TZ;
afterEach(() => {
  // Assigning undefined would make it the text "undefined".
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const NOW = Date.UTC(2026, 10, 21, 18, 30);
const iso = (microseconds: number): string =>
  `${new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, -1)}${String(microseconds % 1000).padStart(3, '0')}`;
const read = (edge: 'starting' | 'ending', limit: TimeLimit): string =>
  iso(parseTimeLimit(edge, limit, { now: NOW, utc: true }));

describe('a limit of time', () => {
  test.for([
    [{ date: '01/02' }, '2026-01-02T00:00:00.000000', '2026-01-02T23:59:59.999999'],
    [{ date: '1/2/2025' }, '2025-01-02T00:00:00.000000', '2025-01-02T23:59:59.999999'],
    [{ date: '2024-02-29' }, '2024-02-29T00:00:00.000000', '2024-02-29T23:59:59.999999'],
    [{ date: '12/31' }, '2026-12-31T00:00:00.000000', '2026-12-31T23:59:59.999999'],
    [{ time: '10' }, '2026-11-21T10:00:00.000000', '2026-11-21T10:59:59.999999'],
    [{ time: '9:15' }, '2026-11-21T09:15:00.000000', '2026-11-21T09:15:59.999999'],
    [{ time: '10:15:30' }, '2026-11-21T10:15:30.000000', '2026-11-21T10:15:30.999999'],
    [{ time: '10:15:30.43' }, '2026-11-21T10:15:30.430000', '2026-11-21T10:15:30.439999'],
    [{ date: '01/02', time: '23:59' }, '2026-01-02T23:59:00.000000', '2026-01-02T23:59:59.999999'],
    [{ date: '2026-01-02T10:15:30.5Z' }, '2026-01-02T10:15:30.500000', '2026-01-02T10:15:30.599999'],
    [{ date: '2026-01-02T10:15+02:00' }, '2026-01-02T08:15:00.000000', '2026-01-02T08:15:59.999999'],
    [{ date: '2026-01-02T00:15:30-0330' }, '2026-01-02T03:45:30.000000', '2026-01-02T03:45:30.999999'],
    [{ date: '2026-01-02t10:15:30.123456z' }, '2026-01-02T10:15:30.123456', '2026-01-02T10:15:30.123456'],
  ] as const)('%j takes what it names', ([limit, first, last]) => {
    expect([read('starting', limit), read('ending', limit)]).toEqual([first, last]);
  });

  test.for([
    [{}, '""'],
    [{ date: '' }, '""'],
    [{ date: '02/30' }, '"02/30"'],
    [{ date: '02/29/2025' }, '"02/29/2025"'],
    [{ date: '13/01' }, '"13/01"'],
    [{ date: '0/1' }, '"0/1"'],
    [{ date: '2026-1-2' }, '"2026-1-2"'],
    [{ date: '01/02/26' }, '"01/02/26"'],
    [{ date: 'yesterday' }, '"yesterday"'],
    [{ time: '24' }, '"24"'],
    [{ time: '10:60' }, '"10:60"'],
    [{ time: '10:5' }, '"10:5"'],
    [{ time: '10:15:30.' }, '"10:15:30."'],
    [{ time: '10:15pm' }, '"10:15pm"'],
    [{ date: '2026-01-02T10:15:30+25:00' }, '"2026-01-02T10:15:30+25:00"'],
    [{ date: '2026-01-02T10:15', time: '10' }, '"10"'],
    [{ date: '\u001b[2J\n' }, '"\\u001b[2J\\n"'],
  ] as const)('%j is refused', ([limit, value]) => {
    for (const edge of ['starting', 'ending'] as const) {
      expect(() => read(edge, limit)).toThrow(
        expect.objectContaining({
          code: 'ERR_TRACEBUF_INVALID_TIME_LIMIT',
          message: expect.stringContaining(`The time limit ${value} cannot be used: `),
        }),
      );
    }
  });

  test('is local where no zone is given, and a day of 23 hours ends where the next one begins', () => {
    process.env.TZ = 'Europe/Berlin';
    const context = { now: NOW };
    expect(iso(parseTimeLimit('starting', { date: '03/29/2026' }, context))).toBe(
      '2026-03-28T23:00:00.000000',
    );
    expect(iso(parseTimeLimit('ending', { date: '03/29/2026' }, context))).toBe('2026-03-29T21:59:59.999999');
    expect(iso(parseTimeLimit('starting', { date: '2026-01-02T10:15:00' }, context))).toBe(
      '2026-01-02T09:15:00.000000',
    );
  });

  test('starts no later than it ends, and any text is read or refused by its own error', () => {
    const part = fc.oneof(fc.string(), fc.stringMatching(/^[0-9/:.TZ+-]{0,26}$/));
    fc.assert(
      fc.property(fc.option(part), fc.option(part), (date, time) => {
        const limit = { ...(date === null ? {} : { date }), ...(time === null ? {} : { time }) };
        try {
          const first = parseTimeLimit('starting', limit, { now: NOW });
          expect(first).toBeLessThanOrEqual(parseTimeLimit('ending', limit, { now: NOW }));
        } catch (error) {
          expect((error as { code?: string }).code).toBe('ERR_TRACEBUF_INVALID_TIME_LIMIT');
        }
      }),
    );
  });
});

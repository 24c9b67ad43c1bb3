import { pino } from 'pino';
import { expect, test } from 'vitest';
import { lineTime } from '../src/line-time.ts';

test.for(Object.entries(pino.stdTimeFunctions).filter(([name]) => name !== 'nullTime'))(
  'the time of %s is understood',
  ([name, format]) => {
    const before = Date.now();
    const time = lineTime(`{"level":30${format()},"msg":""}\n`) as number;
    const slack = name === 'unixTime' ? 500 : 5;
    expect(time).toBeGreaterThanOrEqual(before - slack);
    expect(time).toBeLessThanOrEqual(Date.now() + slack);
  },
);

test.for([
  ['"time":1763740914123', 1763740914123],
  ['"time":1763740914', 1763740914000],
  ['"time":1763740914123456', 1763740914123.456],
  ['"time":1763740914123456789', 1763740914123.4568],
  ['"time":"1763740914123456789"', 1763740914123.4568],
  ['"time":"2025-11-21T16:01:54.123Z"', 1763740914123],
  ['"time":"2025-11-21T17:01:54.123456789+01:00"', 1763740914123.4568],
] as const)('%s', ([text, expected]) => {
  expect(lineTime(`{"level":30,${text},"msg":"m"}`)).toBeCloseTo(expected, 2);
});

test.for([
  '',
  '"time":',
  '"time":"',
  '"time":5',
  '"time":"yesterday"',
  '"time":null',
  '"time":-1',
  '"time":1e300',
])('no time is made of %s', (text) => {
  expect(lineTime(`{"level":30,${text},"msg":"m"}`)).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import winston from 'winston';
import { SeverityScale } from '../src/severity.ts';

const learn = (levels: Record<string, number>, pinned?: Record<string, number>) =>
  Object.fromEntries(new SeverityScale(pinned).learn(levels));

/** Severities in the order of the set, most severe first. */
const inOrder = (levels: Record<string, number>) => {
  const learned = learn(levels);
  return Object.entries(levels)
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => learned[name] as number);
};

describe('the sets of winston', () => {
  test('npm', () => {
    expect(learn(winston.config.npm.levels)).toEqual({
      error: 50,
      warn: 40,
      info: 30,
      http: 27,
      verbose: 25,
      debug: 20,
      silly: 10,
    });
  });

  test('syslog', () => {
    expect(learn(winston.config.syslog.levels)).toEqual({
      emerg: 65,
      alert: 62,
      crit: 60,
      error: 50,
      warning: 40,
      notice: 35,
      info: 30,
      debug: 20,
    });
  });

  test('cli, where verbose is below debug', () => {
    expect(learn(winston.config.cli.levels)).toEqual({
      error: 50,
      warn: 40,
      help: 36,
      data: 33,
      info: 30,
      debug: 20,
      prompt: 17,
      verbose: 15,
      input: 12,
      silly: 10,
    });
  });
});

describe('sets of a program', () => {
  test('a name of its own goes evenly between its neighbours', () => {
    expect(learn({ error: 0, audit: 1, info: 2 })).toEqual({ error: 50, audit: 40, info: 30 });
    expect(learn({ warn: 0, a: 1, b: 2, c: 3, info: 4 })).toEqual({
      warn: 40,
      a: 38,
      b: 35,
      c: 33,
      info: 30,
    });
  });

  test('names above and below all known ones', () => {
    expect(learn({ disaster: 0, error: 1, debug: 2, spam: 3 })).toEqual({
      disaster: 60,
      error: 50,
      debug: 20,
      spam: 10,
    });
    expect(learn({ worse: 0, emerg: 1 }).worse).toBeGreaterThan(65);
  });

  test('nothing known at all: spread over the scale', () => {
    expect(learn({ foo: 0, bar: 1, baz: 2, foobar: 3 })).toEqual({ foo: 56, bar: 42, baz: 28, foobar: 14 });
  });

  test('the order of the set is kept, whatever the names say', () => {
    for (const levels of [
      { debug: 0, info: 1, error: 2, fatal: 3, x: 4 },
      { silly: 0, error: 1, warn: 2, y: 3, info: 4 },
      { a: 0, verbose: 1, b: 2, http: 3, c: 4, notice: 5 },
      { error: -10, http: 0.5, warn: 7, info: 1000 },
    ]) {
      const severities = inOrder(levels);
      expect(severities).toEqual([...severities].sort((a, b) => b - a));
      expect(new Set(severities).size).toBe(severities.length);
    }
  });

  test('names that share a number share the severity', () => {
    expect(learn({ error: 0, warn: 1, warning: 1, note: 2, info: 3 })).toMatchObject({
      warn: 40,
      warning: 40,
      note: 35,
    });
  });

  test('a severity that was given stays', () => {
    expect(learn({ error: 0, audit: 1, info: 2 }, { audit: 55, error: 50 })).toMatchObject({ audit: 55 });
    expect(learn({ error: 0, audit: 1, trail: 2, info: 3 }, { audit: 45 })).toEqual({
      error: 50,
      audit: 45,
      trail: 38,
      info: 30,
    });
  });

  test('a set with nonsense in it', () => {
    expect(learn({ error: 0, nan: Number.NaN, text: 'x' as never, __proto__: 3 as never })).toEqual({
      error: 50,
    });
  });

  test('a thousand levels stay in order and in range', () => {
    const levels = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`level${i}`, i]));
    const severities = inOrder(levels);
    expect(severities).toEqual([...severities].sort((a, b) => b - a));
    expect(Math.max(...severities)).toBeLessThanOrEqual(70);
    expect(Math.min(...severities)).toBeGreaterThanOrEqual(0);
  });
});

test('a level that is unknown counts as info', () => {
  const scale = new SeverityScale();
  for (const level of ['nothing', undefined, null, 7, {}, 'constructor'])
    expect(scale.severityOf(level)).toBe(30);
});

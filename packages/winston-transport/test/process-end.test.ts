import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordsOf, runFixture, startFixture } from './fixture.ts';
import { traceDirectory } from './trace-directory.ts';

const lines = Array.from({ length: 1001 }, (_, i) => `line ${i}`);
const messagesOf = (pid: number) => recordsOf(pid).map(({ message }) => message);

describe('1001 of 1001 lines are there', () => {
  test.for([
    ['exit', ''],
    ['exit', 'file'],
    ['kill', ''],
    ['kill', 'file'],
    ['abort', ''],
  ])('after %s in the same tick %s', ([how = '', beside = '']) => {
    const { pid, status, signal } = runFixture('exit', [how, beside]);
    expect(how === 'exit' ? status : signal).toBe({ exit: 3, kill: 'SIGKILL', abort: 'SIGABRT' }[how]);
    expect(messagesOf(pid)).toEqual(lines);
  });

  test('and what an exit handler logs', () => {
    const { pid } = runFixture('exit', ['handler']);
    expect(messagesOf(pid)).toEqual([...lines, 'in the exit handler']);
  });

  test('killed at any moment: all that was acknowledged, whole and in order', async () => {
    for (let run = 0; run < 5; run++) {
      const file = join(traceDirectory, `acknowledged-${run}`);
      const child = startFixture('flood', [file]);
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      await new Promise((resolve) => setTimeout(resolve, 20 + run * 7));
      child.kill('SIGKILL');
      await once(child, 'close');
      const last = Number(readFileSync(file, 'utf8'));
      expect(last).toBeGreaterThan(0);
      const numbers = recordsOf(child.pid as number).map(({ message, fields }) => {
        const number = fields?.i as number;
        expect(message).toBe(`flood ${number}`);
        return number;
      });
      expect(numbers.at(-1)).toBeGreaterThanOrEqual(last);
      expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] as number) + i));
    }
  });
});

/** How long winston waits at most for a transport that does not say it is done, in milliseconds; less is our doing. */
const WINSTON_WAITS = 2900;
const waited = (stderr: string) => Number(/waited ([\d.]+) ms/.exec(stderr)?.[1]);

describe('uncaught exceptions and rejections', () => {
  const kinds = [
    ['throw', 'uncaughtException'],
    ['reject', 'unhandledRejection'],
  ] as const;

  for (const where of ['transports', 'handlers', 'file'] as const) {
    test.for(kinds)(`%s is written, and the exit is not held up (${where})`, ([how, prefix]) => {
      const { pid, status, stderr } = runFixture('uncaught', [how, 'true', where]);
      expect(status, stderr).toBe(1);
      const record = recordsOf(pid).find(({ level }) => level === 'error');
      expect(record?.message).toBe(`${prefix}: first`);
      expect(record?.fields).toMatchObject({ error: { name: 'RangeError', message: 'first' } });
      expect(record?.fields?.stack).toMatch(/^RangeError: first\n +at .*uncaught\.ts/);
      expect(waited(stderr)).toBeLessThan(WINSTON_WAITS);
    });
  }

  test.for(kinds)('%s with exitOnError false: all are written, and logging goes on', ([how]) => {
    const { pid, status, stdout, stderr } = runFixture('uncaught', [how, 'false']);
    expect(status, stderr).toBe(0);
    const messages = messagesOf(pid);
    expect(messages.filter((message) => / (first|other)/.test(message))).toHaveLength(15);
    expect(messages.at(-1)).toBe('still logging');
    expect(stderr).not.toContain('MaxListeners');
    expect(JSON.parse(stdout)).toEqual({ finish: 1, error: expect.any(Number) });
    expect(JSON.parse(stdout).error).toBeLessThan(4);
  });

  test.for(kinds)('%s with a function: it decides', ([how]) => {
    const { pid, status } = runFixture('uncaught', [how, 'function']);
    expect(status).toBe(1);
    const messages = messagesOf(pid);
    expect(messages[0]).toContain('first');
    expect(messages[1]).toContain('other 1');
    expect(messages).toHaveLength(2);
  });

  test('a silent transport does not hold up the exit either', () => {
    const { pid, status, stderr } = runFixture('uncaught', ['throw', 'true', 'silent']);
    expect(status).toBe(1);
    expect(waited(stderr)).toBeLessThan(WINSTON_WAITS);
    expect(messagesOf(pid)).toEqual([]);
  });
});

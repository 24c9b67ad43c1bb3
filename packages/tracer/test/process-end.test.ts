import './trace-directory.ts';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TraceRecord } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { fieldsOf, recordsOf } from './recorded.ts';
import { traceDirectory } from './trace-directory.ts';

/** How a program ended. */
interface Ended {
  readonly pid: number;
  readonly signal: string | null;
  readonly status: number | null;
  readonly stdout: string;
}

function runFixture(name: string, ...args: string[]): Ended {
  const path = fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
  const { pid, signal, status, stdout } = spawnSync(
    process.execPath,
    ['--conditions=@tracebuf/source', path, ...args],
    {
      env: { ...process.env, TRACEBUF_DIR: traceDirectory, NODE_OPTIONS: '' },
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    },
  );
  return { pid, signal, status, stdout };
}

test('calls of every kind are read from outside', () => {
  const { pid, status } = runFixture('calls');
  expect(status).toBe(0);
  const records = recordsOf(pid, 'calls');
  const messages = records.map(({ message }) => message);
  expect(messages.slice(0, 2)).toEqual(['fib(n = 4)', 'fib(n = 3)']);
  expect(messages).toContain("Account.open(owner = {name: 'Ada', password: [redacted]})");
  expect(messages).toContain('Account#deposit threw RangeError: an amount is positive');
  expect(messages).toContain("load returned 'loaded a after 1'");
  expect(messages.at(-1)).toBe("count returned 'counted'");
  const open = new Set(records.filter(({ kind }) => kind === 'call').map((record) => fieldsOf(record).call));
  for (const record of records) if (fieldsOf(record).status !== undefined) open.delete(fieldsOf(record).call);
  expect(open.size).toBe(0);
});

test('a program that is killed in the middle of a call leaves that call open', () => {
  const { pid, signal } = runFixture('calls', 'kill');
  expect(signal).toBe('SIGKILL');
  const records = recordsOf(pid, 'calls');
  const hang = records.find(({ message }) => message.includes("why = 'never ends'"));
  expect(hang?.kind).toBe('call');
  const { call } = fieldsOf(hang);
  expect(records.filter((record) => fieldsOf(record).call === call)).toEqual([hang]);
});

test('a stack that overflows through traced calls, again and again, leaves ring and depth sound', () => {
  const { pid, status, stdout } = runFixture('overflow');
  expect([status, stdout]).toEqual([0, '0\n']);
  const records = recordsOf(pid, 'overflow').filter(({ kind }) => kind !== 'lost');
  expect(records.length).toBeGreaterThan(100);
  expect(records.slice(-2).map((record) => [record.message, fieldsOf(record).depth])).toEqual([
    ['after()', 0],
    ["after returned 'sound'", 0],
  ]);
});

test('threads number their own calls, in rings of their own, which are read as one buffer', () => {
  const { pid, status } = runFixture('threads');
  expect(status).toBe(0);
  const records = recordsOf(pid, 'calls').filter(({ kind }) => kind === 'call');
  const byThread = new Map<number, TraceRecord[]>();
  for (const record of records) byThread.set(record.thread, [...(byThread.get(record.thread) ?? []), record]);
  expect(byThread.size).toBe(3);
  for (const calls of byThread.values())
    expect(calls.map((record) => [record.message, fieldsOf(record).call])).toEqual([
      ['work(turn = 0)', 1],
      ['work(turn = 1)', 2],
    ]);
});

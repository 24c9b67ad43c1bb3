import './trace-directory.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { controlBuffers, listProcesses } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { messagesBy, newTracer, recordsOf } from './recorded.ts';
import { traceDirectory } from './trace-directory.ts';

test('what is kept out is kept out with all that it calls', () => {
  using tracer = newTracer();
  const leaf = tracer.trace((x: number) => x, { name: 'leaf' });
  const quiet = tracer.notrace(function quiet(x: number): number {
    leaf(x);
    tracer.mark('unseen');
    return leaf(x + 1);
  });
  const loud = tracer.trace((x: number): number => quiet(leaf(x)), { name: 'loud' });
  expect(loud(1)).toBe(2);
  expect(() =>
    tracer.notrace(() => {
      leaf(9);
      throw new Error('out');
    })(),
  ).toThrow('out');
  leaf(3);
  expect(messagesBy(tracer)).toEqual([
    'loud(x = 1)',
    'leaf(x = 1)',
    'leaf returned 1',
    'loud returned 2',
    'leaf(x = 3)',
    'leaf returned 3',
  ]);
});

test('what is kept out stays so after an await, and in the steps of a generator', async () => {
  using tracer = newTracer({ asyncContext: true });
  const leaf = tracer.trace((x: number) => x, { name: 'leaf' });
  const later = tracer.trace(async () => leaf(0), { name: 'later' });
  const quiet = tracer.notrace(async () => {
    leaf(1);
    await Promise.resolve();
    leaf(2);
    await later();
    return leaf(3);
  });
  const steps = tracer.notrace(function* steps(): Generator<number> {
    yield leaf(4);
    yield leaf(5);
  });
  expect(await quiet()).toBe(3);
  expect([...steps()]).toEqual([4, 5]);
  leaf(6);
  expect(messagesBy(tracer)).toEqual(['leaf(x = 6)', 'leaf returned 6']);
});

test('a pause may begin and end anywhere', () => {
  using tracer = newTracer();
  const leaf = tracer.trace((x: number) => x, { name: 'leaf' });
  const outer = tracer.trace(
    (what: 'pause' | 'resume'): void => {
      leaf(1);
      tracer[what]();
      tracer[what]();
      leaf(2);
    },
    { name: 'outer' },
  );
  outer('pause');
  outer('resume');
  leaf(3);
  expect(messagesBy(tracer)).toEqual([
    "outer(what = 'pause')",
    'leaf(x = 1)',
    'leaf returned 1',
    'leaf(x = 2)',
    'leaf returned 2',
    'leaf(x = 3)',
    'leaf returned 3',
  ]);
});

test('what recording itself needs may be traced', () => {
  using tracer = newTracer();
  const leaf = tracer.trace((x: unknown) => x, { name: 'leaf' });
  const get = Object.getOwnPropertyDescriptor(Map.prototype, 'get') as PropertyDescriptor;
  const traced = tracer.trace(get.value as (key: unknown) => unknown, { name: 'get' });
  Object.defineProperty(Map.prototype, 'get', { ...get, value: traced });
  try {
    leaf({ a: new Map([['b', 1]]).get('b') });
  } finally {
    Object.defineProperty(Map.prototype, 'get', get);
  }
  const messages = messagesBy(tracer);
  expect(messages.filter((message) => message.startsWith('leaf'))).toEqual([
    'leaf(x = {a: 1})',
    'leaf returned {a: 1}',
  ]);
  expect(messages).toContain("get(arguments[0] = 'b')");
});

test('a tracer that is closed records nothing, and what it traced goes on', () => {
  const tracer = newTracer();
  const double = tracer.trace((x: number) => x * 2);
  tracer.close();
  tracer.close();
  tracer.mark('unseen');
  expect(double(4)).toBe(8);
  expect(messagesBy(tracer)).toEqual([]);
});

test('a buffer whose level is above that of calls holds marks only', () => {
  using tracer = newTracer({ level: 'info' });
  const leaf = tracer.trace(() => tracer.mark('seen'), { name: 'leaf' });
  leaf();
  expect(messagesBy(tracer)).toEqual(['seen']);
});

test('a program that is stuck in a loop is switched off and on from outside', async () => {
  const path = fileURLToPath(new URL('./fixtures/stuck.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@tracebuf/source', path], {
    env: { ...process.env, TRACEBUF_DIR: traceDirectory, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const closed = once(child, 'close');
  try {
    await once(child.stdout, 'data');
    const pid = child.pid as number;
    const [entry] = listProcesses().processes.filter((process) => process.pid === pid);
    if (entry === undefined) throw new Error('the program has no trace buffers');
    const last = (): number => recordsOf(pid, 'stuck').at(-1)?.seq ?? 0;
    const isCounting = async (): Promise<boolean> => {
      const before = last();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return last() > before;
    };
    await expect.poll(isCounting, { timeout: 30_000 }).toBe(true);
    controlBuffers(entry, ['stuck'], { enabled: false });
    await expect.poll(isCounting, { timeout: 30_000 }).toBe(false);
    controlBuffers(entry, ['stuck'], { enabled: true });
    await expect.poll(isCounting, { timeout: 30_000 }).toBe(true);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
});

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import {
  configureTarget,
  parseSeverity,
  readDeliveryStatus,
  type TargetDeliveryStatus,
  updateLogConfiguration,
} from '../src/index.ts';
import { enableSyslog, forward, numbersTo, PATIENCE, runProgram, startProgram } from './support/delivery.ts';
import { type Arrived, FakeStreamServer, FakeUdpServer } from './support/fake-syslog-server.ts';
import { useLogDirectories } from './support/log-directories.ts';

vi.setConfig({ testTimeout: 3 * PATIENCE });

const status = (): TargetDeliveryStatus => {
  const [target] = readDeliveryStatus().targets.filter(({ target }) => target.startsWith('syslog'));
  if (target === undefined) throw new Error('there is no syslog target');
  return target;
};

const numbersOf = (arrived: readonly Arrived[], name?: string): number[] =>
  arrived
    .filter(
      ({ condition, parameters }) =>
        condition.startsWith('numbers.') && (name ?? parameters.name) === parameters.name,
    )
    .map(({ parameters }) => Number(parameters.number));

const sorted = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);

/** What the server was told that it has lost. */
const announced = (arrived: readonly Arrived[]): number => {
  const told = new Map(
    arrived
      .filter(({ condition }) => condition === 'tracebuf.delivery.lost')
      .map((line) => [line.sequenceId, line]),
  );
  return [...told.values()].reduce((sum, { parameters }) => sum + Number(parameters.count), 0);
};

describe.each(['tcp', 'udp', 'unix stream'])('by %s', (transport) => {
  test('incidents of processes that live, have ended, or were killed arrive, each once and in order', async () => {
    const directories = useLogDirectories();
    const path = join(directories.TRACEBUF_DIR, '..', 'stream');
    const server =
      transport === 'udp' ? new FakeUdpServer() : new FakeStreamServer(transport === 'tcp' ? {} : { path });
    await server.start();
    if (transport === 'unix stream') enableSyslog({ host: path, port: 0, transport: 'unix' });
    else enableSyslog({ port: server.port, transport: transport as 'tcp' | 'udp' });
    forward();
    await runProgram(directories, 'raise-numbers.ts', ['one', 300, 0, 'exit']);
    await runProgram(directories, 'raise-numbers.ts', ['two', 300, 0, 'kill']);
    const three = startProgram(directories, 'raise-numbers.ts', ['three', 300, 1, 'stay']);
    await three.printed('raised 300');
    await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBe(900);
    for (const name of ['one', 'two', 'three'])
      expect(numbersOf(server.arrived, name)).toEqual(numbersTo(300));
    expect(server.arrived.map(({ sequenceId }) => sequenceId)).toEqual(numbersTo(900));
    expect(new Set(server.arrived.map(({ record }) => record)).size).toBe(900);
    await expect
      .poll(status)
      .toMatchObject({ delivered: 900, lost: 0, resent: 0, failed: 0, connection: 'connected' });
    expect(readDeliveryStatus().deliverer).toMatchObject({ by: 'forward', pid: process.pid });
  });
});

describe('a server', () => {
  test.each(['tcp', 'udp'] as const)(
    'that is not there yet gets everything when it comes, by %s',
    async (transport) => {
      const directories = useLogDirectories();
      const server = transport === 'udp' ? new FakeUdpServer() : new FakeStreamServer();
      await server.start();
      await server.die();
      enableSyslog({ port: server.port, transport });
      forward();
      await runProgram(directories, 'raise-numbers.ts', ['one', 200, 0, 'exit']);
      await expect.poll(() => status().lastError, { timeout: PATIENCE }).toMatch(/ECONNREFUSED/);
      await server.start();
      await expect
        .poll(() => sorted(numbersOf(server.arrived)), { timeout: PATIENCE })
        .toEqual(numbersTo(200));
      expect(status().lost).toBe(0);
    },
  );

  test('that stalls never holds a program up, and every incident it missed is counted, and told', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    updateLogConfiguration((present) => configureTarget(present, 'memory-buffer', { numberOfMessages: 200 }));
    enableSyslog({ port: server.port });
    forward();
    server.stall(true);
    const count = 60_000;
    const program = startProgram(directories, 'raise-numbers.ts', ['one', count, 1, 'stay']);
    await program.printed(`raised ${count}`);
    server.stall(false);
    await expect
      .poll(() => new Set(numbersOf(server.arrived)).size + status().lost, {
        timeout: PATIENCE,
        interval: 200,
      })
      .toBe(count);
    const { lost } = status();
    expect(lost).toBeGreaterThan(0);
    await expect.poll(() => announced(server.arrived), { timeout: PATIENCE }).toBe(lost);
    const slowest = Number(/slowest (\d+)/.exec(program.stdout())?.[1]);
    console.log(`the slowest of ${count} calls with a stalled server took ${slowest} µs, ${lost} were lost`);
    expect(slowest).toBeLessThan(5_000_000);
  });

  test('that dies under load and comes back misses nothing that is not counted', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    updateLogConfiguration((present) => configureTarget(present, 'memory-buffer', { numberOfMessages: 500 }));
    enableSyslog({ port: server.port });
    forward();
    const count = 40_000;
    const programs = ['one', 'two'].map((name) =>
      startProgram(directories, 'raise-numbers.ts', [name, count, 3, 'exit']),
    );
    for (let deaths = 0; deaths < 3; deaths++) {
      const before = server.messages.length;
      await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBeGreaterThan(before + 200);
      await server.die();
      await delay(300);
      await server.start();
    }
    await Promise.all(programs.map(({ ended }) => ended));
    const distinct = (): number =>
      ['one', 'two'].reduce((sum, name) => sum + new Set(numbersOf(server.arrived, name)).size, 0);
    await expect.poll(() => distinct() + status().lost, { timeout: PATIENCE, interval: 200 }).toBe(2 * count);
    // What arrived twice has the same number, and the same record.
    const records = new Map<number, string | undefined>();
    for (const { sequenceId, record } of server.arrived) {
      expect(records.get(sequenceId) ?? record).toBe(record);
      records.set(sequenceId, record);
    }
    expect(status().resent).toBeGreaterThan(0);
    await expect.poll(() => announced(server.arrived), { timeout: PATIENCE }).toBe(status().lost);
  });

  test('by UDP that dies and comes back gets again what was refused', async () => {
    const directories = useLogDirectories();
    const server = await new FakeUdpServer().start();
    enableSyslog({ port: server.port, transport: 'udp' });
    forward();
    const program = startProgram(directories, 'raise-numbers.ts', ['one', 2000, 20, 'stay']);
    await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBeGreaterThan(100);
    await server.die();
    await delay(200);
    await server.start();
    await program.printed('raised 2000');
    await expect.poll(() => sorted(numbersOf(server.arrived)).length, { timeout: PATIENCE }).toBe(2000);
    expect(status().lost).toBe(0);
  });
});

describe('who delivers', () => {
  test('is one worker of many, and the next one when that is killed; what was left behind is sent', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    enableSyslog({ port: server.port });
    const programs = ['one', 'two', 'three'].map((name) =>
      startProgram(directories, 'raise-numbers.ts', [name, 100, 0, 'stay']),
    );
    await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBe(300);
    expect(server.connections).toBe(1);
    const first = readDeliveryStatus().deliverer;
    expect(programs.map(({ pid }) => pid)).toContain(first?.pid);
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => readDeliveryStatus().deliverer?.pid, { timeout: PATIENCE }).not.toBe(first?.pid);
    await runProgram(directories, 'raise-numbers.ts', ['four', 100, 0, 'exit']);
    await expect.poll(() => numbersOf(server.arrived, 'four'), { timeout: PATIENCE }).toEqual(numbersTo(100));
    for (const name of ['one', 'two', 'three'])
      expect(sorted(numbersOf(server.arrived, name))).toEqual(numbersTo(100));
    // Killed at rest: everything was saved.
    expect(server.messages).toHaveLength(400);
  });

  test('sends twice only what was sent just before it was killed under load', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    updateLogConfiguration((present) =>
      configureTarget(present, 'memory-buffer', { numberOfMessages: 20_000 }),
    );
    enableSyslog({ port: server.port });
    const one = startProgram(directories, 'raise-numbers.ts', ['one', 10_000, 10, 'stay']);
    await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBeGreaterThan(2000);
    one.child.kill('SIGKILL');
    await one.ended;
    const raised = startProgram(directories, 'raise-numbers.ts', ['two', 100, 0, 'stay']);
    await raised.printed('raised');
    await expect.poll(() => numbersOf(server.arrived, 'two').length, { timeout: PATIENCE }).toBe(100);
    await expect.poll(() => status().delivered, { timeout: PATIENCE }).toBeGreaterThan(2000);
    const numbers = numbersOf(server.arrived, 'one');
    const distinct = sorted(numbers);
    expect(distinct).toEqual(numbersTo(distinct.length));
    expect(status().lost).toBe(0);
    console.log(`${numbers.length - distinct.length} of ${numbers.length} messages were sent twice`);
    expect(numbers.length - distinct.length).toBeLessThan(distinct.length / 2);
  });

  test('goes on while the loop of its program is stuck', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    enableSyslog({ port: server.port });
    startProgram(directories, 'raise-numbers.ts', ['one', 100, 0, 'stuck']);
    await expect.poll(() => numbersOf(server.arrived), { timeout: PATIENCE }).toEqual(numbersTo(100));
  });

  test('steps back before "trace-cli forward", and takes over again', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    enableSyslog({ port: server.port });
    const one = startProgram(directories, 'raise-numbers.ts', ['one', 100, 0, 'stay']);
    const by = (): string | undefined => readDeliveryStatus().deliverer?.by;
    await expect.poll(by, { timeout: PATIENCE }).toBe('worker');
    const stop = forward();
    await expect.poll(by, { timeout: PATIENCE }).toBe('forward');
    await stop();
    await expect.poll(by, { timeout: PATIENCE }).toBe('worker');
    expect(readDeliveryStatus().deliverer?.pid).toBe(one.pid);
    expect(numbersOf(server.arrived)).toEqual(numbersTo(100));
  });

  test('is but one "trace-cli forward"', async () => {
    useLogDirectories();
    const { forwardSyslog } = await import('../src/index.ts');
    forward();
    await expect.poll(() => readDeliveryStatus().deliverer?.by, { timeout: PATIENCE }).toBe('forward');
    await expect(forwardSyslog({ signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'ERR_TRACEBUF_LOG_FORWARDED',
    });
  });
});

describe('a target', () => {
  test('gets what its filter, severity and match let through, also where the memory buffer is disabled', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    updateLogConfiguration((present) => configureTarget(present, 'memory-buffer', { enabled: false }));
    enableSyslog({ port: server.port }, { severity: parseSeverity('error'), match: 'number .0 ' });
    forward();
    await runProgram(directories, 'raise-numbers.ts', ['one', 200, 0, 'exit']);
    await expect.poll(() => numbersOf(server.arrived).length, { timeout: PATIENCE }).toBe(9);
    await delay(500);
    expect(numbersOf(server.arrived)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
  });

  test('gets nothing that was raised before it was enabled, or while it was not', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    const before = startProgram(directories, 'raise-numbers.ts', ['before', 50, 0, 'stay']);
    await before.printed('raised');
    await delay(5);
    enableSyslog({ port: server.port });
    forward();
    await runProgram(directories, 'raise-numbers.ts', ['after', 50, 0, 'exit']);
    await expect.poll(() => numbersOf(server.arrived, 'after').length, { timeout: PATIENCE }).toBe(50);
    updateLogConfiguration((present) => configureTarget(present, 'syslog', { enabled: false }));
    await runProgram(directories, 'raise-numbers.ts', ['disabled', 50, 0, 'exit']);
    await delay(5);
    updateLogConfiguration((present) => configureTarget(present, 'syslog', { enabled: true }));
    await runProgram(directories, 'raise-numbers.ts', ['again', 50, 0, 'exit']);
    await expect.poll(() => numbersOf(server.arrived, 'again').length, { timeout: PATIENCE }).toBe(50);
    expect(server.arrived.map(({ parameters }) => parameters.name)).not.toContain('before');
    expect(server.arrived.map(({ parameters }) => parameters.name)).not.toContain('disabled');
    expect(server.messages).toHaveLength(100);
    expect(status().lost).toBe(0);
  });

  test('is told of repeats once, at the latest when the process has ended; unless it wants them all', async () => {
    const directories = useLogDirectories();
    const [summed, all] = [await new FakeStreamServer().start(), await new FakeStreamServer().start()];
    enableSyslog({ port: summed.port });
    enableSyslog({ port: all.port }, { suppressRepeats: false });
    forward();
    await runProgram(directories, 'raise-numbers.ts', ['one', 40, 0, 'repeat']);
    await expect.poll(() => all.messages.length, { timeout: PATIENCE }).toBe(40);
    await expect.poll(() => summed.messages.length, { timeout: PATIENCE }).toBe(2);
    expect(summed.arrived[1]).toMatchObject({
      condition: 'numbers.next',
      text: expect.stringMatching(
        /^Previous message repeated 39 additional times in the last \d+ second\(s\)$/,
      ),
      parameters: { repeated: '39' },
    });
    await expect.poll(() => readDeliveryStatus().targets.map(({ repeated }) => repeated)).toEqual([39, 0]);
  });

  test('loses no repeat when who delivers dies before they are summed up', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    enableSyslog({ port: server.port });
    const program = startProgram(directories, 'raise-numbers.ts', ['one', 40, 0, 'repeat']);
    await program.printed('raised');
    await program.ended;
    const second = startProgram(directories, 'raise-numbers.ts', ['two', 1, 0, 'stay']);
    await second.printed('raised');
    await expect.poll(() => numbersOf(server.arrived, 'two').length, { timeout: PATIENCE }).toBe(1);
    await expect
      .poll(
        () =>
          server.arrived
            .filter(({ raw }) => raw.includes(' one '))
            .reduce((sum, { parameters }) => sum + Number(parameters.repeated ?? 1), 0),
        { timeout: PATIENCE },
      )
      .toBeGreaterThanOrEqual(40);
  });
});

describe('the end of a program', () => {
  test('waits for delivery where it asks to, and no longer than it says', async () => {
    const directories = useLogDirectories();
    const server = await new FakeStreamServer().start();
    enableSyslog({ port: server.port });
    const program = await runProgram(directories, 'raise-numbers.ts', ['one', 200, 0, 'flush']);
    expect(program.stdout()).toContain('flushed true');
    expect(numbersOf(server.arrived)).toEqual(numbersTo(200));
    await server.die();
    const impatient = await runProgram(directories, 'raise-numbers.ts', ['two', 10, 0, 'impatient']);
    expect(impatient.stdout()).toContain('flushed false');
    expect(await impatient.ended).toEqual({ code: 0, signal: null });
  });
});

test('the state of a delivery is private, and one that is damaged is begun anew', async () => {
  const directories = useLogDirectories();
  const server = await new FakeStreamServer().start();
  enableSyslog({ port: server.port });
  const stop = forward();
  await runProgram(directories, 'raise-numbers.ts', ['one', 10, 0, 'exit']);
  await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBe(10);
  await stop();
  expect(server.messages).toHaveLength(10);
  const { readdirSync, statSync, writeFileSync } = await import('node:fs');
  const folder = join(directories.TRACEBUF_DIR, 'system-log/delivery');
  const file = readdirSync(folder).find((name) => name.startsWith('syslog.')) ?? '';
  expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, file), '{"version":1,"rings":{"x":-5}}');
  forward();
  await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBe(20);
});

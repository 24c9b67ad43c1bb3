import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  configureTarget,
  followSession,
  type LogTarget,
  parseLineFormat,
  parseSeverity,
  readDeliveryStatus,
  readEffectiveConfiguration,
  type SessionLine,
  updateLogConfiguration,
} from '../src/index.ts';
import { enableSyslog, forward, PATIENCE, runProgram, startProgram } from './support/delivery.ts';
import { FakeStreamServer, FakeUdpServer } from './support/fake-syslog-server.ts';
import { FORGERIES, HARMFUL } from './support/forgeries.ts';
import { type LogDirectories, useLogDirectories } from './support/log-directories.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE });

const FIXTURES = join(import.meta.dirname, 'fixtures');
const NODE = ['--conditions=@tracebuf/source', '--disable-warning=ExperimentalWarning'];

function useConsole(change: Partial<LogTarget> = {}): LogDirectories {
  const directories = useLogDirectories();
  updateLogConfiguration((present) => configureTarget(present, 'console', { enabled: true, ...change }));
  return directories;
}

const lines = (text: string): string[] => text.split('\n').slice(0, -1);

describe('the console', () => {
  test('is standard error of the program, and shows what was raised just before a sudden end', async () => {
    const directories = useConsole();
    const { stdout, stderr, ended } = await runProgram(directories, 'raise-numbers.ts', [
      'one',
      12,
      0,
      'suddenly',
    ]);
    expect((await ended).code).toBe(3);
    expect(stdout()).toMatch(/^raised 12/);
    const shown = lines(stderr());
    expect(shown).toHaveLength(12);
    expect(shown[0]).toMatch(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d\.\d\d <Info:numbers\.next> Number 1 of one$/);
    expect(shown[9]).toMatch(/<Erro:numbers\.worse> Worse: number 10 of one$/);
  });

  test('takes what its severity and format say, from its own process only', async () => {
    const format = parseLineFormat('timestamp none date none event-name component severity process-name');
    const directories = useConsole({ severity: parseSeverity('error'), format });
    const other = startProgram(directories, 'raise-numbers.ts', ['other', 30, 0, 'stay']);
    const { stderr } = await runProgram(directories, 'raise-numbers.ts', ['one', 30, 0, 'flush']);
    expect(stderr()).toBe(
      [10, 20, 30].map((number) => `<Erro:numbers> one: Worse: number ${number} of one\n`).join(''),
    );
    await expect.poll(() => lines(other.stderr()).length, { timeout: PATIENCE }).toBe(3);
    await expect
      .poll(() => readDeliveryStatus().targets, { timeout: PATIENCE })
      .toMatchObject([{ target: 'console', delivered: 6 }]);
  });

  test('goes on while the loop of the program is stuck', async () => {
    const directories = useConsole();
    const { stderr } = startProgram(directories, 'raise-numbers.ts', ['one', 5, 0, 'stuck']);
    await expect.poll(() => lines(stderr()).length, { timeout: PATIENCE }).toBe(5);
  });

  test('that nobody reads holds no program up, not even at its end, and what is lost is told once somebody reads', async () => {
    const directories = useConsole();
    updateLogConfiguration((present) => configureTarget(present, 'memory-buffer', { numberOfMessages: 200 }));
    const child = spawn(
      process.execPath,
      [...NODE, join(FIXTURES, 'raise-numbers.ts'), 'one', '20000', '1', 'stay'],
      {
        env: { ...process.env, ...directories },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: PATIENCE,
        killSignal: 'SIGKILL',
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
    const lost = (): number =>
      [...text.matchAll(/(\d+) incidents were lost before/g)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    await expect
      .poll(() => new Set(text.match(/umber \d+ of one/g)).size + lost(), { timeout: PATIENCE })
      .toBe(20_000);
    expect(lost()).toBeGreaterThan(0);

    const blocked = spawn(
      process.execPath,
      [...NODE, join(FIXTURES, 'raise-numbers.ts'), 'two', '5000', '0', 'exit'],
      {
        env: { ...process.env, ...directories },
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: PATIENCE,
        killSignal: 'SIGKILL',
      },
    );
    const [code, signal] = await once(blocked, 'exit');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });

  test('can be a file, to which the program writes too', () => {
    const directories = useConsole();
    const { stdout } = spawnSync(
      'sh',
      [
        '-c',
        `"$0" ${NODE.join(' ')} "$1" one 3 0 flush 2>"$2" && cat "$2"`,
        process.execPath,
        join(FIXTURES, 'raise-numbers.ts'),
        join(directories.TRACEBUF_DIR, '..', 'stderr'),
      ],
      { env: { ...process.env, ...directories }, encoding: 'utf8', timeout: PATIENCE },
    );
    expect(stdout.match(/Number \d of one/g)).toEqual([
      'Number 1 of one',
      'Number 2 of one',
      'Number 3 of one',
    ]);
  });
});

describe('a session', () => {
  const sessionTarget = (change: Partial<LogTarget> = {}): LogTarget => {
    const target = readEffectiveConfiguration().targets.find(({ kind }) => kind === 'session');
    if (target === undefined) throw new Error('there is no session target');
    return { ...target, ...change };
  };

  test('gets what is raised from now on, by all processes, and stores nothing when it is over', async () => {
    const directories = useLogDirectories();
    updateLogConfiguration((present) => configureTarget(present, 'memory-buffer', { enabled: false }));
    await runProgram(directories, 'raise-numbers.ts', ['before', 10, 0, 'exit']);
    const controller = new AbortController();
    const got: SessionLine[] = [];
    const following = (async () => {
      for await (const line of followSession(sessionTarget({ severity: parseSeverity('error') }), {
        signal: controller.signal,
      }))
        got.push(line);
    })();
    await expect
      .poll(
        () =>
          readEffectiveConfiguration().targets.filter(({ kind, enabled }) => kind === 'session' && enabled)
            .length,
      )
      .toBe(1);
    await Promise.all(
      ['one', 'two'].map((name) => runProgram(directories, 'raise-numbers.ts', [name, 100, 0, 'exit'])),
    );
    await expect.poll(() => got.length, { timeout: PATIENCE }).toBe(20);
    expect(got.map(({ text }) => text).sort()[0]).toMatch(
      /<Erro:numbers\.worse> Worse: number \d+ of (one|two)$/,
    );
    expect(got[0]?.line.incident?.condition.id).toBe('numbers.worse');
    controller.abort();
    await following;
    expect(
      readEffectiveConfiguration().targets.filter(({ kind, enabled }) => kind === 'session' && enabled),
    ).toEqual([]);
  });
});

test('what forges lines comes out harmless in every target', async () => {
  const directories = useConsole();
  const servers = {
    tcp: await new FakeStreamServer().start(),
    lines: await new FakeStreamServer({ path: join(directories.TRACEBUF_DIR, '..', 'lines') }).start(),
    old: await new FakeStreamServer().start(),
    udp: await new FakeUdpServer().start(),
  };
  enableSyslog({ port: servers.tcp.port });
  enableSyslog({ port: servers.udp.port, transport: 'udp' });
  enableSyslog({ port: servers.old.port, protocol: 'rfc3164' });
  enableSyslog({ host: join(directories.TRACEBUF_DIR, '..', 'lines'), port: 0, transport: 'unix' });
  forward();
  const controller = new AbortController();
  const session: string[] = [];
  const target = readEffectiveConfiguration().targets.find(({ kind }) => kind === 'session') as LogTarget;
  const following = (async () => {
    for await (const { text } of followSession(target, { signal: controller.signal })) session.push(text);
  })();
  await delay(500);
  const { stderr } = await runProgram(directories, 'raise-forged.ts', ['forger', 'flush']);
  const count = FORGERIES.length;
  for (const { messages } of Object.values(servers)) {
    await expect.poll(() => messages.length, { timeout: PATIENCE }).toBe(count);
    for (const message of messages) expect(message).not.toMatch(HARMFUL);
  }
  await expect.poll(() => session.length, { timeout: PATIENCE }).toBe(count);
  controller.abort();
  await following;
  const shown = lines(stderr());
  expect(shown).toHaveLength(count);
  for (const line of [...shown, ...session]) expect(line).not.toMatch(HARMFUL);
  // As structured data they can be told from text all the same.
  expect(servers.tcp.arrived.map(({ parameters }) => parameters.whom)).toEqual(
    FORGERIES.map((_, index) => String(index)),
  );
  expect(servers.tcp.arrived[6]?.parameters.what).toBe(FORGERIES[6]);
});

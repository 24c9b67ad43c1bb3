import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  configureTarget,
  readDeliveryStatus,
  type SyslogServer,
  type TargetDeliveryStatus,
  updateLogConfiguration,
} from '../../src/index.ts';
import { makeCertificates } from '../support/certificates.ts';
import { enableSyslog, forward, numbersTo, PATIENCE, runProgram, startProgram } from '../support/delivery.ts';
import { FORGERIES } from '../support/forgeries.ts';
import { useLogDirectories } from '../support/log-directories.ts';
import { noRsyslog, Rsyslog, type Understood } from '../support/rsyslog.ts';

vi.setConfig({ testTimeout: 3 * PATIENCE });

const noGnutls =
  noRsyslog ??
  (globSync('/usr/lib{,64,/*-linux-gnu}/rsyslog/lmnsd_gtls.so').length === 0
    ? 'rsyslog has no TLS here (Debian: rsyslog-gnutls)'
    : undefined);
for (const reason of new Set([noRsyslog, noGnutls]))
  if (reason !== undefined) console.log(`skipped: ${reason}`);

const parametersOf = (message: Understood): Readonly<Record<string, string>> =>
  message['rfc5424-sd']?.['tracebuf@32473'] ?? {};

const numbersOf = (messages: readonly Understood[], name: string): number[] =>
  messages
    .filter(({ msgid }) => msgid.startsWith('numbers.'))
    .map(parametersOf)
    .filter((parameters) => parameters.name === name)
    .map(({ number }) => Number(number));

const status = (): TargetDeliveryStatus => {
  const [only] = readDeliveryStatus().targets;
  if (only === undefined) throw new Error('there is no target');
  return only;
};

/** What is true of every way to get there. */
async function arrives(server: Rsyslog, way: Partial<SyslogServer>, input: string): Promise<void> {
  const directories = useLogDirectories();
  enableSyslog({ facility: 'local3', ...way });
  forward();
  const { pid } = await runProgram(directories, 'raise-numbers.ts', ['one', 500, 0, 'exit']);
  await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBe(500);
  const { messages } = server;
  expect(numbersOf(messages, 'one')).toEqual(numbersTo(500));
  expect(messages[9]).toMatchObject({
    msg: 'Worse: number 10 of one',
    app: 'one',
    procid: String(pid),
    msgid: 'numbers.worse',
    severity: 'err',
    facility: 'local3',
    input,
    'rfc5424-sd': {
      'tracebuf@32473': { number: '10', name: 'one' },
      'condition@32473': { id: 'numbers.worse', component: 'numbers', severity: 'error' },
      meta: { sequenceid: '10' },
    },
  });
}

describe.skipIf(noRsyslog !== undefined)('rsyslog', () => {
  test.each(['udp', 'tcp'] as const)('understands what comes by %s', async (transport) => {
    const server = await Rsyslog.start();
    await arrives(server, { port: server.port, transport }, `im${transport}`);
  });

  test('understands what comes by a unix socket', async () => {
    const server = await Rsyslog.start();
    await arrives(server, { host: server.socket, port: 0, transport: 'unix' }, 'imuxsock');
  });

  test('understands RFC 3164', async () => {
    const server = await Rsyslog.start();
    const directories = useLogDirectories();
    enableSyslog({ port: server.port, protocol: 'rfc3164' });
    forward();
    await runProgram(directories, 'raise-numbers.ts', ['one', 10, 0, 'exit']);
    await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBe(10);
    expect(server.messages[9]).toMatchObject({
      app: 'one',
      severity: 'err',
      facility: 'local0',
      msg: expect.stringMatching(/<Erro:numbers\.worse> Worse: number 10 of one$/),
    });
  });

  test('takes nothing in a parameter for anything but text', async () => {
    const server = await Rsyslog.start();
    const directories = useLogDirectories();
    enableSyslog({ port: server.port });
    forward();
    await runProgram(directories, 'raise-forged.ts', ['forger', 'flush']);
    await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBe(FORGERIES.length);
    expect(server.messages.map((message) => [message.msgid, parametersOf(message).whom])).toEqual(
      FORGERIES.map((_, index) => ['forged.said', String(index)]),
    );
    expect(server.messages.every(({ severity }) => severity === 'err')).toBe(true);
  });

  test.each([
    ['tcp', { transport: 'tcp' }],
    ['a unix socket', { transport: 'unix' }],
  ] as const)(
    'killed and started again under load has every incident, or a count of it, by %s',
    async (_by, { transport }) => {
      const server = await Rsyslog.start();
      const directories = useLogDirectories();
      updateLogConfiguration((present) =>
        configureTarget(present, 'memory-buffer', { numberOfMessages: 500 }),
      );
      enableSyslog(
        transport === 'unix' ? { host: server.socket, port: 0, transport } : { port: server.port, transport },
      );
      forward();
      const names = ['one', 'two', 'three'];
      const count = 20_000;
      const programs = names.map((name) =>
        startProgram(directories, 'raise-numbers.ts', [name, count, 4, 'exit']),
      );
      for (let deaths = 0; deaths < 3; deaths++) {
        const before = server.messages.length;
        await expect.poll(() => server.messages.length, { timeout: PATIENCE }).toBeGreaterThan(before + 500);
        await server.kill();
        await delay(300);
        await server.restart();
      }
      await Promise.all(programs.map(({ ended }) => ended));
      const distinct = (): number => {
        const { messages } = server;
        return names.reduce((sum, name) => sum + new Set(numbersOf(messages, name)).size, 0);
      };
      await expect
        .poll(() => distinct() + status().lost, { timeout: PATIENCE, interval: 500 })
        .toBe(names.length * count);
      const { lost, resent, lastError } = status();
      console.log(
        `${transport}: ${names.length * count} raised, ${distinct()} arrived, ${lost} lost, ${resent} sent again; last error: ${lastError}`,
      );
      const told = (): number => {
        const messages = server.messages.filter(({ msgid }) => msgid === 'tracebuf.delivery.lost');
        const counts = messages.map((message) => [
          message['rfc5424-sd']?.meta?.sequenceid,
          Number(parametersOf(message).count),
        ]);
        return [...new Map(counts as [string, number][]).values()].reduce((sum, count) => sum + count, 0);
      };
      await expect.poll(told, { timeout: PATIENCE, interval: 200 }).toBe(lost);
    },
  );
});

describe.skipIf(noGnutls !== undefined)('rsyslog with TLS', () => {
  let certificates: string;
  beforeAll(() => {
    certificates = makeCertificates();
  });

  test('understands what comes from who has checked its certificate', async () => {
    const server = await Rsyslog.start(certificates);
    expect(existsSync(join(certificates, 'ca.pem'))).toBe(true);
    const tls = { ca: join(certificates, 'ca.pem') };
    await arrives(server, { host: 'localhost', port: server.port, transport: 'tls', tls }, 'imtcp');
  });
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readDeliveryStatus } from '../src/index.ts';
import { makeCertificates } from './support/certificates.ts';
import { enableSyslog, forward, numbersTo, PATIENCE, runProgram } from './support/delivery.ts';
import { FakeStreamServer } from './support/fake-syslog-server.ts';
import { useLogDirectories } from './support/log-directories.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE });

const noOpenssl = spawnSync('openssl', ['version'], { timeout: PATIENCE }).status !== 0;
if (noOpenssl) console.log('skipped: TLS needs the command openssl to make certificates with');

describe.skipIf(noOpenssl)('by TLS', () => {
  let folder: string;
  beforeAll(() => {
    folder = makeCertificates();
  });
  const server = async (): Promise<FakeStreamServer> =>
    await new FakeStreamServer({
      tls: { cert: readFileSync(join(folder, 'server.pem')), key: readFileSync(join(folder, 'server.key')) },
    }).start();

  test('incidents arrive at a server whose certificate the authority has signed', async () => {
    const directories = useLogDirectories();
    const started = await server();
    enableSyslog({
      host: 'localhost',
      port: started.port,
      transport: 'tls',
      tls: { ca: join(folder, 'ca.pem') },
    });
    forward();
    await runProgram(directories, 'raise-numbers.ts', ['one', 20, 0, 'exit']);
    await expect.poll(() => started.messages.length, { timeout: PATIENCE }).toBe(20);
  });

  test.each([
    ['that nobody known has signed', {}, /self-signed|unable to (get|verify)/],
    ['of another name', { ca: 'ca.pem', servername: 'other.example' }, /other\.example|altnames/],
  ])(
    'a server with a certificate %s gets nothing',
    async (_what, { ca, servername }: { ca?: string; servername?: string }, error) => {
      const directories = useLogDirectories();
      const started = await server();
      const tls = {
        ...(ca === undefined ? {} : { ca: join(folder, ca) }),
        ...(servername === undefined ? {} : { servername }),
      };
      enableSyslog({ host: 'localhost', port: started.port, transport: 'tls', tls });
      forward();
      await runProgram(directories, 'raise-numbers.ts', ['one', 20, 0, 'exit']);
      await expect
        .poll(() => readDeliveryStatus().targets[0]?.lastError, { timeout: PATIENCE })
        .toMatch(error);
      expect(started.messages).toEqual([]);
    },
  );

  test('a server gets everything that is not checked, where that is wanted', async () => {
    const directories = useLogDirectories();
    const started = await server();
    enableSyslog({ port: started.port, transport: 'tls', tls: { verify: false } });
    forward();
    await runProgram(directories, 'raise-numbers.ts', ['one', 20, 0, 'exit']);
    await expect
      .poll(() => started.arrived.map(({ parameters }) => Number(parameters.number)), { timeout: PATIENCE })
      .toEqual(numbersTo(20));
  });
});

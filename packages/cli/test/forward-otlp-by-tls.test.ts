import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OtlpReceiver } from './otlp-receiver.ts';
import { Sandbox } from './sandbox.ts';

const hasOpenssl = spawnSync('openssl', ['version'], { timeout: 10_000 }).status === 0;
if (!hasOpenssl) console.warn('Skipped: forwarding by TLS needs openssl, which makes the certificates');

const sandbox = new Sandbox();
const folder = mkdtempSync(join(tmpdir(), 'tracebuf-otlp-tls-'));
let receiver: OtlpReceiver;

beforeAll(async () => {
  if (!hasOpenssl) return;
  const { status, stderr } = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'].concat([
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
    ]),
    { cwd: folder, encoding: 'utf8', timeout: 60_000 },
  );
  expect(status, stderr).toBe(0);
  const file = (name: string) => readFileSync(join(folder, name), 'utf8');
  receiver = await new OtlpReceiver({ key: file('key.pem'), cert: file('cert.pem') }).listen();
  await sandbox.writer('end', { records: [['mybuf', 'hello']] });
});

afterAll(async () => {
  await receiver?.die();
  await sandbox.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const forward = async (...args: string[]) =>
  await sandbox.start(['forward', '--otlp', receiver.url, '--protocol', 'json', '--once', ...args]).end();

test.skipIf(!hasOpenssl)('a collector whose certificate nobody vouches for gets nothing', async () => {
  const { code, stderr } = await forward();
  expect(code).toBe(1);
  expect(stderr).toMatch(/self-signed certificate/);
  expect(receiver.requests).toEqual([]);
});

test.skipIf(!hasOpenssl)('a collector is trusted by its certificate', async () => {
  const { code } = await forward('--ca', join(folder, 'cert.pem'));
  expect(code).toBe(0);
  expect(receiver.texts()).toEqual(['hello']);
});

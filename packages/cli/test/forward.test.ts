import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';
import { objects, output } from './system-log.ts';

const TIMEOUT = 120_000;

describe('forward --syslog', () => {
  let sandbox: Sandbox;
  let server: Server;
  let received = '';
  let port = 0;

  beforeEach(async () => {
    sandbox = new Sandbox();
    received = '';
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text;
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await sandbox.dispose();
    server.close();
  });

  const enable = (): void => {
    output(sandbox, `configure syslog add 127.0.0.1:${port} local4 tcp rfc5424`);
    output(sandbox, 'enable log target syslog all');
  };

  test('delivers what a program left behind, tells how it goes, and ends in order', {
    timeout: TIMEOUT,
  }, async () => {
    enable();
    await sandbox.raiser('exit', [['Login', 'admin']]);
    const forward = sandbox.start(['forward', '--syslog', '--json']);
    await expect.poll(() => received, { timeout: TIMEOUT }).toContain('[tracebuf@32473 user="admin"]');
    expect(output(sandbox, 'show log delivery')).toContain(`.${forward.pid}.`);
    const { code, stdout, stderr } = await forward.stop('SIGINT');
    expect(code).toBe(0);
    const target = `syslog 127.0.0.1:${port} local4`;
    expect(JSON.parse(stdout)).toEqual({ target, delivered: 1, lost: 0, repeated: 0, failed: 0, resent: 0 });
    expect(stderr).toContain(`# delivering to ${target}; Ctrl-C ends it\n`);
    expect(objects(sandbox, 'show log delivery')[0]).toMatchObject({
      target,
      delivered: 1,
      connection: 'idle',
    });
  });

  test('says why it can not, obeys what is configured meanwhile, and is the only one', {
    timeout: TIMEOUT,
  }, async () => {
    const forward = sandbox.start(['forward', '--syslog']);
    await expect
      .poll(() => forward.stderr, { timeout: TIMEOUT })
      .toContain('# no syslog target is enabled; waiting');
    await new Promise((resolve) => server.close(resolve));
    enable();
    await sandbox.raiser('exit', [['Login', 'admin']]);
    await expect
      .poll(() => forward.stderr, { timeout: TIMEOUT })
      .toMatch(/local4: trying to connect: connect ECONNREFUSED/);
    const second = sandbox.run(['forward', '--syslog']);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      /is forwarded by another process already, "[^"]+\.\d+"; end that one first\.\n$/,
    );
    server.listen(port, '127.0.0.1');
    await expect.poll(() => received, { timeout: TIMEOUT }).toContain('admin');
    await expect.poll(() => forward.stderr, { timeout: TIMEOUT }).toMatch(/local4: connected\n/);
    const { code, stderr } = await forward.stop('SIGTERM');
    // What supervises a service takes anything else for a failure.
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /# syslog \S+ local4: 1 delivered, 0 lost, 0 summed up as repeats, 0 not to be sent, \d+ sent again\n$/,
    );
  });

  test('needs to know where to', () => {
    const { code, stderr } = sandbox.run(['forward']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'trace-cli: forward needs to know where to; write "forward --syslog" or "forward --otlp <url>".\n',
    });
  });
});

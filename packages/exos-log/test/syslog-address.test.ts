import { describe, expect, test } from 'vitest';
import { FACTORY_CONFIGURATION } from '../src/configuration.ts';
import { addSyslog, findTargets } from '../src/configure-target.ts';
import type { SyslogServer } from '../src/log-target.ts';
import { parseSyslogAddress } from '../src/syslog-address.ts';

describe('the address of a syslog server', () => {
  test.for([
    ['10.0.0.1', { host: '10.0.0.1', unix: false }],
    ['10.0.0.1:1514', { host: '10.0.0.1', port: 1514, unix: false }],
    ['logs.example.com:65535', { host: 'logs.example.com', port: 65_535, unix: false }],
    ['2001:db8::1', { host: '2001:db8::1', unix: false }],
    ['[2001:db8::1]', { host: '2001:db8::1', unix: false }],
    ['[2001:db8::1]:514', { host: '2001:db8::1', port: 514, unix: false }],
    ['unix:/dev/log', { host: '/dev/log', unix: true }],
  ] as const)('%s is read', ([text, address]) => {
    expect(parseSyslogAddress(text)).toEqual(address);
  });

  test.for(['', ':514', 'host:', 'host:0', 'host:65536', 'host:port', '[host]:1', '[::1', 'a b', 'unix:log'])(
    '%j is refused',
    (text) => {
      expect(() => parseSyslogAddress(text)).toThrow(
        expect.objectContaining({
          code: 'ERR_TRACEBUF_LOG_CONFIGURATION',
          message: expect.stringContaining(
            `${JSON.stringify(text)} is no address of a syslog server; write `,
          ),
        }),
      );
    },
  );

  test('finds its target with the port and without, whatever the port is', () => {
    const server = (host: string, port: number, transport: SyslogServer['transport']): SyslogServer => ({
      host,
      port,
      transport,
      facility: 'local0',
      protocol: 'rfc5424',
    });
    const servers = [
      server('2001:db8::1', 514, 'udp'),
      server('Logs.example.com', 6514, 'tls'),
      server('/dev/log', 0, 'unix'),
    ];
    const configuration = servers.reduce(addSyslog, FACTORY_CONFIGURATION);
    const found = (words: string): (string | undefined)[] =>
      findTargets(configuration, `syslog ${words}`).map(({ syslog }) => syslog?.host);
    expect(found('2001:db8::1')).toEqual(['2001:db8::1']);
    expect(found('[2001:db8::1]:514 local0')).toEqual(['2001:db8::1']);
    expect(found('logs.example.com')).toEqual(['Logs.example.com']);
    expect(found('logs.example.com:6514')).toEqual(['Logs.example.com']);
    expect(found('unix:/dev/log')).toEqual(['/dev/log']);
    expect(found('all')).toHaveLength(3);
    for (const none of ['logs.example.com:514', '10.0.0.1', '2001:db8::1 local1']) {
      expect(() => found(none)).toThrow(expect.objectContaining({ code: 'ERR_TRACEBUF_UNKNOWN_TARGET' }));
    }
  });
});

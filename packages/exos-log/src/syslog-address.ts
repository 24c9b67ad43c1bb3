import { isIPv6 } from 'node:net';
import { LogConfigurationError } from './errors.ts';
import { quoted } from './quoted.ts';

/** Where a syslog server is, as a command names it. */
export interface SyslogAddress {
  /** Name or address; of a socket its path. */
  readonly host: string;
  /** Absent where none was named. */
  readonly port?: number;
  /** Whether it is a socket of this machine. */
  readonly unix: boolean;
}

const UNIX = 'unix:';

/**
 * Reads `<address>{:<port>}`: a name, an IPv4 address, an IPv6 address (in brackets where a port follows), or
 * `unix:<path>` for a socket of this machine.
 *
 * @throws {LogConfigurationError} It is no address, or the port is none.
 */
export function parseSyslogAddress(text: string): SyslogAddress {
  if (text.toLowerCase().startsWith(UNIX)) {
    const host = text.slice(UNIX.length);
    if (host.startsWith('/')) return { host, unix: true };
    throw invalid(text);
  }
  if (isIPv6(text)) return { host: text, unix: false };
  const [, bracketed, plain, port] = /^(?:\[([^[\]]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (bracketed !== undefined ? !isIPv6(bracketed) : plain === undefined) throw invalid(text);
  const host = bracketed ?? plain ?? '';
  if (port === undefined) return { host, unix: false };
  const number = Number(port);
  if (number < 1 || number > 65_535) throw invalid(text);
  return { host, port: number, unix: false };
}

function invalid(text: string): LogConfigurationError {
  return new LogConfigurationError(
    `${quoted(text)} is no address of a syslog server; write <address>{:<port>}, such as 10.0.0.1:514, [2001:db8::1]:514 or unix:/dev/log.`,
  );
}

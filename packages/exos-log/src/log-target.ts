import { DEFAULT_FILTER_NAME } from './filter.ts';
import { DEFAULT_LINE_FORMAT, type LineFormat, SYSLOG_LINE_FORMAT } from './line-format.ts';
import type { Severity } from './severity.ts';

/** The kinds of targets, in the order in which they are listed. */
export const TARGET_KINDS = ['memory-buffer', 'nvram', 'console', 'session', 'syslog'] as const;

/** One of {@link TARGET_KINDS}. */
export type TargetKind = (typeof TARGET_KINDS)[number];

/** The facilities that a syslog target can have. */
export const TARGET_FACILITIES = [
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

/** How a syslog server is trusted, and how it trusts us. */
export interface SyslogTls {
  /** Path of a file with the certificates of those who may vouch for the server, PEM; absent: those of Node.js. */
  readonly ca?: string;
  /** Path of a file with a certificate of our own, PEM, for servers that ask for one; with {@link SyslogTls.key}. */
  readonly cert?: string;
  /** Path of a file with the key of that certificate, PEM. */
  readonly key?: string;
  /** The name that the server's certificate must have; absent: the host. */
  readonly servername?: string;
  /** Whether the certificate is checked; absent: yes. */
  readonly verify?: boolean;
}

/** Where a syslog target sends to. */
export interface SyslogServer {
  /** Name or address of the host; with `unix`, the path of the socket, such as `/dev/log`. */
  readonly host: string;
  /** Default 514, with `tls` 6514; 0 with `unix`. */
  readonly port: number;
  readonly facility: (typeof TARGET_FACILITIES)[number];
  readonly transport: 'udp' | 'tcp' | 'tls' | 'unix';
  readonly protocol: 'rfc3164' | 'rfc5424';
  /** Virtual router; kept as it was given, and a part of the target's identity. */
  readonly vr?: string;
  /** Address to send from. */
  readonly from?: string;
  /** With `tls` only. */
  readonly tls?: SyslogTls;
}

/** One target. Plain data. */
export interface LogTarget {
  /** Its kind; for syslog, that with address, virtual router and facility. */
  readonly name: string;
  readonly kind: TargetKind;
  readonly enabled: boolean;
  /** Since when, in milliseconds since 1970: what was raised before is not delivered. Absent: what there is, is. */
  readonly enabledSince?: number;
  /** Name of its filter. */
  readonly filter: string;
  /** The least urgent severity it takes. */
  readonly severity: Severity;
  /** Whether it takes just that severity. */
  readonly only: boolean;
  /** The expression that message texts must match; absent: any. */
  readonly match?: string;
  readonly format: LineFormat;
  /** Whether repeats are summed up. */
  readonly suppressRepeats: boolean;
  /** How many messages it keeps, 200 to 20000; of memory-buffer and nvram only. */
  readonly numberOfMessages?: number;
  /** Of syslog only. */
  readonly syslog?: SyslogServer;
}

/** How many messages a memory buffer keeps. */
export const NUMBER_OF_MESSAGES = { least: 200, most: 20_000, factory: 1000 } as const;

const COMMON = {
  filter: DEFAULT_FILTER_NAME,
  only: false,
  suppressRepeats: true,
  format: DEFAULT_LINE_FORMAT,
} as const;

/** The targets that are always there, as the factory sets them. */
export const FACTORY_TARGETS: readonly LogTarget[] = [
  factory('memory-buffer', true, 'debug-data', NUMBER_OF_MESSAGES.factory),
  factory('nvram', true, 'warning', NUMBER_OF_MESSAGES.factory),
  factory('console', false, 'info'),
  factory('session', false, 'info'),
];

function factory(
  kind: Exclude<TargetKind, 'syslog'>,
  enabled: boolean,
  severity: Severity,
  numberOfMessages?: number,
): LogTarget {
  const size = numberOfMessages === undefined ? {} : { numberOfMessages };
  return { ...COMMON, name: kind, kind, enabled, severity, ...size };
}

/** A syslog target as the factory sets it: disabled, so that it can be set up before it sends. */
export function syslogTarget(server: SyslogServer): LogTarget {
  return {
    ...COMMON,
    name: syslogTargetName(server),
    kind: 'syslog',
    enabled: false,
    severity: 'debug-data',
    format: SYSLOG_LINE_FORMAT,
    syslog: server,
  };
}

/** What identifies a syslog target: `syslog 10.0.0.1:514 vr VR-Mgmt local0`. */
export function syslogTargetName({ host, port, transport, vr, facility }: SyslogServer): string {
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const address = transport === 'unix' ? `unix:${host}` : `${shownHost}:${port}`;
  return `syslog ${address} ${vr === undefined ? '' : `vr ${vr} `}${facility}`;
}

import { visibleText } from '@tracebuf/ring';
import { conditionId } from './event-name.ts';
import type { LineFormat } from './line-format.ts';
import { SYSLOG_LINE_FORMAT } from './line-format.ts';
import { type LineLayout, type LogLine, layOutLine, priorityOf } from './line-layout.ts';

/** The facilities of syslog and their numbers. */
export const SYSLOG_FACILITIES: Readonly<Record<string, number>> = Object.fromEntries(
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'
    .split(' ')
    .map((name, number) => [name, number]),
);

/** Bytes that every receiver takes: RFC 3164 allows 1024, RFC 5424 asks receivers for 2048. */
export const SYSLOG_MAX_LENGTH = { rfc3164: 1024, rfc5424: 2048 } as const;

/** An incident, as a syslog message carries it. */
export interface SyslogIncident extends LogLine {
  /** Names and values of the parameters. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  /** What tells it from all other incidents, wherever and however often it is sent; RFC 5424 only. */
  readonly recordId?: string;
}

/** How messages of RFC 3164 are written. */
export interface Rfc3164Options extends LineLayout {
  /** Which items the line shows; default {@link SYSLOG_LINE_FORMAT}. */
  readonly format?: LineFormat;
  /** Longest message in bytes; what is longer is cut. Default 1024. */
  readonly maxLength?: number;
}

/** How messages of RFC 5424 are written. */
export interface Rfc5424Options {
  /** Number of the facility; default 16 (`local0`). */
  readonly facility?: number;
  /** Longest message in bytes; what is longer is cut. Default 2048, the length that every receiver should take. */
  readonly maxLength?: number;
  /**
   * Whether a text that is not ASCII starts with a byte order mark, as the RFC asks of UTF-8; default `false`, because
   * receivers keep the mark as a part of the text, and read UTF-8 without it.
   */
  readonly byteOrderMark?: boolean;
  /** Number of this message, 1 to 2147483647, so that the receiver sees gaps; absent: none is sent. */
  readonly sequenceId?: number;
  /** IANA enterprise number in the names of structured data; default 32473, the one reserved for examples. */
  readonly enterpriseNumber?: number;
}

const DEFAULT_FACILITY = 16;
const DEFAULT_ENTERPRISE = 32473;
const NIL = '-';
const BYTE_ORDER_MARK = '\ufeff';

/** Writes a message of RFC 3164: `<pri>Mmm dd hh:mm:ss host tag: <Sev:Name> text`, in local time. */
export function encodeRfc3164(incident: SyslogIncident, options: Rfc3164Options = {}): Buffer {
  const { format = SYSLOG_LINE_FORMAT, maxLength = SYSLOG_MAX_LENGTH.rfc3164 } = options;
  const host = incident.host === undefined ? undefined : headerField(incident.host, 255);
  // A tag ends at the first character that is not alphanumeric; what readers accept besides is kept.
  const process = incident.process?.replaceAll(/[^\w./-]/g, '_');
  return cutUtf8(layOutLine({ ...incident, host, process }, format, options), maxLength);
}

/**
 * Writes a message of RFC 5424:
 * `<pri>1 time host app pid condition [tracebuf@32473 tgt="…"][condition@32473 severity="…"] text`.
 *
 * The parameters are structured data. A message that is too long loses the end of its text; where that does not do, the
 * last parameters, whole.
 */
export function encodeRfc5424(incident: SyslogIncident, options: Rfc5424Options = {}): Buffer {
  const { facility = DEFAULT_FACILITY, maxLength = SYSLOG_MAX_LENGTH.rfc5424 } = options;
  const { severity, time, host, process, pid, component, subComponent, condition } = incident;
  const id = conditionId(component, subComponent, condition);
  const header = [
    `<${priorityOf(severity, facility)}>1`,
    rfc3339(time),
    headerField(host, 255),
    headerField(process, 48),
    headerField(pid === undefined ? undefined : String(pid), 128),
    headerField(id, 32),
  ].join(' ');
  let { parameters } = incident;
  let head = `${header} ${structuredData(parameters, incident, id, options)}`;
  while (parameters.length > 0 && Buffer.byteLength(head) > maxLength) {
    parameters = parameters.slice(0, -1);
    head = `${header} ${structuredData(parameters, incident, id, options)}`;
  }
  // A head that is too long by itself goes without structured data: half an element could not be read.
  if (Buffer.byteLength(head) > maxLength) head = `${header} ${NIL}`;
  const text = visibleText(incident.text);
  const mark = options.byteOrderMark === true && !isAscii(text) ? BYTE_ORDER_MARK : '';
  return cutUtf8(text === '' ? head : `${head} ${mark}${text}`, maxLength);
}

/** Frames a message for a stream by its length (RFC 6587, octet counting): `83 <165>1 …`. */
export function frameByOctets(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/** Frames a message for a stream by a newline (RFC 6587, non-transparent): no message contains one. */
export function frameByNewline(message: Uint8Array): Buffer {
  return Buffer.concat([message, Buffer.from('\n')]);
}

function structuredData(
  parameters: SyslogIncident['parameters'],
  { component, subComponent, severity, recordId }: SyslogIncident,
  id: string,
  { sequenceId, enterpriseNumber = DEFAULT_ENTERPRISE }: Rfc5424Options,
): string {
  const own = parameters.map(({ name, value }): [string, string] => [name, value]);
  const about: [string, string][] = [
    ['id', id],
    ['component', component],
    ...(subComponent === undefined ? [] : [['subComponent', subComponent] as [string, string]]),
    ['severity', severity],
    ...(recordId === undefined ? [] : [['record', recordId] as [string, string]]),
  ];
  return [
    own.length === 0 ? '' : element(`tracebuf@${enterpriseNumber}`, own),
    element(`condition@${enterpriseNumber}`, about),
    sequenceId === undefined ? '' : element('meta', [['sequenceId', String(sequenceId)]]),
  ].join('');
}

function element(id: string, values: readonly (readonly [string, string])[]): string {
  return `[${id}${values.map(([name, value]) => ` ${dataName(name)}="${dataValue(value)}"`).join('')}]`;
}

/** A name of structured data: up to 32 printable ASCII characters, without `=`, `]`, `"` and spaces. */
function dataName(name: string): string {
  const usable = name.replaceAll(/[^!#-<>-\\^-~]/g, '_').slice(0, 32);
  return usable === '' ? '_' : usable;
}

function dataValue(value: string): string {
  return visibleText(value).replaceAll(/["\\\]]/g, '\\$&');
}

/** A field of the header: printable ASCII without spaces, `-` where there is nothing. */
function headerField(value: string | undefined, maxLength: number): string {
  const usable = (value ?? '').replaceAll(/[^!-~]/g, '_').slice(0, maxLength);
  return usable === '' ? NIL : usable;
}

function rfc3339(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const date = new Date(milliseconds);
  // The RFC knows years of four digits only.
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 0) return NIL;
  const micros = String(Math.floor(microseconds - milliseconds * 1000)).padStart(3, '0');
  return `${date.toISOString().slice(0, -1)}${micros}Z`;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** The bytes of a text, cut before the character that does not fit whole. */
function cutUtf8(text: string, maxLength: number): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxLength) return bytes;
  let end = maxLength;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

import { visibleText } from '@tracebuf/ring';
import { conditionId } from './event-name.ts';
import type { LineFormat } from './line-format.ts';
import { type Severity, severityInfo } from './severity.ts';

/** What a log line can say about an incident. */
export interface LogLine {
  /** When it happened: microseconds since 1970-01-01 00:00:00 UTC. */
  readonly time: number;
  readonly severity: Severity;
  readonly component: string;
  readonly subComponent?: string | undefined;
  readonly condition: string;
  /** The message, with the parameters in it. */
  readonly text: string;
  /** Name of the process. */
  readonly process?: string | undefined;
  /** Id of the process. */
  readonly pid?: number | undefined;
  /** Where the process runs, such as `Slot-1`. */
  readonly slot?: string | undefined;
  /** Where in its source the incident was reported. */
  readonly source?: { readonly file: string; readonly line: number } | undefined;
  readonly host?: string | undefined;
}

/** How lines are laid out, besides their format. */
export interface LineLayout {
  /** Whether times are UTC instead of local; default `false`. */
  readonly utc?: boolean;
  /** Number of the syslog facility, for the priority; default 16 (`local0`). */
  readonly facility?: number;
  /** Whether an empty slot still prints its colon, as EXOS 15.x and 16.x do; default `false`. */
  readonly emptySlot?: boolean;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const DEFAULT_FACILITY = 16;

/**
 * Lays an incident out as one line. The order of the items is fixed; the format only says which are there:
 *
 * ```
 * <pri>date time host tag[id]: <Sev:Comp.Sub.Cond> slot: process: (file:line) text
 * ```
 *
 * What would forge a line or move a terminal's cursor is written as an escape.
 */
export function layOutLine(line: LogLine, format: LineFormat, layout: LineLayout = {}): string {
  const { utc = false, facility = DEFAULT_FACILITY } = layout;
  const items = [
    dateText(line.time, format.date, utc),
    timeText(line.time, format.timestamp, utc),
    format.hostName ? (line.host ?? '') : '',
    tagText(line, format),
    eventText(line, format),
    slotText(line, format, layout),
    format.processName && line.process ? `${line.process}:` : '',
    format.sourceLine && line.source ? `(${line.source.file}:${line.source.line})` : '',
    line.text,
  ];
  const priority = format.priority ? `<${priorityOf(line.severity, facility)}>` : '';
  return priority + visibleText(items.filter((item) => item !== '').join(' '));
}

/** PRIVAL of syslog: facility * 8 + severity. */
export function priorityOf(severity: Severity, facility: number): number {
  return facility * 8 + severityInfo(severity).syslog;
}

function tagText({ process = '', pid }: LogLine, { tagName, tagId }: LineFormat): string {
  const name = tagName ? process : '';
  const id = tagId && pid !== undefined ? `[${pid}]` : '';
  return name + id === '' ? '' : `${name}${id}:`;
}

function eventText(line: LogLine, format: LineFormat): string {
  const parts = [format.severity ? severityInfo(line.severity).tag : '', eventNameText(line, format)];
  const shown = parts.filter((part) => part !== '').join(':');
  return shown === '' ? '' : `<${shown}>`;
}

function eventNameText({ component, subComponent, condition }: LogLine, { eventName }: LineFormat): string {
  switch (eventName) {
    case 'none':
      return '';
    case 'component':
      return component;
    case 'subcomponent':
      return subComponent === undefined ? component : `${component}.${subComponent}`;
    case 'condition':
      return conditionId(component, subComponent, condition);
  }
}

function slotText(
  { slot = '' }: LogLine,
  { processSlot }: LineFormat,
  { emptySlot = false }: LineLayout,
): string {
  return processSlot && (slot !== '' || emptySlot) ? `${slot}:` : '';
}

function dateText(time: number, form: LineFormat['date'], utc: boolean): string {
  if (form === 'none') return '';
  const { year, month, day } = civil(time, utc);
  const name = MONTHS[month - 1] ?? '';
  switch (form) {
    case 'dd-Mmm-yyyy':
      return `${two(day)}-${name}-${year}`;
    case 'yyyy-mm-dd':
      return `${year}-${two(month)}-${two(day)}`;
    case 'Mmm-dd':
      return `${name} ${String(day).padStart(2)}`;
    case 'mm-dd-yyyy':
      return `${two(month)}-${two(day)}-${year}`;
    case 'mm/dd/yyyy':
      return `${two(month)}/${two(day)}/${year}`;
    case 'dd-mm-yyyy':
      return `${two(day)}-${two(month)}-${year}`;
  }
}

function timeText(time: number, form: LineFormat['timestamp'], utc: boolean): string {
  if (form === 'none') return '';
  const { hours, minutes, seconds, hundredths } = civil(time, utc);
  const text = `${two(hours)}:${two(minutes)}:${two(seconds)}`;
  return form === 'seconds' ? text : `${text}.${two(hundredths)}`;
}

interface CivilTime {
  readonly year: string;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly hundredths: number;
}

/** Calendar and clock of a time, cut to hundredths. A time that no calendar has is shown as the first one. */
function civil(microseconds: number, utc: boolean): CivilTime {
  let date = new Date(Math.floor(microseconds / 1000));
  if (Number.isNaN(date.getTime())) date = new Date(0);
  const milliseconds = utc ? date.getUTCMilliseconds() : date.getMilliseconds();
  return {
    year: String(utc ? date.getUTCFullYear() : date.getFullYear()).padStart(4, '0'),
    month: (utc ? date.getUTCMonth() : date.getMonth()) + 1,
    day: utc ? date.getUTCDate() : date.getDate(),
    hours: utc ? date.getUTCHours() : date.getHours(),
    minutes: utc ? date.getUTCMinutes() : date.getMinutes(),
    seconds: utc ? date.getUTCSeconds() : date.getSeconds(),
    hundredths: Math.floor(milliseconds / 10),
  };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** A format as `show log configuration target` describes it: `MM/DD/YYYY HH:MM:SS.hh <Severity:…>`. */
export function describeFormat(format: LineFormat): string {
  const date = format.date === 'none' ? '' : format.date === 'Mmm-dd' ? 'Mmm DD' : pictureOf(format.date);
  const times = { none: '', seconds: 'HH:MM:SS', hundredths: 'HH:MM:SS.hh' };
  const names = {
    none: '',
    component: 'Component',
    subcomponent: 'Component.SubComponent',
    condition: 'Component.SubComponent.Condition',
  };
  const event = [format.severity ? 'Severity' : '', names[format.eventName]]
    .filter((part) => part !== '')
    .join(':');
  const tag = `${format.tagName ? 'tag' : ''}${format.tagId ? '[id]' : ''}`;
  const items = [
    date,
    times[format.timestamp],
    format.hostName ? 'host' : '',
    tag === '' ? '' : `${tag}:`,
    event === '' ? '' : `<${event}>`,
    format.processName ? 'process:' : '',
    format.sourceLine ? '(file:line)' : '',
  ];
  return (format.priority ? '<priority>' : '') + items.filter((item) => item !== '').join(' ');
}

function pictureOf(date: string): string {
  return date.includes('Mmm') ? date.replace('dd', 'DD').replace('yyyy', 'YYYY') : date.toUpperCase();
}

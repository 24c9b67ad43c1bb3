import {
  compileMatchExpression,
  type Events,
  includesCondition,
  type LineFormat,
  type LogEntry,
  layOutEntry,
  parseTimeLimit,
  type SeverityMask,
  severityBit,
  type TextMatcher,
  type TimeLimit,
} from '@tracebuf/exos-log';
import { UsageError } from '../errors.ts';
import { demandEvents } from '../log-words/events.ts';
import { demandFormat } from '../log-words/format.ts';
import { demandSeverityLimit, severitiesOf } from '../log-words/severity.ts';
import type { WordReader } from '../word-reader.ts';
import { CLAUSES } from './clauses.ts';

/** Which messages to show, and how, as the words of `show log` say. */
export interface MessagesRequest {
  readonly log: 'memory-buffer' | 'nvram';
  /** Absent: all. */
  readonly events?: Events;
  readonly severities: SeverityMask;
  readonly starting?: TimeLimit;
  readonly ending?: TimeLimit;
  /** For the line as it is shown. */
  readonly match?: TextMatcher;
  /** Absent: that of the target. */
  readonly format?: LineFormat;
  /** Oldest first instead of newest first. */
  readonly chronological: boolean;
}

/** The logs that keep messages. */
export const LOGS = ['memory-buffer', 'nvram'] as const;

/**
 * Reads the words behind `show log`: clauses in any order, each once; `format` goes on to the end, or to
 * `chronological`, as some of its items are called like clauses.
 *
 * @throws UsageError, UnknownEventError, InvalidTimeLimitError
 */
export function readMessagesRequest(reader: WordReader): MessagesRequest {
  const request: { -readonly [Key in keyof MessagesRequest]: MessagesRequest[Key] } = {
    log: 'memory-buffer',
    severities: severitiesOf(undefined),
    chronological: false,
  };
  let open: readonly string[] = CLAUSES;
  for (;;) {
    // Behind the words of the command, "events" calls the catalog.
    const clauses = open === CLAUSES ? open.filter((clause) => clause !== 'events') : open;
    const clause = reader.take(clauses);
    if (clause === undefined) break;
    open = open.filter((other) => other !== clause);
    if (clause === 'messages') request.log = reader.take(LOGS) ?? 'memory-buffer';
    else if (clause === 'events') request.events = demandEvents(reader);
    else if (clause === 'severity') request.severities = severitiesOf(demandSeverityLimit(reader));
    else if (clause === 'starting' || clause === 'ending') request[clause] = demandTimeLimit(reader, clause);
    else if (clause === 'match') request.match = matcherOf(reader.text('<expression>'));
    else if (clause === 'format') request.format = demandFormat(reader, ['chronological']);
    else request.chronological = true;
    if (clause === 'format') open = open.filter((other) => other === 'chronological');
  }
  reader.end();
  return request;
}

function demandTimeLimit(reader: WordReader, edge: 'starting' | 'ending'): TimeLimit {
  const limit: { date?: string; time?: string } = {};
  // An ISO 8601 time can stand alone.
  const first = /^\d/.test(reader.next ?? '') ? 'date' : reader.demand(['date', 'time']);
  limit[first] = demandPart(reader, first);
  if (first === 'date' && reader.flag('time')) limit.time = demandPart(reader, 'time');
  // Read at once, so that a bad one is told before anything is looked at.
  parseTimeLimit(edge, limit, { now: Date.now() });
  return limit;
}

function demandPart(reader: WordReader, part: 'date' | 'time'): string {
  return reader.text(part === 'date' ? '<mm/dd/yyyy>' : '<hh:mm:ss>');
}

function matcherOf(expression: string): TextMatcher {
  try {
    return compileMatchExpression(expression);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Lays entries out as lines, without newlines. */
export type EntryLayout = (entry: LogEntry) => string;

/** How the lines of a request look. @param format That of its target. */
export function entryLayout(request: MessagesRequest, format: LineFormat, utc: boolean): EntryLayout {
  const shown = request.format ?? format;
  return (entry) => layOutEntry(entry, shown, { utc });
}

/**
 * Which entries a request wants. Its limits only ever narrow what the target took.
 *
 * @param layout The line that `match` looks at.
 */
export function entryFilter(
  { events, severities, starting, ending, match }: MessagesRequest,
  layout: EntryLayout,
  utc: boolean,
): (entry: LogEntry) => boolean {
  const context = { now: Date.now(), utc };
  const first = starting === undefined ? -Infinity : parseTimeLimit('starting', starting, context);
  const last = ending === undefined ? Infinity : parseTimeLimit('ending', ending, context);
  return (entry) => {
    const { component, condition } = entry.incident;
    return (
      entry.time >= first &&
      entry.time <= last &&
      (severityBit(condition.severity) & severities) !== 0 &&
      (events === undefined || includesCondition(events, component.name, condition)) &&
      (match === undefined || match(layout(entry)))
    );
  };
}

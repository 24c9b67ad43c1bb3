import { hostname } from 'node:os';
import type { LineFormat } from './line-format.ts';
import { type LineLayout, type LogLine, layOutLine } from './line-layout.ts';
import { type RepeatSummary, RepeatSuppression, repeatKey } from './repeat-suppression.ts';
import type { Incident } from './system-log/message-log.ts';

/** What a target shows as one line: an incident, or what sums its repeats up. */
export interface LogEntry {
  /** The incident; of repeats, the one that was shown. */
  readonly incident: Incident;
  /** When it happened, of repeats the last one: microseconds since 1970. */
  readonly time: number;
  /** The message, with the parameters in it. */
  readonly text: string;
  /** How many repeats it sums up; absent: it is the incident itself. */
  readonly repeated?: number;
}

/** Turns incidents, oldest first, into what a target shows of them. */
export class LogEntries {
  readonly #repeats: RepeatSuppression<Incident> | undefined;

  /** @param suppressRepeats Whether repeats are summed up; see {@link RepeatSuppression}. */
  constructor(suppressRepeats: boolean) {
    this.#repeats = suppressRepeats ? new RepeatSuppression() : undefined;
  }

  /** Takes the next incident; answers what is to be shown now: nothing, the incident, a sum before it, or both. */
  next(incident: Incident): LogEntry[] {
    const { record, condition, values } = incident;
    const entry: LogEntry = { incident, time: record.time, text: record.message };
    if (this.#repeats === undefined) return [entry];
    const { summary, show } = this.#repeats.next(incident, repeatKey(condition.id, values), record.time);
    return [...summaries(summary), ...(show ? [entry] : [])];
  }

  /** Repeats whose time is over. @param time The present, in microseconds since 1970. */
  tick(time: number): LogEntry[] {
    return summaries(this.#repeats?.tick(time));
  }

  /** Repeats that were not summed up yet, as at the end. */
  flush(): LogEntry[] {
    return summaries(this.#repeats?.flush());
  }
}

function summaries(summary: RepeatSummary<Incident> | undefined): LogEntry[] {
  if (summary === undefined) return [];
  const { entry, time, count, text } = summary;
  return [{ incident: entry, time, text, repeated: count }];
}

/** All that a target shows of incidents that are over. @param incidents Oldest first. */
export function logEntries(incidents: readonly Incident[], suppressRepeats: boolean): LogEntry[] {
  const entries = new LogEntries(suppressRepeats);
  return [...incidents.flatMap((incident) => entries.next(incident)), ...entries.flush()];
}

const HOST = hostname();

/** Lays an entry out as a line; see {@link layOutLine}. */
export function layOutEntry(entry: LogEntry, format: LineFormat, layout: LineLayout = {}): string {
  const { incident, time, text } = entry;
  const { component, condition, record } = incident;
  const line: LogLine = {
    time,
    severity: condition.severity,
    component: component.name,
    subComponent: condition.subComponent,
    condition: condition.name,
    text,
    process: record.process,
    pid: record.pid,
    host: HOST,
  };
  return layOutLine(line, format, layout);
}

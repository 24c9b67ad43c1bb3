import { LogEntries, type LogEntry, type MessageLog, readMessages } from '@tracebuf/exos-log';
import type { TraceRecord } from '@tracebuf/ring';
import { ExitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { newestOf, printEntries, reportUnread } from './entry-printer.ts';
import { followLog, startFollowing } from './follow-log.ts';

/** What to follow and how to show it. */
interface FollowOptions {
  readonly log: MessageLog;
  /** How many messages the target keeps. */
  readonly newest: number;
  /** Of the messages that are there already, how many to show. */
  readonly last: number;
  readonly suppressRepeats: boolean;
  readonly accepts: (entry: LogEntry) => boolean;
  readonly format: (entry: LogEntry) => string;
  readonly json: boolean;
}

/** Prints the messages that a log has, oldest first, and then those that come, until the signal ends it. */
export async function followMessages(
  { log, newest, last, suppressRepeats, accepts, format, json }: FollowOptions,
  out: Output,
  err: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  // The rings are followed first, and read then: what comes in between is known as read, and nothing is missed.
  const followed = startFollowing(log);
  try {
    const { incidents, unknown, problems } = readMessages(log, newest);
    const entries = new LogEntries(suppressRepeats);
    const present = incidents.flatMap((incident) => entries.next(incident)).filter(accepts);
    await printEntries(newestOf(present, last), format, out, signal);
    await reportUnread(unknown, problems, err);
    const seen = new Set(incidents.map(({ record }) => identityOf(record)));
    const view = {
      wants: (incident: (typeof incidents)[number]) =>
        (log === 'nvram' || incident.inMemoryBuffer) && !seen.has(identityOf(incident.record)),
      entries,
      accepts,
      format,
      json,
      // By then all is followed that was there at the start, and past what was read there.
      updated: () => seen.clear(),
    };
    await followLog(followed, view, out, signal);
    return ExitCode.DONE;
  } finally {
    followed.close();
  }
}

/** Tells records apart: errors are in a ring of their own, with numbers of its own. */
function identityOf({ process, pid, thread, severity, seq, time }: TraceRecord): string {
  return JSON.stringify([process, pid, thread, severity, seq, time]);
}

import {
  type Incident,
  incidentDecoder,
  incidentOf,
  LogEntries,
  type LogEntry,
  type MessageLog,
  NVRAM_BUFFER,
  nvramPath,
  readMessages,
  SYSTEM_LOG_BUFFER,
} from '@tracebuf/exos-log';
import {
  formatRecord,
  listProcesses,
  openRoot,
  type ProcessEntry,
  recordToJson,
  registerDecoder,
  type TraceRecord,
} from '@tracebuf/ring';
import { ExitCode } from '../exit-code.ts';
import { pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import type { Output } from '../output.ts';
import { printLines } from '../print-lines.ts';
import { FollowedProcesses } from '../show-trace/followed-processes.ts';
import { formatted, newestOf, printEntries, reportUnread } from './entry-printer.ts';

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

/** How often rings are looked at, in milliseconds: soon enough to seem immediate. */
const POLL = 20;
/** How often processes are looked for, in milliseconds. */
const UPDATE = 250;

/**
 * Prints the messages that a log has, oldest first, and then those that come, until the signal ends it. Output is waited
 * for, so a slow reader of it makes the rings run ahead, and what they overwrite meanwhile is told as lost.
 */
export async function followMessages(
  options: FollowOptions,
  out: Output,
  err: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { log, newest, last, suppressRepeats, accepts, format } = options;
  // The rings are followed first, and read then: what comes in between is known as read, and nothing is missed.
  const followed = startFollowing(log);
  try {
    const { incidents, unknown, problems } = readMessages(log, newest);
    const seen = new Set(incidents.map(({ record }) => identityOf(record)));
    const entries = new LogEntries(suppressRepeats);
    const present = incidents.flatMap((incident) => entries.next(incident)).filter(accepts);
    await printEntries(newestOf(present, last), format, out, signal);
    await reportUnread(unknown, problems, err);
    let updated = performance.now();
    while (!signal.aborted) {
      const started = performance.now();
      const updates = started - updated >= UPDATE;
      // Before reading: what ends between the two is found the next time.
      if (updates) followed.update();
      if (updates) updated = started;
      await printLines(newLines(followed.records(), seen, entries, options), out, signal);
      await printEntries(entries.tick(Date.now() * 1000).filter(accepts), format, out, signal);
      if (updates) {
        followed.closeEnded();
        // By now all is followed that was there at the start, and past what was read there.
        seen.clear();
      }
      await pause(Math.max(0, POLL - (performance.now() - started)), signal);
    }
    await printEntries(entries.flush().filter(accepts), format, out);
    return ExitCode.DONE;
  } finally {
    followed.close();
  }
}

/** The processes whose incidents are followed, from now on: what their rings hold is passed over. */
function startFollowing(log: MessageLog): FollowedProcesses {
  registerDecoder(incidentDecoder);
  const list = (): ProcessEntry[] => processesOf(log);
  const buffers = [log === 'nvram' ? NVRAM_BUFFER : SYSTEM_LOG_BUFFER];
  const followed = new FollowedProcesses('all', { processes: list(), buffers }, list);
  for (const _ of followed.records());
  return followed;
}

function processesOf(log: MessageLog): ProcessEntry[] {
  const root = openRoot(log === 'nvram' ? { path: nvramPath() } : {});
  if (root === undefined) return [];
  try {
    return listProcesses(root).processes;
  } finally {
    root.close();
  }
}

function* newLines(
  records: Iterable<TraceRecord>,
  seen: ReadonlySet<string>,
  entries: LogEntries,
  { log, accepts, format, json }: FollowOptions,
): Generator<string, void> {
  for (const record of records) {
    const detail = incidentOf(record);
    if (detail !== undefined) {
      if ((log === 'memory-buffer' && !detail.inMemoryBuffer) || seen.has(identityOf(record))) continue;
      const incident: Incident = { ...detail, record };
      yield* formatted(entries.next(incident).filter(accepts), format);
    } else if (record.kind === 'lost') {
      yield json ? jsonLine(recordToJson(record)) : `${formatRecord(record)}\n`;
    }
  }
}

/** Tells records apart: errors are in a ring of their own, with numbers of its own. */
function identityOf({ process, pid, thread, severity, seq, time }: TraceRecord): string {
  return JSON.stringify([process, pid, thread, severity, seq, time]);
}

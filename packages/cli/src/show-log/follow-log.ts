import {
  type Incident,
  incidentDecoder,
  incidentOf,
  type LogEntries,
  type LogEntry,
  type MessageLog,
  NVRAM_BUFFER,
  nvramPath,
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
import { pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import type { Output } from '../output.ts';
import { printLines } from '../print-lines.ts';
import { FollowedProcesses } from '../show-trace/followed-processes.ts';
import { formatted, printEntries } from './entry-printer.ts';

/** How incidents are shown while they are followed. */
export interface FollowedView {
  /** Whether an incident is taken at all. */
  readonly wants: (incident: Incident) => boolean;
  /** Sums up repeats. */
  readonly entries: LogEntries;
  /** Whether an entry is shown. */
  readonly accepts: (entry: LogEntry) => boolean;
  readonly format: (entry: LogEntry) => string;
  readonly json: boolean;
  /** Called from time to time, when processes were looked for. */
  readonly updated: () => void;
}

/** How often rings are looked at, in milliseconds: soon enough to seem immediate. */
const POLL = 20;
/** How often processes are looked for, in milliseconds. */
const UPDATE = 250;

/** The processes whose incidents are followed, from now on: what their rings hold is passed over. */
export function startFollowing(log: MessageLog): FollowedProcesses {
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

/**
 * Prints incidents as they come, until the signal ends it. Output is waited for, so a slow reader of it makes the rings run
 * ahead, and what they overwrite meanwhile is told as lost.
 */
export async function followLog(
  followed: FollowedProcesses,
  view: FollowedView,
  out: Output,
  signal: AbortSignal,
): Promise<void> {
  const { entries, accepts, format } = view;
  let updated = performance.now();
  while (!signal.aborted) {
    const started = performance.now();
    const updates = started - updated >= UPDATE;
    // Before reading: what ends between the two is found the next time.
    if (updates) followed.update();
    if (updates) updated = started;
    await printLines(newLines(followed.records(), view), out, signal);
    await printEntries(entries.tick(Date.now() * 1000).filter(accepts), format, out, signal);
    if (updates) {
      followed.closeEnded();
      view.updated();
    }
    await pause(Math.max(0, POLL - (performance.now() - started)), signal);
  }
  await printEntries(entries.flush().filter(accepts), format, out);
}

function* newLines(
  records: Iterable<TraceRecord>,
  { wants, entries, accepts, format, json }: FollowedView,
): Generator<string, void> {
  for (const record of records) {
    const detail = incidentOf(record);
    if (detail !== undefined) {
      const incident: Incident = { ...detail, record };
      if (wants(incident)) yield* formatted(entries.next(incident).filter(accepts), format);
    } else if (record.kind === 'lost') {
      yield json ? jsonLine(recordToJson(record)) : `${formatRecord(record)}\n`;
    }
  }
}

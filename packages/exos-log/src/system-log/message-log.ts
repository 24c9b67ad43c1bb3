import {
  Level,
  listProcesses,
  type ProcessEntry,
  type ReadProblem,
  type Root,
  registerDecoder,
  TraceReader,
  type TraceRecord,
} from '@tracebuf/ring';
import { isMissing, openRoot, readSmallFile, replaceSmallFile, writerName } from '@tracebuf/ring/files';
import { type ClearedMarks, parseClearedMarks } from '../configuration-schema.ts';
import type { IncidentDetail } from './incident-detail.ts';
import { incidentDecoder, incidentOf, NVRAM_BUFFER, SYSTEM_LOG_BUFFER } from './incident-record.ts';
import { inLogPart } from './log-directory.ts';
import { withLogLock } from './log-lock.ts';
import { nvramPath } from './nvram.ts';

/** The targets that keep messages. */
export type MessageLog = 'memory-buffer' | 'nvram';

/** One incident as it was stored. */
export interface Incident extends IncidentDetail {
  readonly record: TraceRecord;
}

/** What {@link readMessages} found. */
export interface Messages {
  /** Oldest first, at most as many as the target is to keep. */
  readonly incidents: readonly Incident[];
  /** Incidents of components that are not known: their definitions are gone or damaged. */
  readonly unknown: number;
  /** Files that could not be read, or not all of them. */
  readonly problems: readonly ReadProblem[];
}

const CLEARED = 'cleared.json';
const MAX_BYTES = 16 * 1024 * 1024;
const NOTHING_CLEARED: ClearedMarks = { 'memory-buffer': {}, nvram: {} };

/**
 * Reads what memory buffer or nvram keep: the incidents of all processes of this user, live or dead, merged by time.
 *
 * @param newest Only so many, the newest ones.
 * @throws StorageError, InsecureDirectoryError, LogConfigurationError where the marks of what was cleared are damaged.
 */
export function readMessages(log: MessageLog, newest: number): Messages {
  const marks = readMarks()[log];
  const all: Incident[] = [];
  const problems: ReadProblem[] = [];
  let unknown = 0;
  for (const process of processesOf(log)) {
    let incidents: Incident[] = [];
    const reader = readerOf(process, log);
    for (const record of reader.records()) {
      if (record.kind !== 'incident' || record.seq <= (marks[keyOf(process, record)] ?? 0)) continue;
      const detail = incidentOf(record);
      if (detail === undefined) unknown++;
      else if (log === 'nvram' || detail.inMemoryBuffer) incidents.push({ ...detail, record });
      // Twice as many before the oldest go, so that each is moved but once.
      if (incidents.length >= 2 * newest) incidents = incidents.slice(-newest);
    }
    all.push(...incidents.slice(-newest));
    problems.push(...reader.problems);
    reader.close();
  }
  all.sort((a, b) => a.record.time - b.record.time);
  return { incidents: all.slice(-newest), unknown, problems };
}

/**
 * The incidents of the memory buffer among records that were read elsewhere, such as in a database.
 *
 * @param records Oldest first.
 * @param newest Only so many, the newest ones.
 */
export function messagesAmong(records: Iterable<TraceRecord>, newest: number): Messages {
  let incidents: Incident[] = [];
  let unknown = 0;
  for (const record of records) {
    if (record.kind !== 'incident') continue;
    const detail = incidentOf(record);
    if (detail === undefined) unknown++;
    else if (detail.inMemoryBuffer) incidents.push({ ...detail, record });
    if (incidents.length >= 2 * newest) incidents = incidents.slice(-newest);
  }
  return { incidents: incidents.slice(-newest), unknown, problems: [] };
}

/**
 * Clears memory buffer or nvram: what they hold now is no longer shown. The rings stay as they are, for targets that
 * have still to deliver it.
 *
 * @returns How many messages that were.
 * @throws LogBusyError, StorageError, InsecureDirectoryError, LogConfigurationError
 */
export function clearMessages(log: MessageLog): number {
  return (
    inLogPart(undefined, true, (directory) =>
      withLogLock(directory, CLEARED, () => {
        const all = readMarks();
        const before = all[log];
        const marks: Record<string, number> = {};
        let cleared = 0;
        for (const process of processesOf(log)) {
          const reader = readerOf(process, log);
          for (const record of reader.records()) {
            if (record.kind !== 'incident') continue;
            const key = keyOf(process, record);
            marks[key] = Math.max(marks[key] ?? 0, record.seq);
            if (record.seq <= (before[key] ?? 0)) continue;
            if (log === 'nvram' || incidentOf(record)?.inMemoryBuffer === true) cleared++;
          }
          reader.close();
        }
        // Of rings that are gone nothing is left to be hidden, so their marks go as well.
        const text = `${JSON.stringify({ ...all, [log]: marks })}\n`;
        replaceSmallFile(directory, CLEARED, text, writerName());
        return cleared;
      }),
    ) ?? 0
  );
}

function processesOf(log: MessageLog): ProcessEntry[] {
  const root = openRoot(log === 'nvram' ? { path: nvramPath() } : {});
  return root === undefined ? [] : processesIn(root);
}

function readerOf(process: ProcessEntry, log: MessageLog): TraceReader {
  registerDecoder(incidentDecoder);
  return new TraceReader([process], { buffers: [log === 'nvram' ? NVRAM_BUFFER : SYSTEM_LOG_BUFFER] });
}

function processesIn(root: Root): ProcessEntry[] {
  try {
    return listProcesses(root).processes;
  } finally {
    root.close();
  }
}

function readMarks(): ClearedMarks {
  return (
    inLogPart(undefined, false, (directory) => {
      try {
        return parseClearedMarks(JSON.parse(readSmallFile(directory, CLEARED, MAX_BYTES)));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    }) ?? NOTHING_CLEARED
  );
}

/** Tells the rings of a process apart: errors are in one of their own. */
function keyOf({ key }: ProcessEntry, { thread, severity }: TraceRecord): string {
  return `${key}.${thread}.${severity >= Level.error ? 'keep' : 'main'}`;
}

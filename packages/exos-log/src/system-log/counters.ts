import { unlinkSync } from 'node:fs';
import {
  isMissing,
  listNames,
  readSmallFile,
  replaceSmallFile,
  type SecureDirectory,
  writerName,
} from '@tracebuf/ring/files';
import type { ConditionDefinition } from '../condition.ts';
import { type CounterTotals, parseCounterTotals } from '../configuration-schema.ts';
import { type CounterFile, clearCounterFile, readCounterFile } from './counter-file.ts';
import { inLogPart } from './log-directory.ts';
import { withLogLock } from './log-lock.ts';
import { hasEnded } from './sessions.ts';

const TOTALS = 'totals.json';
const MAX_TOTALS_BYTES = 256 * 1024 * 1024;
const MAX_FILES = 1_000_000;
/** From this many files on, a thread that makes another one folds those of processes that have ended. */
const TOO_MANY_FILES = 256;
const NO_TOTALS: CounterTotals = { version: 1, folded: [], conditions: {} };

/** Suffix of the files of counters. */
export const COUNTERS_SUFFIX = '.counts';

/** How often the incidents of one condition occurred in all processes, those that ended included. */
export interface ConditionCount {
  /** Full name. */
  readonly condition: string;
  /** Times raised since the counters were cleared, filtered or not. */
  readonly occurred: number;
  /** Times raised while an enabled target included the condition. */
  readonly notified: number;
}

/** All counters of a user's system log. */
export interface LogCounters {
  /** By full name, in lower case. */
  readonly conditions: ReadonlyMap<string, ConditionCount>;
  /** Files that could not be read, and why: then the counts are too low. */
  readonly problems: readonly { readonly path: string; readonly error: Error }[];
  /** Incidents that should be on disk and could not be stored there, in processes that run or were not folded yet. */
  readonly nvramFailed: number;
}

/**
 * Reads the counters of all processes of this user, those that ended included: exact at any quiet moment.
 *
 * @throws LogConfigurationError where the totals are damaged; StorageError, InsecureDirectoryError.
 */
export function readLogCounters(): LogCounters {
  return (
    inLogPart('counters', false, (directory) => {
      // Folding moves counts from files to the totals: read again where that happened in between.
      for (;;) {
        const before = readTotalsText(directory);
        const counters = addUp(directory, parseTotals(before));
        if (readTotalsText(directory) === before) return counters;
      }
    }) ?? { conditions: new Map(), problems: [], nvramFailed: 0 }
  );
}

/** The counters of a condition; those of programs that still call it by a former name are among them. */
export function countOf(
  { conditions }: Pick<LogCounters, 'conditions'>,
  { id, aliases }: Pick<ConditionDefinition, 'id' | 'aliases'>,
): ConditionCount {
  const names = new Set([id, ...aliases].map((name) => name.toLowerCase()));
  let occurred = 0;
  let notified = 0;
  for (const name of names) {
    const count = conditions.get(name);
    occurred += count?.occurred ?? 0;
    notified += count?.notified ?? 0;
  }
  return { condition: id, occurred, notified };
}

function addUp(directory: SecureDirectory, totals: CounterTotals): LogCounters {
  const sum = new Sum();
  for (const [condition, { occurred, notified }] of Object.entries(totals.conditions))
    sum.add(condition, occurred, notified);
  const problems: { path: string; error: Error }[] = [];
  let nvramFailed = 0;
  for (const name of counterFiles(directory, totals)) {
    try {
      const file = readCounterFile(directory, name);
      sum.addFile(file);
      nvramFailed += file.nvramFailed;
    } catch (error) {
      // Gone between listing and reading: it was folded, and all is read again.
      if (!isMissing(error)) problems.push({ path: `${directory.path}/${name}`, error: error as Error });
    }
  }
  return { conditions: sum.conditions, problems, nvramFailed };
}

/**
 * Clears the counters of some conditions in all processes; what is counted meanwhile stays counted.
 *
 * @param wanted Whether a condition is to be cleared, by its full name. Default: all.
 * @throws LogBusyError, LogConfigurationError, StorageError, InsecureDirectoryError
 */
export function clearLogCounters(wanted: (condition: string) => boolean = () => true): void {
  inLogPart('counters', false, (directory) =>
    withLogLock(directory, TOTALS, () => {
      const totals = readTotals(directory);
      const kept = Object.entries(totals.conditions).filter(([condition]) => !wanted(condition));
      saveTotals(directory, { ...totals, conditions: Object.fromEntries(kept) });
      for (const name of counterFiles(directory, totals)) {
        try {
          clearCounterFile(directory, name, wanted);
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
    }),
  );
}

/**
 * Adds the counters of processes that have ended to the totals and removes their files, where there are many. Killed in
 * between, nothing is lost and nothing counted twice: the totals name the files that are in them.
 */
export function foldCounters(directory: SecureDirectory, tooMany: number = TOO_MANY_FILES): void {
  if (listNames(directory, MAX_FILES).length < tooMany) return;
  withLogLock(directory, TOTALS, () => {
    const totals = readTotals(directory);
    for (const name of totals.folded) removeQuietly(directory, name);
    const sum = new Sum();
    for (const [condition, { occurred, notified }] of Object.entries(totals.conditions))
      sum.add(condition, occurred, notified);
    const folded: string[] = [];
    for (const name of counterFiles(directory, totals)) {
      try {
        const file = readCounterFile(directory, name);
        if (!hasEnded(file.subject.process, directory.path)) continue;
        sum.addFile(file);
        folded.push(name);
      } catch {
        // Not to be read: left to who reads the counters, and says so.
      }
    }
    if (folded.length === 0) return;
    const conditions = [...sum.conditions.values()].map(({ condition, ...counts }) => [condition, counts]);
    saveTotals(directory, { version: 1, folded, conditions: Object.fromEntries(conditions) });
    for (const name of folded) removeQuietly(directory, name);
  });
}

class Sum {
  readonly conditions: Map<string, ConditionCount> = new Map();

  add(condition: string, occurred: number, notified: number): void {
    const key = condition.toLowerCase();
    const known = this.conditions.get(key);
    this.conditions.set(key, {
      condition,
      occurred: occurred + (known?.occurred ?? 0),
      notified: notified + (known?.notified ?? 0),
    });
  }

  addFile({ subject, counts }: CounterFile): void {
    for (const [index, condition] of subject.conditions.entries())
      this.add(condition, counts[2 * index] ?? 0, counts[2 * index + 1] ?? 0);
  }
}

function counterFiles(directory: SecureDirectory, { folded }: CounterTotals): string[] {
  const done = new Set(folded);
  return listNames(directory, MAX_FILES).filter((name) => name.endsWith(COUNTERS_SUFFIX) && !done.has(name));
}

function readTotals(directory: SecureDirectory): CounterTotals {
  return parseTotals(readTotalsText(directory));
}

function readTotalsText(directory: SecureDirectory): string | undefined {
  try {
    return readSmallFile(directory, TOTALS, MAX_TOTALS_BYTES);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parseTotals(text: string | undefined): CounterTotals {
  return text === undefined ? NO_TOTALS : parseCounterTotals(JSON.parse(text));
}

function saveTotals(directory: SecureDirectory, totals: CounterTotals): void {
  replaceSmallFile(directory, TOTALS, `${JSON.stringify(totals)}\n`, writerName());
}

function removeQuietly(directory: SecureDirectory, name: string): void {
  try {
    unlinkSync(directory.resolve(name));
  } catch {
    // Gone already, or left for the next time: the totals name it.
  }
}

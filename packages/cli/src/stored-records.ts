import { type Filter, parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import { DatabaseSource, finish, type PlacedRecord, type StoredProcess } from '@tracebuf/sqlite';
import { demandProcess, meansProcess } from './process-word.ts';
import {
  allFilters,
  buffersFilter,
  narrowingFilter,
  orLost,
  processesFilter,
} from './query/selection-filter.ts';
import type { RecordFilterOptions } from './record-filter.ts';
import { isAll, matchBuffers } from './target.ts';

/** Which records of a database a command is about. */
export interface StoredSelection extends RecordFilterOptions {
  /** `<proc>` of the command line; empty: all. */
  readonly selectors?: readonly string[];
  /** `<buf>|all` of the command line; default all. */
  readonly buffer?: string | undefined;
  /** Only the newest of them. */
  readonly last?: number | undefined;
  /** What else they have to fulfil, those that tell of lost records as well. */
  readonly only?: Filter;
}

/** Records of a database, in place of those of processes. */
export interface StoredRecords {
  /** Oldest first; to be taken once. */
  readonly records: Iterable<PlacedRecord>;
  /** The processes that are meant, newest first. */
  readonly processes: readonly StoredProcess[];
  close(): void;
}

/**
 * Opens a database in place of processes. What is selected is found by its indexes where there is one.
 *
 * @param path Of the database.
 * @throws DatabaseError where it can't be read; UnknownProcessError, UnknownTraceBufferError where it has none of these; UsageError;
 *   FilterSyntaxError.
 */
export function openStoredRecords(path: string, selection: StoredSelection): StoredRecords {
  const source = new DatabaseSource(path);
  try {
    const { selectors = [], last } = selection;
    const processes = selectedProcesses(source.books(), selectors);
    const filter = filterOf(processes, selection);
    return {
      records: last === undefined ? source.placed({ filter }) : newest(source, filter, last),
      processes,
      close: () => source.close(),
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

function selectedProcesses(
  all: readonly StoredProcess[],
  selectors: readonly string[],
): readonly StoredProcess[] {
  if (selectors.length === 0) return all;
  for (const word of selectors) demandProcess(word, all);
  return all.filter(({ name, pid }) => selectors.some((word) => meansProcess(word, name, pid)));
}

/** The records alone. */
export function* recordsOf({ records }: StoredRecords): Generator<TraceRecord, void> {
  for (const { record } of records) yield record;
}

/** Of the whole file, or of its end: however many records there are before. */
function newest(source: DatabaseSource, filter: Filter, count: number): PlacedRecord[] {
  return count === 0 ? [] : finish(source.read({ filter }, undefined, 'backward', count)).reverse();
}

/** As processes are read: what is lost is told of whatever else is wanted. */
function filterOf(processes: readonly StoredProcess[], selection: StoredSelection): Filter {
  const { selectors = [], buffer = 'all', where = '', level, since, until, only } = selection;
  const now = Date.now();
  const wanted = allFilters([narrowingFilter({ level }, now), parseFilter(where, { now })]);
  const known = [...new Set(processes.flatMap(({ rings }) => rings.map((ring) => ring.buffer)))];
  return allFilters([
    narrowingFilter({ since, until }, now),
    processesFilter(selectors),
    buffersFilter(isAll(buffer) ? [] : matchBuffers(buffer, known)),
    orLost(wanted),
    ...(only === undefined ? [] : [only]),
  ]);
}

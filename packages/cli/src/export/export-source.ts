import { type ProcessEntry, TraceReader, type TraceRecord } from '@tracebuf/ring';
import { registerDecoders } from '../decoders.ts';
import { UsageError } from '../errors.ts';
import type { FeedItem } from '../forward-otlp/record-feed.ts';
import { lastRecords } from '../last-records.ts';
import { namedSource } from '../named-source.ts';
import { acceptedRecords, type RecordFilter, type RecordFilterOptions } from '../record-filter.ts';
import { openStoredRecords, recordsOf } from '../stored-records.ts';
import {
  allProcesses,
  bufferNames,
  findProcessEntries,
  isAll,
  matchBuffers,
  readerOptions,
} from '../target.ts';

/** Options of `export` that say what is exported. */
export interface ExportSourceOptions extends RecordFilterOptions {
  readonly db?: string;
  readonly buffer?: string;
  readonly last?: number;
}

/** What is exported; it is taken once, as records or as items. */
export interface ExportSource {
  /** Oldest first. */
  records(): Iterable<TraceRecord>;
  /** The same with the rings and processes that they are of, and the ends of these. */
  items(): Iterable<FeedItem>;
  /** What could not be read, when all is taken. */
  problems(): readonly { readonly error: Error }[];
  close(): void;
}

/**
 * Opens a database, or the trace buffers of processes.
 *
 * @param words Of the command line: `<proc>`, and the path of a database, unless `--db` names it.
 * @param filter What the options make.
 * @throws DatabaseError, UnknownProcessError, AmbiguousProcessError, UnknownTraceBufferError, UsageError.
 */
export async function openExportSource(
  words: readonly string[],
  options: ExportSourceOptions,
  filter: RecordFilter,
): Promise<ExportSource> {
  const paths = options.db === undefined ? [] : [options.db];
  const selectors: string[] = [];
  for (const word of words) {
    const named = namedSource(word);
    if (named.kind === 'database') paths.push(named.path);
    else selectors.push(word);
  }
  const [path, other] = paths;
  if (other !== undefined)
    throw new UsageError(`One database is exported at a time; leave out ${JSON.stringify(other)}`);
  return path === undefined
    ? await liveSource(selectors, options, filter)
    : await storedSource(path, selectors, options);
}

async function storedSource(
  path: string,
  selectors: readonly string[],
  options: ExportSourceOptions,
): Promise<ExportSource> {
  const { StoredFeed } = await import('../forward-otlp/stored-feed.ts');
  const stored = openStoredRecords(path, { ...options, selectors });
  return {
    records: () => recordsOf(stored),
    items: () => new StoredFeed(stored, { rings: new Map(), finished: new Set() }).read(),
    problems: () => [],
    close: () => stored.close(),
  };
}

async function liveSource(
  selectors: readonly string[],
  { buffer, last }: ExportSourceOptions,
  filter: RecordFilter,
): Promise<ExportSource> {
  registerDecoders();
  const { RecordFeed } = await import('../forward-otlp/record-feed.ts');
  const { processes, unread } = selectedProcesses(selectors);
  const isOne = buffer !== undefined && !isAll(buffer);
  const buffers = isOne ? matchBuffers(buffer, [...new Set(processes.flatMap(bufferNames))]) : undefined;
  const reader = new TraceReader(processes, readerOptions({ buffers }));
  const problems = new Map<string, Error>();
  const report = (file: string, error: Error): void => void problems.set(file, error);
  const feed = new RecordFeed({
    rings: new Map(),
    finished: new Set(),
    countsFromStart: false,
    buffers,
    report,
  });
  return {
    records: () => {
      const accepted = acceptedRecords(reader.records(), filter);
      return last === undefined ? accepted : lastRecords(accepted, last);
    },
    *items() {
      feed.update(processes);
      for (const item of feed.read())
        if (item.record === undefined || filter.accepts(item.record)) yield item;
    },
    problems: () => [...unread, ...reader.problems, ...[...problems.values()].map((error) => ({ error }))],
    close: () => {
      reader.close();
      feed.close();
    },
  };
}

/** Those that are meant, and of all of them also the directories that could not be read. */
function selectedProcesses(selectors: readonly string[]): {
  processes: readonly ProcessEntry[];
  unread: readonly { readonly error: Error }[];
} {
  if (selectors.length === 0 || selectors.some(isAll)) {
    const { processes, problems } = allProcesses();
    return { processes, unread: problems };
  }
  return { processes: [...new Set(selectors.flatMap(findProcessEntries))], unread: [] };
}

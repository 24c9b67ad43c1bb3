import {
  checkFilter,
  compilePredicate,
  type Filter,
  FilterSyntaxError,
  filterFields,
  gatherStatistics,
  parseFilter,
} from '@tracebuf/query';
import { mergeByTime, TraceReader, type TraceRecord, visibleText } from '@tracebuf/ring';
import {
  countValues,
  fieldReader,
  finish,
  fullTextQuery,
  type GroupCounts,
  indexMessages,
  type Selection,
} from '@tracebuf/sqlite';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit-code.ts';
import { csvWriter } from '../export/csv.ts';
import { jsonLine } from '../json-line.ts';
import { lastRecords } from '../last-records.ts';
import { defaultSource, type NamedSource, namedSource } from '../named-source.ts';
import type { Output } from '../output.ts';
import { printLines } from '../print-lines.ts';
import { demandProcess } from '../process-word.ts';
import { reportProblems } from '../read-problems.ts';
import { recordFormat } from '../record-printer.ts';
import { describeError } from '../report-error.ts';
import { allProcesses, isAll } from '../target.ts';
import { bothFilters, type NarrowingOptions, narrowingFilter } from './selection-filter.ts';
import { type OpenSource, openSource, processesOf } from './sources.ts';
import { addCounts, type CountFormat, formatCounts } from './value-counts.ts';
import { withProgress } from './work-progress.ts';

/** Options of `query`. */
interface QueryOptions extends NarrowingOptions {
  readonly db?: string;
  readonly last?: number;
  readonly text?: string;
  readonly count?: boolean;
  readonly groupBy?: string;
  readonly utc?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/** `query`: prints, counts or groups the records that a filter lets pass. */
export const query: Run<QueryOptions> = async ({ operands: [text = '', ...words], options, out, err }) => {
  const format = formatOf(options);
  const now = Date.now();
  // Before anything is opened: a bad filter is told as such, whatever there is to read.
  const asked = parseFilter(text, { now });
  const filter = bothFilters(narrowingFilter(options, now), asked);
  if (options.groupBy !== undefined) fieldReader(options.groupBy);
  const opened: OpenSource[] = [];
  try {
    const { db } = options;
    const named = [
      ...(db === undefined ? [] : [{ kind: 'database', path: db } as const]),
      ...words.map(namedSource),
    ];
    const sources = named.length === 0 ? [defaultSource()] : named;
    if (options.text !== undefined) await indexSources(sources, err);
    for (const each of sources) opened.push(openSource(each));
    if (options.process !== undefined) demandProcess(options.process, opened.flatMap(processesOf));
    const found = await show(opened, filter, options, format, out, err);
    if (found === 0 && asked.root !== undefined) await explainNothing(asked, opened, err);
    return await reportProblemsOf(opened, err);
  } finally {
    for (const each of opened) each.close();
  }
};

/** A search for words goes by an index, which only databases have, and which lacks what was recorded since the last one. */
async function indexSources(sources: readonly NamedSource[], err: Output): Promise<void> {
  const live = sources.find(({ kind }) => kind === 'live');
  if (live !== undefined) {
    throw new UsageError('"--text" is for databases; name one, or use a filter: msg == "%word%"');
  }
  for (const source of sources) {
    if (source.kind !== 'database') continue;
    let shownAt = performance.now();
    let hasShown = false;
    indexMessages(source.path, (added) => {
      if (!err.terminal || performance.now() - shownAt < 250) return;
      shownAt = performance.now();
      hasShown = true;
      process.stderr.write(`\r${added} messages indexed…`);
    });
    if (hasShown) await err.write('\r\x1b[K');
  }
}

function formatOf({ json, csv, count, groupBy, last }: QueryOptions): CountFormat {
  if (json === true && csv === true)
    throw new UsageError('"--json" and "--csv" exclude each other; give one of them');
  if (count === true && groupBy !== undefined)
    throw new UsageError('"--count" and "--group-by" exclude each other; give one of them');
  if (last !== undefined && (count === true || groupBy !== undefined))
    throw new UsageError('"--last" is for records; leave it out, or leave out "--count" and "--group-by"');
  if (json === true) return 'json';
  return csv === true ? 'csv' : 'text';
}

/** @returns How many records were found. */
async function show(
  opened: readonly OpenSource[],
  filter: Filter,
  options: QueryOptions,
  format: CountFormat,
  out: Output,
  err: Output,
): Promise<number> {
  const { text: words } = options;
  const selection: Selection = { filter, ...(words === undefined ? {} : { words: fullTextQuery(words) }) };
  if (options.count === true) {
    let count = 0;
    for (const each of opened) count += await countOf(each, selection, err);
    await out.write(format === 'json' ? jsonLine({ count }) : `${count}\n`);
    return count;
  }
  if (options.groupBy !== undefined) {
    const { groupBy } = options;
    const counts = addCounts(opened.map((each) => groupsOf(each, selection, groupBy)));
    await out.write(formatCounts(groupBy, counts, format, out));
    return counts.size;
  }
  let found = 0;
  const lines = layOut(opened, options, format, out);
  function* counted(records: Iterable<TraceRecord>): Generator<string, void> {
    if (format === 'csv') yield csvWriter.begin();
    for (const record of records) {
      found++;
      yield lines(record);
    }
  }
  await printLines(counted(recordsOf(opened, selection, options.last)), out);
  return found;
}

function layOut(
  opened: readonly OpenSource[],
  { utc = false }: QueryOptions,
  format: CountFormat,
  out: Output,
): (record: TraceRecord) => string {
  // A file gets the texts as they are, a terminal nothing that it would obey.
  if (format === 'csv' && out.terminal)
    return (record) => `${visibleText(csvWriter.add(record).trimEnd())}\n`;
  if (format === 'csv') return (record) => csvWriter.add(record);
  const [only] = opened;
  const isOne = opened.length === 1 && only?.kind === 'live' && only.target.processes.length === 1;
  return recordFormat(format === 'json', { color: out.color, utc, process: !isOne, buffer: true });
}

/** Records of all sources, merged by time. */
function recordsOf(
  opened: readonly OpenSource[],
  selection: Selection,
  last: number | undefined,
): Iterable<TraceRecord> {
  const sequences = opened.map((each) => {
    if (each.kind === 'live') {
      const records = liveRecords(each.reader, selection);
      return last === undefined ? records : lastRecords(records, last);
    }
    if (last === undefined) return each.source.records(selection);
    // From the end: however many there are before.
    const rows = last === 0 ? [] : finish(each.source.read(selection, undefined, 'backward', last));
    return rows.map(({ record }) => record).reverse();
  });
  const merged = mergeByTime(sequences);
  return last === undefined || sequences.length === 1 ? merged : lastRecords(merged, last);
}

function* liveRecords(reader: TraceReader, { filter }: Selection): Generator<TraceRecord, void> {
  const passes = compilePredicate(filter);
  for (const record of reader.records()) if (passes(record)) yield record;
}

async function countOf(opened: OpenSource, selection: Selection, err: Output): Promise<number> {
  if (opened.kind === 'database') return await withProgress('counting', opened.source.count(selection), err);
  let count = 0;
  for (const _ of liveRecords(opened.reader, selection)) count++;
  return count;
}

function groupsOf(opened: OpenSource, selection: Selection, field: string): GroupCounts {
  if (opened.kind === 'database') return opened.source.groups(selection, field);
  return countValues(liveRecords(opened.reader, selection), fieldReader(field));
}

/** Where a filter finds nothing, tells what in it occurs nowhere, and what does. */
async function explainNothing(filter: Filter, opened: readonly OpenSource[], err: Output): Promise<void> {
  const [only] = opened;
  // Of several sources each may have what the others lack.
  if (only === undefined || opened.length > 1) return;
  const names = filterFields(filter);
  let statistics: Parameters<typeof checkFilter>[1];
  if (only.kind === 'database') {
    statistics = await withProgress('looking for what occurs', only.source.statistics(names, filter), err);
  } else {
    using reader = new TraceReader(only.target.processes);
    statistics = gatherStatistics(reader.records(), names);
  }
  for (const { message, position, length, options, more } of checkFilter(filter, statistics)) {
    const offered = options.map(({ text, count }) => (count > 0 ? `${text} (${count})` : text));
    if (more > 0) offered.push(`+${more}`);
    const hint = offered.length === 0 ? message : `${message}; there is ${offered.join(', ')}`;
    const fault = new FilterSyntaxError({
      code: 'ERR_TRACEBUF_FILTER_VALUE',
      message: hint,
      text: filter.text,
      position,
      length,
    });
    await err.write(describeError(fault, false, err.columns));
  }
}

async function reportProblemsOf(opened: readonly OpenSource[], err: Output): Promise<ExitCode> {
  return await reportProblems(
    opened.flatMap((each) =>
      each.kind === 'live'
        ? [...(isAll(each.proc) ? allProcesses().problems : []), ...each.reader.problems]
        : [],
    ),
    err,
  );
}

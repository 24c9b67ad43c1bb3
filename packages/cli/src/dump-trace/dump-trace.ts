import { basename, extname } from 'node:path';
import { type ReadProblem, TraceReader, type TraceRecord } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import type { RecordWriter } from '../export/export-format.ts';
import type { ExportSource } from '../export/export-source.ts';
import type { FeedItem } from '../forward-otlp/record-feed.ts';
import { interruptible, pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { lastRecords } from '../last-records.ts';
import { namedSource } from '../named-source.ts';
import type { Output } from '../output.ts';
import { plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';
import {
  acceptedRecords,
  type RecordFilter,
  type RecordFilterOptions,
  recordFilter,
} from '../record-filter.ts';
import { recordFormat } from '../record-printer.ts';
import { findTarget, isAll, readerOptions } from '../target.ts';
import { DumpWriter, dumpName } from './dump-file.ts';
import { DUMP_EXTENSIONS, type DumpFormat } from './dump-format.ts';

/** Options of `dump trace`. */
interface DumpTraceOptions extends RecordFilterOptions {
  readonly format?: DumpFormat;
  readonly file?: string;
  readonly last?: number;
  readonly utc?: boolean;
  readonly json?: boolean;
}

/** Characters written at once. */
const PIECE = 256 * 1024;
/** Milliseconds between two signs of progress. */
const PROGRESS = 250;

/** `dump trace`: writes records to a file. */
export const dumpTrace: Run<DumpTraceOptions> = async ({
  operands: [proc = '', buf = ''],
  options,
  out,
  err,
}) => {
  const filter = await recordFilter(options);
  const { format = 'text', utc = false, json = false } = options;
  if (format === 'otlp-json' && options.last !== undefined)
    throw new UsageError('otlp-json tells of whole processes; leave out "--last"');
  const named = namedSource(proc);
  const source =
    named.kind === 'database'
      ? await storedSource(named.path, buf, options)
      : liveSource(proc, buf, filter, options.last);
  let otlp: ExportSource | undefined;
  /** The records again, with the rings that they are of. */
  const spansAndLogs = async (): Promise<Iterable<FeedItem>> => {
    const { openExportSource } = await import('../export/export-source.ts');
    otlp = await openExportSource([proc], { ...options, buffer: buf }, filter);
    return otlp.items();
  };
  try {
    return await interruptible(async (signal) => {
      const file = new DumpWriter(options.file ?? dumpName([...source.names, buf], DUMP_EXTENSIONS[format]));
      try {
        const layout = { utc, process: !source.isOneProcess, buffer: isAll(buf) };
        let count: number;
        if (format === 'sqlite') count = await storeInDatabase(file.path, source.records);
        else if (format === 'otlp-json') count = await writeOtlp(await spansAndLogs(), file, signal);
        else count = await writeRecords(source.records, await writerOf(format, layout), file, err, signal);
        if (signal.aborted) return ExitCode.INTERRUPTED;
        file.finish();
        await out.write(json ? jsonLine({ path: file.path, records: count }) : `${file.path}\n`);
        if (err.terminal && !json) await err.line(`${plural(count, 'record')} written`);
        return await reportProblems([...source.problems(), ...(otlp?.problems() ?? [])], err);
      } finally {
        file.discard();
      }
    });
  } finally {
    otlp?.close();
    source.close();
  }
};

/** What is dumped. */
interface DumpSource {
  readonly records: Iterable<TraceRecord>;
  /** What it is called in the name of the file. */
  readonly names: readonly string[];
  readonly isOneProcess: boolean;
  problems(): readonly ReadProblem[];
  close(): void;
}

function liveSource(proc: string, buf: string, filter: RecordFilter, last: number | undefined): DumpSource {
  registerDecoders();
  const target = findTarget(proc, buf);
  const reader = new TraceReader(target.processes, readerOptions(target));
  const accepted = acceptedRecords(reader.records(), filter);
  const [only, ...others] = target.processes;
  const isOneProcess = only !== undefined && others.length === 0;
  return {
    records: last === undefined ? accepted : lastRecords(accepted, last),
    names: isOneProcess ? [only.name, String(only.pid)] : [proc],
    isOneProcess,
    problems: () => reader.problems,
    close: () => reader.close(),
  };
}

/** Loaded only where it is asked for, as all that needs node:sqlite, which takes long to load. */
async function storedSource(path: string, buffer: string, options: DumpTraceOptions): Promise<DumpSource> {
  const { openStoredRecords, recordsOf } = await import('../stored-records.ts');
  const stored = openStoredRecords(path, { ...options, buffer });
  return {
    records: recordsOf(stored),
    names: [basename(path, extname(path))],
    isOneProcess: stored.processes.length === 1,
    problems: () => [],
    close: () => stored.close(),
  };
}

async function storeInDatabase(path: string, records: Iterable<TraceRecord>): Promise<number> {
  const { storeRecords } = await import('@tracebuf/sqlite');
  return storeRecords(path, records);
}

async function writeOtlp(items: Iterable<FeedItem>, file: DumpWriter, signal: AbortSignal): Promise<number> {
  const { otlpLines } = await import('../export/otlp-json.ts');
  let count = 0;
  for (const part of otlpLines(items)) {
    file.write(part.line);
    count += part.count;
    // Lets a Ctrl-C in.
    await pause(0, signal);
    if (signal.aborted) break;
  }
  return count;
}

/** What writes a format. */
async function writerOf(
  format: Exclude<DumpFormat, 'sqlite' | 'otlp-json'>,
  layout: Parameters<typeof recordFormat>[1],
): Promise<RecordWriter> {
  if (format === 'csv') return (await import('../export/csv.ts')).csvWriter;
  if (format === 'perfetto') return new (await import('../export/perfetto.ts')).PerfettoWriter();
  return { begin: () => '', add: recordFormat(format === 'jsonl', layout), end: () => '' };
}

async function writeRecords(
  records: Iterable<TraceRecord>,
  writer: RecordWriter,
  file: DumpWriter,
  err: Output,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  let shown = performance.now();
  let progress = false;
  let piece = writer.begin();
  for (const record of records) {
    piece += writer.add(record);
    count += 1;
    if (piece.length < PIECE) continue;
    file.write(piece);
    piece = '';
    // Lets a Ctrl-C in.
    await pause(0, signal);
    if (signal.aborted) break;
    if (err.terminal && performance.now() - shown > PROGRESS) {
      progress = true;
      shown = performance.now();
      await err.write(`\r${count} records…`);
    }
  }
  file.write(piece + writer.end());
  if (progress) await err.write('\r\x1b[K');
  return count;
}

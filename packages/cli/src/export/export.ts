import { parseFilter } from '@tracebuf/query';
import { type ProcessEntry, recordToJson, TraceReader, type TraceRecord } from '@tracebuf/ring';
import { DatabaseSource } from '@tracebuf/sqlite';
import type { Run } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { lastRecords } from '../last-records.ts';
import type { Output } from '../output.ts';
import { meansProcess } from '../process-word.ts';
import { plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';
import {
  acceptedRecords,
  type RecordFilter,
  type RecordFilterOptions,
  recordFilter,
} from '../record-filter.ts';
import { allProcesses, findProcessEntries } from '../target.ts';
import { csvWriter } from './csv.ts';
import { ExportFile } from './export-file.ts';
import type { ExportFormat, RecordWriter } from './export-format.ts';
import { PerfettoWriter } from './perfetto.ts';
import { SpeedscopeWriter } from './speedscope.ts';

/** Options of `export`. */
interface ExportOptions extends RecordFilterOptions {
  readonly format?: ExportFormat;
  readonly output?: string;
  readonly force?: boolean;
  readonly db?: string;
  readonly buffer?: string;
  readonly last?: number;
}

/** Characters written at once. */
const PIECE = 256 * 1024;
/** Milliseconds between two signs of progress. */
const PROGRESS_MS = 250;

const WRITERS: Readonly<Record<Exclude<ExportFormat, 'otlp-json'>, () => RecordWriter>> = {
  perfetto: () => new PerfettoWriter(),
  speedscope: () => new SpeedscopeWriter(),
  jsonl: () => ({ begin: () => '', add: (record) => jsonLine(recordToJson(record)), end: () => '' }),
  csv: () => csvWriter,
};

/** Where what is written goes. */
interface Sink {
  write(text: string): Promise<void>;
}

/** `export`: writes records for other programs. */
export const exportRecords: Run<ExportOptions> = async ({ operands, options, out, err }) => {
  registerDecoders();
  const filter = await recordFilter(options);
  const { format = 'perfetto', output, force = false, last } = options;
  if (format === 'otlp-json') return await exportOtlp(operands, options, filter, out, err);
  const source = openSource(operands, options);
  return await interruptible(async (signal) => {
    const file = output === undefined ? undefined : new ExportFile(output, force);
    try {
      const accepted = acceptedRecords(source.records, filter);
      const chosen = last === undefined ? accepted : lastRecords(accepted, last);
      const count = await writeAll(chosen, WRITERS[format](), file ?? out, err, signal);
      if (signal.aborted) return ExitCode.INTERRUPTED;
      await file?.finish();
      if (err.terminal && file !== undefined) await err.line(`${plural(count, 'record')} written`);
      return await reportProblems(source.problems(), err);
    } finally {
      file?.discard();
      source.close();
    }
  });
};

/** OTLP tells of whole processes, so it goes by their rings. */
async function exportOtlp(
  selectors: readonly string[],
  { output, force = false, db, buffer, last }: ExportOptions,
  filter: RecordFilter,
  out: Output,
  err: Output,
): Promise<ExitCode> {
  if (db !== undefined || last !== undefined) {
    const option = db === undefined ? '--last' : '--db';
    throw new UsageError(`otlp-json is written of the buffers of processes; leave out "${option}"`);
  }
  const { otlpLines } = await import('./otlp-json.ts');
  return await interruptible(async (signal) => {
    const file = output === undefined ? undefined : new ExportFile(output, force);
    try {
      let count = 0;
      const buffers = buffer === undefined ? undefined : [buffer];
      for (const part of otlpLines(selectedProcesses(selectors), buffers, filter)) {
        await (file ?? out).write(part.line);
        count += part.count;
        await pause(0, signal);
        if (signal.aborted) return ExitCode.INTERRUPTED;
      }
      await file?.finish();
      if (err.terminal && file !== undefined) await err.line(`${plural(count, 'record')} written`);
      return ExitCode.DONE;
    } finally {
      file?.discard();
    }
  });
}

function selectedProcesses(selectors: readonly string[]): readonly ProcessEntry[] {
  return selectors.length === 0
    ? allProcesses().processes
    : [...new Set(selectors.flatMap(findProcessEntries))];
}

interface Source {
  readonly records: Iterable<TraceRecord>;
  problems(): readonly { readonly error: Error }[];
  close(): void;
}

function openSource(selectors: readonly string[], { db, buffer }: ExportOptions): Source {
  if (db !== undefined) {
    const database = new DatabaseSource(db);
    return {
      records: chosenRecords(database.records({ filter: parseFilter('') }), selectors, buffer),
      problems: () => [],
      close: () => database.close(),
    };
  }
  const processes = selectedProcesses(selectors);
  const reader = new TraceReader(processes, buffer === undefined ? {} : { buffers: [buffer] });
  return { records: reader.records(), problems: () => reader.problems, close: () => reader.close() };
}

/** Those of the processes and the buffer that were asked for. */
function* chosenRecords(
  records: Iterable<TraceRecord>,
  selectors: readonly string[],
  buffer: string | undefined,
): Generator<TraceRecord, void> {
  for (const record of records) {
    if (buffer !== undefined && record.buffer !== buffer) continue;
    const { process, pid } = record;
    if (selectors.length === 0 || selectors.some((word) => meansProcess(word, process, pid))) yield record;
  }
}

async function writeAll(
  records: Iterable<TraceRecord>,
  writer: RecordWriter,
  sink: Sink,
  err: Output,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  let shownAt = performance.now();
  let hasShown = false;
  let piece = writer.begin();
  for (const record of records) {
    piece += writer.add(record);
    count++;
    if (piece.length < PIECE && count % 10_000 !== 0) continue;
    await sink.write(piece);
    piece = '';
    // Lets a Ctrl-C in.
    await pause(0, signal);
    if (signal.aborted) break;
    if (err.terminal && performance.now() - shownAt > PROGRESS_MS) {
      hasShown = true;
      shownAt = performance.now();
      await err.write(`\r${count} records…`);
    }
  }
  await sink.write(piece + writer.end());
  if (hasShown) await err.write('\r\x1b[K');
  return count;
}

import { recordToJson, type TraceRecord } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import type { FeedItem } from '../forward-otlp/record-feed.ts';
import { interruptible, pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import type { Output } from '../output.ts';
import { plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';
import { recordFilter } from '../record-filter.ts';
import { csvWriter } from './csv.ts';
import { ExportFile } from './export-file.ts';
import type { ExportFormat, RecordWriter } from './export-format.ts';
import { type ExportSourceOptions, openExportSource } from './export-source.ts';
import { FoldedWriter } from './folded.ts';
import { PerfettoWriter } from './perfetto.ts';
import { SpeedscopeWriter } from './speedscope.ts';

/** Options of `export`. */
interface ExportOptions extends ExportSourceOptions {
  readonly format?: ExportFormat;
  readonly output?: string;
  readonly force?: boolean;
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
  folded: () => new FoldedWriter(),
};

/** Where what is written goes. */
interface Sink {
  write(text: string): Promise<void>;
}

/** `export`: writes records for other programs. */
export const exportRecords: Run<ExportOptions> = async ({ operands, options, out, err }) => {
  const filter = await recordFilter(options);
  const { format = 'perfetto', output, force = false, last } = options;
  if (format === 'otlp-json' && last !== undefined)
    throw new UsageError('otlp-json tells of whole processes; leave out "--last"');
  const source = await openExportSource(operands, options, filter);
  try {
    return await interruptible(async (signal) => {
      const file = output === undefined ? undefined : new ExportFile(output, force);
      try {
        const sink = file ?? out;
        const progress = new Progress(err);
        const count =
          format === 'otlp-json'
            ? await writeOtlp(source.items(), sink, progress, signal)
            : await writeAll(source.records(), WRITERS[format](), sink, progress, signal);
        await progress.clear();
        if (signal.aborted) return ExitCode.INTERRUPTED;
        await file?.finish();
        if (err.terminal && file !== undefined) await err.line(`${plural(count, 'record')} written`);
        return await reportProblems(source.problems(), err);
      } finally {
        file?.discard();
      }
    });
  } finally {
    source.close();
  }
};

async function writeOtlp(
  items: Iterable<FeedItem>,
  sink: Sink,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const { otlpLines } = await import('./otlp-json.ts');
  let count = 0;
  for (const part of otlpLines(items)) {
    await sink.write(part.line);
    count += part.count;
    await progress.show(count);
    // Lets a Ctrl-C in.
    await pause(0, signal);
    if (signal.aborted) break;
  }
  return count;
}

async function writeAll(
  records: Iterable<TraceRecord>,
  writer: RecordWriter,
  sink: Sink,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
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
    await progress.show(count);
  }
  await sink.write(piece + writer.end());
  return count;
}

/** How many records have been written, in one line of a terminal. */
class Progress {
  readonly #err: Output;
  #shownAt = performance.now();
  #hasShown = false;

  constructor(err: Output) {
    this.#err = err;
  }

  async show(count: number): Promise<void> {
    if (!this.#err.terminal || performance.now() - this.#shownAt < PROGRESS_MS) return;
    this.#hasShown = true;
    this.#shownAt = performance.now();
    await this.#err.write(`\r${count} records…`);
  }

  async clear(): Promise<void> {
    if (this.#hasShown) await this.#err.write('\r\x1b[K');
  }
}

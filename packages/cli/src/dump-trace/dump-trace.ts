import { TraceReader, type TraceRecord } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { lastRecords } from '../last-records.ts';
import type { Output } from '../output.ts';
import { plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';
import { acceptedRecords, type RecordFilterOptions, recordFilter } from '../record-filter.ts';
import { type RecordFormat, recordFormat } from '../record-printer.ts';
import { findTarget, isAll, readerOptions, type Target } from '../target.ts';
import { DumpWriter, dumpName } from './dump-file.ts';
import type { DumpFormat } from './dump-format.ts';

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
  registerDecoders();
  const filter = await recordFilter(options);
  const target = findTarget(proc, buf);
  const { format = 'text', last, utc = false, json = false } = options;
  const layout = { utc, process: target.processes.length !== 1, buffer: isAll(buf) };
  return await interruptible(async (signal) => {
    const reader = new TraceReader(target.processes, readerOptions(target));
    const file = new DumpWriter(options.file ?? nameOf(target, proc, buf, format));
    try {
      const accepted = acceptedRecords(reader.records(), filter);
      const records = last === undefined ? accepted : lastRecords(accepted, last);
      const count = await writeRecords(records, recordFormat(format === 'jsonl', layout), file, err, signal);
      if (signal.aborted) return ExitCode.INTERRUPTED;
      file.finish();
      await out.write(json ? jsonLine({ path: file.path, records: count }) : `${file.path}\n`);
      if (err.terminal && !json) await err.line(`${plural(count, 'record')} written`);
      return await reportProblems(reader.problems, err);
    } finally {
      file.discard();
      reader.close();
    }
  });
};

function nameOf({ processes }: Target, proc: string, buf: string, format: DumpFormat): string {
  const [only] = processes;
  const who = processes.length === 1 && only !== undefined ? [only.name, String(only.pid)] : [proc];
  return dumpName([...who, buf], format === 'text' ? 'txt' : 'jsonl');
}

async function writeRecords(
  records: Iterable<TraceRecord>,
  format: RecordFormat,
  file: DumpWriter,
  err: Output,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  let shown = performance.now();
  let progress = false;
  let piece = '';
  for (const record of records) {
    piece += format(record);
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
  file.write(piece);
  if (progress) await err.write('\r\x1b[K');
  return count;
}

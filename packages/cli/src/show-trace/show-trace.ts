import { TraceReader, visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible } from '../interruption.ts';
import { lastRecords } from '../last-records.ts';
import { namedSource } from '../named-source.ts';
import type { Output } from '../output.ts';
import { mayWrite, obituary } from '../process-state.ts';
import { reportProblems } from '../read-problems.ts';
import { acceptedRecords, type RecordFilterOptions, recordFilter } from '../record-filter.ts';
import { printRecords, recordFormat } from '../record-printer.ts';
import { findTarget, isAll, readerOptions, type Target } from '../target.ts';
import { isPinned } from './followed-processes.ts';

/** Options of `show trace`. */
interface ShowTraceOptions extends RecordFilterOptions {
  readonly follow?: boolean;
  readonly last?: number;
  readonly utc?: boolean;
  readonly json?: boolean;
}

/** `show trace`: prints records. */
export const showTrace: Run<ShowTraceOptions> = async ({
  operands: [proc = '', buf = ''],
  options,
  out,
  err,
}) => {
  // Before the buffers are looked at: a bad filter is told as such, whatever there is to read.
  const filter = await recordFilter(options);
  const source = namedSource(proc);
  if (source.kind === 'database') return await showDatabase(source.path, buf, options, out);
  registerDecoders();
  const target = findTarget(proc, buf);
  const { follow: following = false, json = false, utc = false, last = Number.POSITIVE_INFINITY } = options;
  const announce = !json && !isAll(proc);
  const format = recordFormat(json, {
    color: out.color,
    utc,
    process: following ? !isPinned(proc, target) : target.processes.length > 1,
    buffer: isAll(buf),
  });
  if (announce) await announceDead(target, err);
  if (following) {
    const { follow } = await import('./follow.ts');
    const options = { proc, target, filter, format, last, announce };
    return await interruptible((signal) => follow(options, out, err, signal));
  }
  const reader = new TraceReader(target.processes, readerOptions(target));
  try {
    const records = acceptedRecords(reader.records(), filter);
    await printRecords(last === Number.POSITIVE_INFINITY ? records : lastRecords(records, last), format, out);
    return await reportProblems(reader.problems, err);
  } finally {
    reader.close();
  }
};

/** A database in place of a process. */
async function showDatabase(
  path: string,
  buffer: string,
  { follow, json = false, utc = false, ...selection }: ShowTraceOptions,
  out: Output,
): Promise<ExitCode> {
  if (follow === true) {
    const hint = `"trace-cli view ${path}" can follow it`;
    throw new UsageError(
      `The database ${JSON.stringify(path)} can't be followed here; leave out --follow: ${hint}`,
    );
  }
  const { openStoredRecords, recordsOf } = await import('../stored-records.ts');
  const stored = openStoredRecords(path, { ...selection, buffer });
  try {
    const format = recordFormat(json, { color: out.color, utc, process: true, buffer: isAll(buffer) });
    await printRecords(recordsOf(stored), format, out);
    return ExitCode.DONE;
  } finally {
    stored.close();
  }
}

/** Who reads the records of a dead process wants to know how it ended; on standard error, as it is no record. */
async function announceDead({ processes }: Target, err: Output): Promise<void> {
  for (const process of processes) {
    if (!mayWrite(process)) await err.line(`# ${visibleText(obituary(process))}`);
  }
}

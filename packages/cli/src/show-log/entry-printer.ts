import type { LogEntry } from '@tracebuf/exos-log';
import { ExitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { printLines } from '../print-lines.ts';
import { plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';

/** The newest of entries, in their order. */
export function newestOf(entries: LogEntry[], count: number): LogEntry[] {
  return entries.slice(Math.max(0, entries.length - count));
}

/** Writes entries; see {@link printLines}. @param signal Ends it between two batches. */
export async function printEntries(
  entries: Iterable<LogEntry>,
  format: (entry: LogEntry) => string,
  out: Output,
  signal?: AbortSignal,
): Promise<void> {
  await printLines(formatted(entries, format), out, signal);
}

/** Entries as they are printed, one at a time. */
export function* formatted(
  entries: Iterable<LogEntry>,
  format: (entry: LogEntry) => string,
): Generator<string, void> {
  for (const entry of entries) yield format(entry);
}

/** Tells what could not be shown, on standard error. */
export async function reportUnread(
  unknown: number,
  problems: readonly { readonly error: Error }[],
  err: Output,
): Promise<ExitCode> {
  const code = await reportProblems(problems, err);
  if (unknown === 0) return code;
  await err.line(
    `trace-cli: ${plural(unknown, 'message')} of components that are not known any more cannot be shown; "trace-cli show trace all system-log" shows what is left of them.`,
  );
  return ExitCode.FAILED;
}

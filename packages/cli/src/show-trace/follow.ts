import { type ProcessEntry, type TraceRecord, visibleText } from '@tracebuf/ring';
import { ExitCode } from '../exit-code.ts';
import { pause } from '../interruption.ts';
import { lastRecords } from '../last-records.ts';
import type { Output } from '../output.ts';
import { mayWrite, obituary } from '../process-state.ts';
import { acceptedRecords, type RecordFilter } from '../record-filter.ts';
import { printRecords, type RecordFormat } from '../record-printer.ts';
import type { Target } from '../target.ts';
import { FollowedProcesses, isPinned } from './followed-processes.ts';

/** What to follow and how to show it. */
interface FollowOptions {
  readonly proc: string;
  readonly target: Target;
  readonly filter: RecordFilter;
  readonly format: RecordFormat;
  /** Of the records that are there already, how many to show. */
  readonly last: number;
  /** Whether to tell when a process ends. */
  readonly announce: boolean;
}

/** How often rings are looked at, in milliseconds: soon enough to seem immediate. */
const POLL = 20;
/** How often processes are looked for, in milliseconds. */
const UPDATE = 250;

/**
 * Prints records as they come. Output is waited for, so a slow reader of it makes the rings run ahead, and what they
 * overwrite meanwhile is told as lost; nothing is kept in memory for it.
 *
 * Ends when the signal does, when the time of `--until` is over, or when nothing can come any more: the selector
 * names one process and that is over.
 */
export async function follow(
  { proc, target, filter, format, last, announce }: FollowOptions,
  out: Output,
  err: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const followed = new FollowedProcesses(proc, target);
  const single = isPinned(proc, target) || isOver(target.processes);
  let updated = performance.now();
  let first = true;
  try {
    for (;;) {
      const started = performance.now();
      const updates = first || started - updated >= UPDATE;
      // Before reading: what ends between the two is found the next time.
      if (updates) followed.update();
      if (updates) updated = started;
      const expired = filter.until !== undefined && Date.now() * 1000 > filter.until;
      const records: Iterable<TraceRecord> = acceptedRecords(followed.records(), filter);
      const limited = first && last !== Number.POSITIVE_INFINITY ? lastRecords(records, last) : records;
      await printRecords(limited, format, out, signal);
      for (const process of updates ? followed.closeEnded() : []) {
        // Those that were over at the start have been told of.
        if (announce && !first) await err.line(`# ${visibleText(obituary(process))}`);
      }
      first = false;
      if (signal.aborted || expired || (single && followed.size === 0)) return ExitCode.DONE;
      await pause(Math.max(0, POLL - (performance.now() - started)), signal);
    }
  } finally {
    followed.close();
  }
}

/** One process, and it is over: waiting for more of it makes no sense. */
function isOver(processes: readonly ProcessEntry[]): boolean {
  const [only] = processes;
  return processes.length === 1 && only !== undefined && !mayWrite(only);
}

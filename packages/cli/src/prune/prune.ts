import {
  openRoot,
  type ProcessEntry,
  type PruneResult,
  prune,
  type Retention,
  visibleText,
} from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { jsonLine } from '../json-line.ts';
import { shortState } from '../process-state.ts';
import { formatAge, formatBytes, plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';

/** Options of `prune`. */
interface PruneCommandOptions {
  readonly all?: boolean;
  readonly keep?: number;
  readonly keepBytes?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const NOTHING: PruneResult = { removed: [], kept: [], freedBytes: 0, problems: [] };

/** `prune`: applies retention now. */
export const pruneProcesses: Run<PruneCommandOptions> = async ({ options, out, err }) => {
  const { dryRun = false, json = false } = options;
  const retention = retentionOf(options);
  const root = openRoot();
  const result = root === undefined ? NOTHING : prune(root, { ...retention, dryRun });
  const { removed, kept, freedBytes, problems } = result;
  const done = dryRun ? 'would remove' : 'removed';
  if (json) {
    const decisions = [
      ...removed.map((process) => ({ process, action: done.replace(' ', '-') })),
      ...kept.map((process) => ({ process, action: 'kept' })),
    ];
    await out.write(
      decisions.map(({ process, action }) => jsonLine({ action, ...describe(process) })).join(''),
    );
  } else {
    const now = Date.now();
    await out.write(removed.map((process) => `${done} ${sentence(process, now)}\n`).join(''));
    await out.write(kept.map((process) => `kept ${sentence(process, now)}\n`).join(''));
    const count = plural(removed.length, 'process', 'processes');
    const freed = formatBytes(freedBytes);
    await out.line(
      dryRun
        ? `${count} to remove, ${kept.length} to keep, ${freed} to free`
        : `${count} removed, ${kept.length} kept, ${freed} freed`,
    );
  }
  return await reportProblems(problems, err);
};

function retentionOf({ all = false, keep, keepBytes }: PruneCommandOptions): Retention {
  if (all && (keep !== undefined || keepBytes !== undefined)) {
    throw new UsageError('--all keeps nothing: leave out --keep and --keep-bytes, or --all');
  }
  return {
    ...(all ? { keepProcesses: 0 } : {}),
    ...(keep === undefined ? {} : { keepProcesses: keep }),
    ...(keepBytes === undefined ? {} : { keepBytes }),
  };
}

function describe(process: ProcessEntry): Record<string, unknown> {
  const { name, pid, state, bytes, directory } = process;
  return { process: name, pid, state, bytes, directory };
}

function sentence(process: ProcessEntry, now: number): string {
  const { name, pid, bytes, startedAt } = process;
  const age = formatAge(now - startedAt);
  return visibleText(`${name}.${pid}: ${shortState(process)}, started ${age} ago, ${formatBytes(bytes)}`);
}

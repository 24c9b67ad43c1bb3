import { parseFilter } from '@tracebuf/query';
import { TraceReader } from '@tracebuf/ring';
import { DatabaseSource, finish, LiveSource, type RecordSource } from '@tracebuf/sqlite';
import type { Run } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit-code.ts';
import { ExitCode as Code } from '../exit-code.ts';
import { defaultSource, type NamedSource, namedSource } from '../named-source.ts';
import type { Output } from '../output.ts';
import { bothFilters, type NarrowingOptions, narrowingFilter } from '../query/selection-filter.ts';
import { reportProblems } from '../read-problems.ts';
import { printRecords, recordFormat } from '../record-printer.ts';
import { FollowedProcesses } from '../show-trace/followed-processes.ts';
import { findTarget } from '../target.ts';
import { Reader } from './reader.ts';
import { runReader } from './run-reader.ts';

/** How often processes are looked for, in milliseconds. */
const UPDATE_MS = 250;

/** Options of `view`. */
interface ViewOptions extends NarrowingOptions {
  readonly follow?: boolean;
  readonly where?: string;
  readonly last?: number;
  readonly utc?: boolean;
  readonly json?: boolean;
}

/** `view`: shows records on the whole screen, or prints them where there is none. */
export const view: Run<ViewOptions> = async ({ operands: [word], options, out, err }) => {
  const { where, follow = false, utc = false, json = false, last } = options;
  const now = Date.now();
  const base = narrowingFilter(options, now);
  const filter = parseFilter(where ?? '', { now });
  const named = word === undefined ? defaultSource() : namedSource(word);
  const isScreen = out.terminal && process.stdin.isTTY === true && process.env.TERM !== 'dumb' && !json;
  if (!isScreen) {
    if (follow) {
      throw new UsageError(
        '"--follow" of view needs a terminal; "trace-cli show trace … --follow" prints what comes',
      );
    }
    return await print(named, { filter: bothFilters(base, filter) }, { utc, json, last }, out, err);
  }
  const source = named.kind === 'database' ? new DatabaseSource(named.path) : liveSource(named);
  try {
    if (last !== undefined)
      throw new UsageError('"--last" is for printing; on the screen G goes to the newest');
    const reader = new Reader(source, { color: out.color, utc, base, filter, follow });
    return (await runReader(reader, process.stdin, process.stdout)) as ExitCode;
  } finally {
    source.close();
  }
};

/** The buffers of processes, those that start later too. */
function liveSource({ proc }: NamedSource & { readonly kind: 'live' }): RecordSource {
  registerDecoders();
  const followed = new FollowedProcesses(proc, findTarget(proc, 'all'));
  let updatedAt = Number.NEGATIVE_INFINITY;
  return new LiveSource(proc === 'all' ? 'all processes' : proc, {
    *records() {
      const now = performance.now();
      const updates = now - updatedAt >= UPDATE_MS;
      if (updates) {
        updatedAt = now;
        followed.update();
      }
      yield* followed.records();
      // What ended is read once more before it is closed.
      if (updates) followed.closeEnded();
    },
    close: () => followed.close(),
  });
}

async function print(
  named: NamedSource,
  selection: { readonly filter: ReturnType<typeof parseFilter> },
  { utc, json, last }: { readonly utc: boolean; readonly json: boolean; readonly last: number | undefined },
  out: Output,
  err: Output,
): Promise<ExitCode> {
  const format = recordFormat(json, { color: out.color, utc, process: true, buffer: true });
  const printed = async (source: RecordSource): Promise<void> => {
    const records =
      last === undefined
        ? source.records(selection)
        : finish(source.read(selection, undefined, 'backward', last))
            .reverse()
            .map(({ record }) => record);
    await printRecords(records, format, out);
  };
  if (named.kind === 'database') {
    const source = new DatabaseSource(named.path);
    try {
      await printed(source);
      return Code.DONE;
    } finally {
      source.close();
    }
  }
  registerDecoders();
  using reader = new TraceReader(findTarget(named.proc, 'all').processes);
  // Read once, and all of it: nothing is followed here.
  await printed(new LiveSource(named.proc, reader, { maxRecords: Number.POSITIVE_INFINITY }));
  return await reportProblems(reader.problems, err);
}

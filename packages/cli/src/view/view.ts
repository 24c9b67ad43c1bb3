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
import { demandProcess } from '../process-word.ts';
import { plural } from '../quantity.ts';
import { bothFilters, type NarrowingOptions, narrowingFilter } from '../query/selection-filter.ts';
import { reportProblems } from '../read-problems.ts';
import { printRecords, recordFormat } from '../record-printer.ts';
import { FollowedProcesses } from '../show-trace/followed-processes.ts';
import { allProcesses, findTarget, isAll } from '../target.ts';
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
    return await print(
      named,
      options.process,
      { filter: bothFilters(base, filter) },
      { utc, json, last },
      out,
      err,
    );
  }
  const { source, problems } =
    named.kind === 'database'
      ? // Who follows may wait for a process that is yet to come.
        { source: openDatabase(named.path, follow ? undefined : options.process), problems: () => [] }
      : liveSource(named);
  try {
    if (last !== undefined)
      throw new UsageError('"--last" is for printing; on the screen G goes to the newest');
    const unread = problems().length;
    const note =
      unread === 0 ? {} : { note: `${plural(unread, 'file')} could not be read; why is told at the end` };
    const reader = new Reader(source, { color: out.color, utc, base, filter, follow, ...note });
    const code = (await runReader(reader, process.stdin, process.stdout)) as ExitCode;
    const read = await reportProblems(problems(), err);
    return code === Code.DONE ? read : code;
  } finally {
    source.close();
  }
};

/** @throws DatabaseError; UnknownProcessError where it has no records of a process that is asked for. */
function openDatabase(path: string, process: string | undefined): DatabaseSource {
  const source = new DatabaseSource(path);
  try {
    if (process !== undefined) demandProcess(process, source.books());
    return source;
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The buffers of processes, those that start later too, and what of them can't be read. */
function liveSource({ proc }: NamedSource & { readonly kind: 'live' }): {
  readonly source: RecordSource;
  readonly problems: () => readonly { readonly error: Error }[];
} {
  registerDecoders();
  const followed = new FollowedProcesses(proc, findTarget(proc, 'all'));
  let updatedAt = Number.NEGATIVE_INFINITY;
  const unread = isAll(proc) ? allProcesses().problems : [];
  const source = new LiveSource(isAll(proc) ? 'all processes' : proc, {
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
  return { source, problems: () => [...unread, ...followed.problems] };
}

async function print(
  named: NamedSource,
  process: string | undefined,
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
    const source = openDatabase(named.path, process);
    try {
      await printed(source);
      return Code.DONE;
    } finally {
      source.close();
    }
  }
  registerDecoders();
  const unread = isAll(named.proc) ? allProcesses().problems : [];
  const { processes } = findTarget(named.proc, 'all');
  if (process !== undefined) demandProcess(process, processes);
  using reader = new TraceReader(processes);
  // Read once, and all of it: nothing is followed here.
  await printed(new LiveSource(named.proc, reader, { maxRecords: Number.POSITIVE_INFINITY }));
  return await reportProblems([...unread, ...reader.problems], err);
}

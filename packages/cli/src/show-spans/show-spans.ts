import { type ProcessEntry, type ReadProblem, TraceReader } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { jsonLine } from '../json-line.ts';
import { namedSource } from '../named-source.ts';
import { mayWrite } from '../process-state.ts';
import { reportProblems } from '../read-problems.ts';
import { findProcessEntries } from '../target.ts';
import { spanJson } from './span-json.ts';
import { type SpanEntry, SpanTable } from './span-table.ts';
import { isFailed, traceText } from './span-text.ts';
import { type TraceTree, treeOf, walk } from './span-tree.ts';

/** Options of `show spans`. */
interface ShowSpansOptions {
  readonly trace?: string;
  readonly unfinished?: boolean;
  readonly errors?: boolean;
  readonly logs?: boolean;
  readonly last?: number;
  readonly utc?: boolean;
  readonly json?: boolean;
}

const TRACE_ID_DIGITS = 32;

/** `show spans`: prints traces as trees. */
export const showSpans: Run<ShowSpansOptions> = async ({ operands: [proc = ''], options, out, err }) => {
  const { trace = '', logs = false, json = false, utc = false } = options;
  const table = new SpanTable(trace, logs);
  const named = namedSource(proc);
  const { processes, problems } =
    named.kind === 'database' ? await readStored(named.path, trace, logs, table) : readLive(proc, table);

  // By name and pid: a record does not say which of several starts of a pid it is from, and only the newest can be alive.
  const alive = new Set(processes.filter(mayWrite).map(({ name, pid }) => `${name}.${pid}`));
  const mayEnd = ({ record }: SpanEntry): boolean => alive.has(`${record.process}.${record.pid}`);
  const layout = { color: out.color, utc, process: processes.length > 1, mayEnd, now: Date.now() };
  const trees = selected(table, options);
  for (const tree of trees) {
    if (!json) {
      await out.write(traceText(tree, layout));
      continue;
    }
    let lines = '';
    for (const { node } of walk(tree.roots)) {
      lines += jsonLine(spanJson(node.entry, mayEnd(node.entry), logs));
    }
    await out.write(lines);
  }
  if (!json && trees.length === 0) await out.line('No spans.');
  return await reportProblems(problems, err);
};

/** Of which processes spans were read. */
interface SpanProcesses {
  readonly processes: readonly Pick<ProcessEntry, 'name' | 'pid' | 'state'>[];
  readonly problems: readonly ReadProblem[];
}

function readLive(proc: string, table: SpanTable): SpanProcesses {
  registerDecoders();
  const processes = findProcessEntries(proc);
  const reader = new TraceReader(processes);
  try {
    for (const record of reader.records()) table.add(record);
    return { processes, problems: reader.problems };
  } finally {
    reader.close();
  }
}

/** Of a database, only what the table would keep is read, and one trace by the index that there is for it. */
async function readStored(
  path: string,
  trace: string,
  logs: boolean,
  table: SpanTable,
): Promise<SpanProcesses> {
  const { parseFilter } = await import('@tracebuf/query');
  const { openStoredRecords, recordsOf } = await import('../stored-records.ts');
  const wanted = [logs ? 'traceId != null' : "kind in ['span-start', 'span-end']"];
  if (trace !== '') wanted.push(`traceId == '${trace.length === TRACE_ID_DIGITS ? trace : `${trace}%`}'`);
  const stored = openStoredRecords(path, { only: parseFilter(wanted.join(' and ')) });
  try {
    for (const record of recordsOf(stored)) table.add(record);
    return { processes: stored.processes, problems: [] };
  } finally {
    stored.close();
  }
}

function selected(table: SpanTable, { unfinished, errors, last }: ShowSpansOptions): TraceTree[] {
  const trees: TraceTree[] = [];
  for (const [traceId, spans] of table.traces()) {
    if (unfinished === true && !spans.some(({ state }) => state === 'open')) continue;
    if (errors === true && !spans.some(isFailed)) continue;
    trees.push(treeOf(traceId, spans));
  }
  trees.sort((a, b) => a.start - b.start);
  return last === undefined ? trees : trees.slice(Math.max(0, trees.length - last));
}

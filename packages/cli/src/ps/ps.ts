import { rootPath, selectProcesses, visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { namedSource } from '../named-source.ts';
import type { Output } from '../output.ts';
import { reportProblems } from '../read-problems.ts';
import { allProcesses, isAll } from '../target.ts';
import { measureProcesses, type ProcessStatus } from './process-status.ts';
import { processJson, processTable } from './process-table.ts';

/** Options of `ps`. */
interface PsOptions {
  readonly rate?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Milliseconds between the two readings that tell a rate. */
const RATE_INTERVAL = 200;
/** Milliseconds between two pictures of `--watch`. */
const WATCH_INTERVAL = 1000;

/** `ps`: lists processes and buffers. */
export const ps: Run<PsOptions> = async ({ operands: [proc = 'all'], options, out, err }) => {
  const { json = false, watch = false, rate = out.terminal && !json } = options;
  const named = namedSource(proc);
  if (named.kind === 'database') {
    if (watch || options.rate === true)
      throw new UsageError(`Nothing changes in a database; leave out "--${watch ? 'watch' : 'rate'}"`);
    return await (await import('./stored-processes.ts')).showStoredProcesses(named.path, json, out);
  }
  const show = (statuses: readonly ProcessStatus[]): string =>
    json ? statuses.map((status) => jsonLine(processJson(status))).join('') : tableOf(statuses, proc, out);
  if (watch) {
    return await interruptible((signal) => watchProcesses(proc, show, out, out.terminal && !json, signal));
  }
  const { processes, problems } = allProcesses();
  const wait = (): Promise<void> => pause(RATE_INTERVAL, new AbortController().signal);
  const measured = await measureProcesses(selectProcesses(proc, processes), rate ? wait : undefined);
  await out.write(show(measured.statuses));
  return await reportProblems([...(isAll(proc) ? problems : []), ...measured.problems], err);
};

function tableOf(statuses: readonly ProcessStatus[], proc: string, out: Output): string {
  if (statuses.length === 0 && isAll(proc)) {
    return `No process has trace buffers in ${visibleText(rootPath())}: start one, or set TRACEBUF_DIR as it does.\n`;
  }
  return processTable(statuses, out.color);
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Shows the same again every second; on a terminal in its place. */
async function watchProcesses(
  proc: string,
  show: (statuses: readonly ProcessStatus[]) => string,
  out: Output,
  inPlace: boolean,
  signal: AbortSignal,
): Promise<ExitCode> {
  try {
    if (inPlace) await out.write(`${HIDE_CURSOR}${HOME}${CLEAR_BELOW}`);
    let wait = RATE_INTERVAL;
    while (!signal.aborted) {
      const processes = selectProcesses(proc, allProcesses().processes);
      const { statuses } = await measureProcesses(processes, () => pause(wait, signal));
      if (signal.aborted) break;
      const text = show(statuses);
      await out.write(inPlace ? `${HOME}${paint(text, out.rows)}${CLEAR_BELOW}` : text);
      wait = WATCH_INTERVAL;
    }
    return ExitCode.DONE;
  } finally {
    if (inPlace) await out.write(SHOW_CURSOR);
  }
}

/** As many lines as there is room for: one more would scroll the first away. */
function paint(text: string, rows: number): string {
  return text
    .split('\n')
    .slice(0, rows - 1)
    .map((line) => `${line}${CLEAR_LINE}\n`)
    .join('');
}

import { isoTime, levelName, type ProcessEntry, type ProcessState } from '@tracebuf/ring';
import { shortState } from '../process-state.ts';
import { formatAge, formatBytes } from '../quantity.ts';
import { type Column, formatTable } from '../table.ts';
import type { MeasuredBuffer, ProcessStatus } from './process-status.ts';

/** A line: a buffer, or a process that has none. */
interface Row {
  readonly process: ProcessStatus['process'];
  readonly buffer: MeasuredBuffer | undefined;
}

const MAX_NAME = 40;

/** Colours of the states of processes. */
const STATE_STYLES: Readonly<Record<ProcessState, 'green' | 'dim' | 'red' | 'yellow'>> = {
  alive: 'green',
  ended: 'dim',
  died: 'red',
  unknown: 'yellow',
};

/** The columns that tell which process a line is of, live or in a database. */
export const PROCESS_COLUMNS: readonly Column<{
  readonly process: Pick<ProcessEntry, 'name' | 'pid' | 'state' | 'exitCode'>;
}>[] = [
  { title: 'PROCESS', max: MAX_NAME, text: ({ process }) => process.name, style: () => 'cyan' },
  { title: 'PID', align: 'right', text: ({ process }) => String(process.pid) },
  {
    title: 'STATE',
    text: ({ process }) => shortState(process),
    style: ({ process }) => STATE_STYLES[process.state],
  },
];

/** Processes and their buffers as a table. */
export function processTable(
  statuses: readonly ProcessStatus[],
  color: boolean,
  now: number = Date.now(),
): string {
  const rows = statuses.flatMap<Row>(({ process, buffers }) =>
    buffers.length === 0 ? [{ process, buffer: undefined }] : buffers.map((buffer) => ({ process, buffer })),
  );
  const withRate = rows.some(({ buffer }) => buffer?.rate !== undefined);
  const columns = COLUMNS(now).filter(({ title }) => withRate || title !== 'RATE');
  return formatTable(columns, rows, color);
}

/** Text about the buffer of a row; empty where there is none. */
const ofBuffer =
  (text: (buffer: MeasuredBuffer) => string) =>
  ({ buffer }: Row): string =>
    buffer === undefined ? '' : text(buffer);

const COLUMNS = (now: number): Column<Row>[] => [
  ...PROCESS_COLUMNS,
  { title: 'AGE', align: 'right', text: ({ process }) => formatAge(now - process.startedAt) },
  { title: 'BUFFER', max: MAX_NAME, text: ofBuffer(({ buffer }) => buffer) },
  { title: 'SIZE', align: 'right', text: ofBuffer(({ size }) => formatBytes(size)) },
  {
    title: 'USED',
    align: 'right',
    text: ofBuffer(usedOf),
  },
  { title: 'RECORDS', align: 'right', text: ofBuffer(({ counts }) => String(counts.readable)) },
  { title: 'LOST', align: 'right', text: ofBuffer((buffer) => String(lostOf(buffer))) },
  {
    title: 'RATE',
    align: 'right',
    text: ofBuffer(({ rate }) => (rate === undefined ? '' : `${Math.round(rate)}/s`)),
  },
  {
    title: 'LEVEL',
    text: ofBuffer(levelOf),
    style: ({ buffer }) => (buffer?.enabled === false ? 'yellow' : undefined),
  },
  { title: 'MODE', text: ofBuffer(({ mode, policy }) => (policy === 'discard' ? `${mode} discard` : mode)) },
  { title: 'THREADS', align: 'right', text: ofBuffer(({ threads }) => String(threads.length)) },
];

/** Records that were appended and can't be read, though nobody cleared them. */
function lostOf({ counts }: MeasuredBuffer): number {
  return counts.evicted + counts.discarded + counts.damaged;
}

function usedOf({ size, counts }: MeasuredBuffer): string {
  // Nothing is left of it but what was booked.
  if (size === 0) return '';
  const percent = (100 * counts.used) / size;
  return percent > 0 && percent < 1 ? '<1%' : `${Math.round(percent)}%`;
}

function levelOf({ enabled, minLevel }: MeasuredBuffer): string {
  if (!enabled) return 'off';
  return minLevel === 0 ? 'all' : levelName(minLevel);
}

/** A process and its buffers as the object that `--json` shows; the keys are stable. */
export function processJson({ process, buffers }: ProcessStatus): Record<string, unknown> {
  const { name, pid, state, exitCode, uncaught, startedAt, directory, bytes } = process;
  return {
    process: name,
    pid,
    state,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(uncaught === undefined ? {} : { uncaught }),
    startedAt: isoTime(startedAt * 1000),
    directory,
    bytes,
    buffers: buffers.map(bufferJson),
  };
}

function bufferJson(status: MeasuredBuffer): Record<string, unknown> {
  const { buffer, size, enabled, minLevel, mode, policy, threads, counts, rate } = status;
  const { used, readable, appended, evicted, discarded, cleared, damaged, cut, replaced } = counts;
  return {
    buffer,
    size,
    used,
    records: readable,
    lost: lostOf(status),
    appended,
    evicted,
    discarded,
    cleared,
    damaged,
    cut,
    replaced,
    enabled,
    level: levelName(minLevel),
    mode,
    policy,
    threads,
    ...(rate === undefined ? {} : { rate: Math.round(rate) }),
  };
}

import { isoTime } from '@tracebuf/ring';
import type { StoredProcess, StoredRing } from '@tracebuf/sqlite';
import { formatAge } from '../quantity.ts';
import { type Column, formatTable } from '../table.ts';
import { PROCESS_COLUMNS } from './process-table.ts';

/** A trace buffer in a database: the books of its rings together. */
interface StoredBuffer extends Pick<StoredRing, 'buffer' | 'stored' | 'lost' | 'cleared'> {
  readonly threads: readonly number[];
}

/** A line: a buffer, or a process that has none. */
interface Row {
  readonly process: StoredProcess;
  readonly buffer: StoredBuffer | undefined;
}

const MAX_NAME = 40;

/** Processes of a database and what became of the records of their buffers, as a table. */
export function storedTable(processes: readonly StoredProcess[], color: boolean, now: number): string {
  const rows = processes.flatMap<Row>((process) => {
    const buffers = buffersOf(process);
    return buffers.length === 0
      ? [{ process, buffer: undefined }]
      : buffers.map((buffer) => ({ process, buffer }));
  });
  return formatTable(COLUMNS(now), rows, color);
}

const ofBuffer =
  (text: (buffer: StoredBuffer) => string | number) =>
  ({ buffer }: Row): string =>
    buffer === undefined ? '' : String(text(buffer));

const COLUMNS = (now: number): Column<Row>[] => [
  ...PROCESS_COLUMNS,
  {
    title: 'AGE',
    align: 'right',
    // Of what came from a dump it is not known.
    text: ({ process: { startedAt } }) => (startedAt === 0 ? '' : formatAge(now - startedAt)),
  },
  { title: 'BUFFER', max: MAX_NAME, text: ofBuffer(({ buffer }) => buffer) },
  { title: 'STORED', align: 'right', text: ofBuffer(({ stored }) => stored) },
  { title: 'LOST', align: 'right', text: ofBuffer(({ lost }) => lost) },
  { title: 'CLEARED', align: 'right', text: ofBuffer(({ cleared }) => cleared) },
  { title: 'THREADS', align: 'right', text: ofBuffer(({ threads }) => threads.length) },
];

/** A process of a database as the object that `--json` shows; the keys are stable. */
export function storedJson(process: StoredProcess): Record<string, unknown> {
  const { name, pid, state, exitCode, uncaught, startedAt } = process;
  return {
    process: name,
    pid,
    state,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(uncaught === undefined ? {} : { uncaught }),
    ...(startedAt === 0 ? {} : { startedAt: isoTime(startedAt * 1000) }),
    buffers: buffersOf(process),
  };
}

/** The rings of a buffer, one for each thread and one for the errors of each, as one. */
function buffersOf({ rings }: StoredProcess): StoredBuffer[] {
  const names = [...new Set(rings.map(({ buffer }) => buffer))];
  return names.map((buffer) => {
    const own = rings.filter((ring) => ring.buffer === buffer);
    const sum = (key: 'stored' | 'lost' | 'cleared'): number =>
      own.reduce((total, ring) => total + ring[key], 0);
    return {
      buffer,
      stored: sum('stored'),
      lost: sum('lost'),
      cleared: sum('cleared'),
      threads: [...new Set(own.map(({ thread }) => thread))].sort((a, b) => a - b),
    };
  });
}

import type { DatabaseSync } from 'node:sqlite';
import type { ProcessState } from '@tracebuf/ring';
import { parseFields } from './stored-record.ts';

/** A process, as the recorder saw it last. */
export interface StoredProcess {
  /** Name of its directory, which no other process ever has; of what came from a dump, made of what its records say. */
  readonly key: string;
  readonly name: string;
  readonly pid: number;
  /** Start, in milliseconds since 1970; 0 where it is not known, as of what came from a dump. */
  readonly startedAt: number;
  readonly state: ProcessState;
  readonly exitCode: number | undefined;
  /** The exception that ended it. */
  readonly uncaught: string | undefined;
  /** Version of Node.js; empty where it is not known. */
  readonly nodeVersion: string;
  /** Name of its machine; empty where it is not known. */
  readonly hostname: string;
  /** By buffer and thread. */
  readonly rings: readonly StoredRing[];
}

/** The books of a ring: position = stored + lost + cleared. */
export interface StoredRing {
  /** `PlacedRecord.ring` of its records. */
  readonly id: number;
  readonly key: string;
  readonly buffer: string;
  readonly thread: number;
  /** Number of the last record that was dealt with. */
  readonly position: number;
  /** Records that were stored, those that retention removed since included. */
  readonly stored: number;
  /** Records that were overwritten or refused before they could be read. */
  readonly lost: number;
  /** Records that somebody cleared before they could be read. */
  readonly cleared: number;
}

const STATES: ReadonlySet<string> = new Set(['alive', 'ended', 'died', 'unknown'] satisfies ProcessState[]);

type Row = Readonly<Record<string, unknown>>;

/** Reads the processes of a database and the books of their rings, newest first. Untrusted, as all that is in one. */
export function readBooks(database: DatabaseSync): StoredProcess[] {
  const rings = new Map<unknown, StoredRing[]>();
  const rows = database.prepare('SELECT * FROM rings ORDER BY buffer, thread, id').iterate() as Iterable<Row>;
  for (const row of rows) {
    const ofProcess = rings.get(row.process) ?? [];
    rings.set(row.process, ofProcess);
    ofProcess.push(ringOf(row));
  }
  const processes = database
    .prepare('SELECT * FROM processes ORDER BY started DESC, id DESC')
    .iterate() as Iterable<Row>;
  return Array.from(processes, (row) => processOf(row, rings.get(row.id) ?? []));
}

function ringOf(row: Row): StoredRing {
  return {
    id: countOf(row.id),
    key: textOf(row.key),
    buffer: textOf(row.buffer),
    thread: countOf(row.thread),
    position: countOf(row.position),
    stored: countOf(row.stored),
    lost: countOf(row.lost),
    cleared: countOf(row.cleared),
  };
}

function processOf(row: Row, rings: readonly StoredRing[]): StoredProcess {
  const state = textOf(row.state);
  return {
    key: textOf(row.key),
    name: textOf(row.name),
    pid: countOf(row.pid),
    startedAt: Math.floor(countOf(row.started) / 1000),
    state: STATES.has(state) ? (state as ProcessState) : 'unknown',
    exitCode: typeof row.exit_code === 'number' ? row.exit_code : undefined,
    uncaught: typeof row.uncaught === 'string' ? row.uncaught : undefined,
    ...infoOf(textOf(row.info)),
    rings,
  };
}

function infoOf(json: string): Pick<StoredProcess, 'nodeVersion' | 'hostname'> {
  const info = parseFields(json) ?? {};
  return { nodeVersion: textOf(info.nodeVersion), hostname: textOf(info.hostname) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
}

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openRoot } from '../../src/directory.ts';
import type { ProcessEntry, RingFile } from '../../src/process-entry.ts';
import { listProcesses } from '../../src/registry.ts';
import { RingReader } from '../../src/ring-reader.ts';

/** Where tests keep their rings: in shared memory, as programs do. */
const SHARED_MEMORY: string = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** An empty directory for this test, removed when it is over. */
export function newTraceDirectory(): string {
  const path = mkdtempSync(join(SHARED_MEMORY, 'tracebuf-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An empty directory that the trace buffers of this very process are made in while the test runs. */
export function useTraceDirectory(): string {
  const path = newTraceDirectory();
  const { TRACEBUF_DIR, TRACEBUF_DUMP_DIR } = process.env;
  process.env.TRACEBUF_DIR = join(path, 'rings');
  process.env.TRACEBUF_DUMP_DIR = join(path, 'dumps');
  onTestFinished(() => {
    restore('TRACEBUF_DIR', TRACEBUF_DIR);
    restore('TRACEBUF_DUMP_DIR', TRACEBUF_DUMP_DIR);
  });
  return process.env.TRACEBUF_DIR;
}

function restore(variable: string, value: string | undefined): void {
  if (value === undefined) delete process.env[variable];
  else process.env[variable] = value;
}

/** The processes of a trace directory, newest first. */
export function processesIn(directory: string): ProcessEntry[] {
  const root = openRoot({ path: directory });
  if (root === undefined) return [];
  try {
    return listProcesses(root).processes;
  } finally {
    root.close();
  }
}

/** The only process of a trace directory. */
export function processIn(directory: string): ProcessEntry {
  const processes = processesIn(directory);
  const [first] = processes;
  if (first === undefined || processes.length !== 1) {
    throw new Error(`${directory} holds ${processes.length} processes`);
  }
  return first;
}

/** All ring files of a trace directory. */
export function ringFilesIn(directory: string): RingFile[] {
  return processesIn(directory).flatMap((process) => process.ringFiles());
}

/** Opens a ring file; it is closed when the test is over. */
export function openRing(file: RingFile): RingReader {
  const reader = new RingReader(file.open('r'), file.path);
  onTestFinished(() => reader.close());
  return reader;
}

/** One record as it lies in a ring. */
export interface RawRecord {
  readonly seq: number;
  readonly level: number;
  readonly flags: number;
  readonly kind: number;
  readonly time: number;
  readonly text: string;
}

/** What a reader has not read yet. */
export function readRing(reader: RingReader): RawRecord[] {
  const snapshot = reader.read();
  const records: RawRecord[] = [];
  while (snapshot.next()) {
    const { level, flags, kind, time, bytes, start, end } = snapshot;
    const seq = reader.seq(snapshot.seqLow);
    records.push({ seq, level, flags, kind, time, text: bytes.toString('utf8', start, end) });
  }
  return records;
}

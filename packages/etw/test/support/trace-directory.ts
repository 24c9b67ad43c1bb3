import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listProcesses, type ProcessEntry, TraceReader, type TraceRecord } from '@tracebuf/ring';
import { onTestFinished } from 'vitest';

/** An empty directory for this test, removed when it is over. */
export function newTraceDirectory(): string {
  const path = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tracebuf-etw-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An empty directory that the trace buffers of this very process are made in while the test runs. */
export function useTraceDirectory(): string {
  const before = process.env.TRACEBUF_DIR;
  process.env.TRACEBUF_DIR = join(newTraceDirectory(), 'rings');
  onTestFinished(() => {
    if (before === undefined) delete process.env.TRACEBUF_DIR;
    else process.env.TRACEBUF_DIR = before;
  });
  return process.env.TRACEBUF_DIR;
}

/** The only process that has written to the directory in use. */
export function onlyProcess(): ProcessEntry {
  const [entry, ...others] = listProcesses().processes;
  if (entry === undefined || others.length > 0) throw new Error(`${others.length} other processes`);
  return entry;
}

/** All that it has stored. */
export function readRecords(): TraceRecord[] {
  using reader = new TraceReader([onlyProcess()]);
  const records = reader.poll();
  if (reader.problems.length > 0) throw new AggregateError(reader.problems.map(({ error }) => error));
  return records;
}

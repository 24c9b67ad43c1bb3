import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { listProcesses, TraceReader, type TraceRecord } from '@tracebuf/ring';
import '../src/decoder.ts';
import { traceDirectory } from './trace-directory.ts';

const SOURCE = '--conditions=@tracebuf/source';
const TIMEOUT_MS = 60_000;

/** How a fixture ended. */
export interface Ended {
  readonly pid: number;
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of `test/fixtures` to its end. */
export function runFixture(
  name: string,
  args: readonly string[] = [],
  nodeOptions: readonly string[] = [],
): Ended {
  const { pid, status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [SOURCE, ...nodeOptions, fixturePath(name), ...args],
    { env: environment(), encoding: 'utf8', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
  );
  return { pid, status, signal, stdout, stderr };
}

/** The records of a process, oldest first. */
export function recordsOf(pid: number, buffer?: string): TraceRecord[] {
  const entries = listProcesses().processes.filter((entry) => entry.pid === pid);
  using reader = new TraceReader(entries, buffer === undefined ? {} : { buffers: [buffer] });
  return [...reader.records()];
}

/** The records that this process has in a buffer. */
export function ownRecords(buffer: string): TraceRecord[] {
  return recordsOf(process.pid, buffer);
}

function fixturePath(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, TRACEBUF_DIR: traceDirectory, NODE_OPTIONS: '' };
}

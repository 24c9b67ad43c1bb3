import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A fresh directory for the trace buffers of one test file, in shared memory where there is some. */
export const traceDirectory: string = mkdtempSync(
  join(process.platform === 'linux' ? '/dev/shm' : tmpdir(), 'tracebuf-tracer-'),
);

process.env.TRACEBUF_DIR = traceDirectory;

afterAll(() => rmSync(traceDirectory, { recursive: true, force: true }));

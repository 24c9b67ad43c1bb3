import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory for trace buffers that this process uses, and a place for a database; both go when the test is over. */
export function useDirectories(): { readonly traces: string; readonly database: string } {
  const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tracebuf-sqlite-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));
  const traces = join(base, 'rings');
  process.env.TRACEBUF_DIR = traces;
  return { traces, database: join(base, 'traces.sqlite') };
}

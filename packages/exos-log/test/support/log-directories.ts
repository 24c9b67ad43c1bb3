import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Directories of a system log of its own, as environment variables. */
export interface LogDirectories extends Record<string, string> {
  readonly TRACEBUF_DIR: string;
  readonly TRACEBUF_NVRAM_DIR: string;
}

/** Makes directories for a system log, and removes them when the test is over. */
function newLogDirectories(): LogDirectories {
  const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tracebuf-log-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));
  return { TRACEBUF_DIR: join(base, 'rings'), TRACEBUF_NVRAM_DIR: join(base, 'nvram') };
}

/** Makes this process use such directories. */
export function useLogDirectories(): LogDirectories {
  const directories = newLogDirectories();
  Object.assign(process.env, directories);
  return directories;
}

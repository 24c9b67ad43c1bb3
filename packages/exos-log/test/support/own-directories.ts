import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// No test may touch the system log of who runs it, not even one that forgets to say where its own is.
const base = mkdtempSync(join(tmpdir(), 'tracebuf-log-'));
process.env.TRACEBUF_DIR = join(base, 'rings');
process.env.TRACEBUF_NVRAM_DIR = join(base, 'nvram');
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

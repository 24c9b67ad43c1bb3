import { join } from 'node:path';
import { defaultServerConditions } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

// The task runner forces colours on; what a test reads of a child's output must not depend on who started it.
delete process.env.FORCE_COLOR;

// Tests start thousands of programs from source; what one of them has stripped of its types the next one need not.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'node-compile');

const conditions = ['@tracebuf/source', ...defaultServerConditions];

/**
 * What every project's vitest configuration starts from: tests run on the sources, without a build. The condition is
 * set in Vite for what it loads itself, and in execArgv for worker threads and child processes of a test.
 */
export const shared: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=@tracebuf/source'],
    // A bound for what hangs, not a measure: the machine may be small and busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Where a failure may be that of a starved machine, a second try tells; `npm test` names each test that needed it.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});

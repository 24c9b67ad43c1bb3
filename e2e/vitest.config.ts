import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../vitest.shared.ts';

// Installing packed packages and starting programs takes seconds, and more on a machine that has other work to do.
export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'e2e',
      globalSetup: 'src/installation.ts',
      testTimeout: 180_000,
      hookTimeout: 180_000,
      maxConcurrency: 2,
    },
  }),
);

import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'cli',
      globalSetup: 'test/bundle-setup.ts',
      // Nearly every test starts processes, and a busy machine takes its time for them.
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
);

import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../vitest.shared.ts';

// Installing packed packages takes seconds, not milliseconds.
export default mergeConfig(
  shared,
  defineProject({ test: { name: 'e2e', testTimeout: 60_000, hookTimeout: 180_000 } }),
);

import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  // Tests that start programs take long on a busy machine; these have their own limit, which is lower.
  defineProject({ test: { name: 'winston-transport', testTimeout: 90_000 } }),
);

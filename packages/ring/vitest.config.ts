import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

// Many tests start processes and wait for them: on a machine that is starved that takes a while, and is no fault.
export default mergeConfig(shared, defineProject({ test: { name: 'ring', testTimeout: 400_000 } }));

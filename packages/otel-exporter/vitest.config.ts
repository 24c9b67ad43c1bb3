import { defineProject, mergeConfig, type ViteUserConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

const config: ViteUserConfig = mergeConfig(
  shared,
  // Tests that start programs take long on a busy machine; these have their own limit, which is lower.
  defineProject({ test: { name: 'otel-exporter', testTimeout: 90_000 } }),
);

// The condition `module`, which Vite adds, leads to what OpenTelemetry has for bundlers and Node.js can't load.
const resolving: ViteUserConfig = {
  ...config,
  ssr: { resolve: { externalConditions: ['@tracebuf/source', 'node'] } },
};

export default resolving;

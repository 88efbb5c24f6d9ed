import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Real engines on a shared machine: a test that passes only when it is run again is listed as such by the reporter.
    retry: process.env.CI === 'true' ? 2 : 0,
  },
});

export default config;

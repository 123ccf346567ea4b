import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/**
 * The tests that kill things, which take minutes: `npm run test:faults`. They run one after the other: they
 * measure nothing, but they starve each other.
 */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['test/**/*.faults.ts'],
    reporters: ['default'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});

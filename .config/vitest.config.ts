import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The one default export of the house: vitest asks for it.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Nothing mocks a module and no module keeps state: loading the app anew for each file would be a third of the time.
    isolate: false,
    // A test file spends about as much time in Postgres as in Node, so fewer workers than cores would idle; more than
    // four use up Postgres' connections.
    maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});

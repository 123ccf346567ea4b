import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.ts';
import { StuckFiles } from './stuck-files.ts';

// The one default export of the house: vitest asks for it.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // No test mocks a module and no module keeps state, so files share the loaded modules. To load the app
    // again for each file would cost a third of the time.
    isolate: false,
    reporters: ['default', new StuckFiles(180)],
    sequence: { sequencer: LongestFirst },
    // Some files mostly wait, for a process to start or for what happens within seconds, so three on two cores.
    // More than four use up Postgres' connections.
    maxWorkers: Math.min(4, Math.max(3, availableParallelism())),
    // Most code runs a few times only: compiled at once, it takes a tenth less time than when it is interpreted.
    // With more room for new objects, a twentieth less goes into collecting them.
    execArgv: ['--always-sparkplug', '--max-semi-space-size=64'],
    // By the content of the files: a second run need not compile them again.
    experimental: { fsModuleCache: true, fsModuleCachePath: '.data/vitest' },
    // A busy machine needs longer than the usual second for what comes by itself.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});

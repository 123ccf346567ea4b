import { defineConfig } from 'vitest/config';
import { StuckFiles } from './stuck-files.ts';
import config from './vitest.config.ts';

/**
 * The tests that run programs: other people's (browser, proxies, sshd, sandboxes, Jupyter, OpenSSL, Python, a
 * pooler, generators of clients), and the server with its cluster as processes of their own:
 * `npm run test:programs`. Without a program its tests are skipped, and say so.
 */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['test/**/*.programs.ts'],
    reporters: ['default', new StuckFiles(400)],
  },
});

import { defineConfig } from 'vitest/config';
import { StuckFiles } from './stuck-files.ts';
import config from './vitest.config.ts';

/**
 * The tests that run other people's programs (browser, proxies, sshd, sandboxes, Jupyter, OpenSSL,
 * Python, a pooler, generators of clients): `npm run test:programs`. Without a program its tests are skipped, and say so.
 */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['test/**/*.programs.ts'],
    reporters: ['default', new StuckFiles(400)],
  },
});

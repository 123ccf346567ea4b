import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MADE_ASSETS, makeAssets } from '../../scripts/assets/make-assets.ts';
import { COMPILED_SESSION, compileSession } from '../../scripts/ssh/compile-session.ts';

// esbuild makes them, a program of its own.
describe('a file that is made', () => {
  it('from Tabler and Inter is what our pages use of them (npm run build:assets)', async () => {
    for (const [name, content] of Object.entries(await makeAssets())) {
      const path = join(MADE_ASSETS, name);
      expect(existsSync(path) && readFileSync(path).equals(content), name).toBe(true);
    }
  });

  it('for sshd to start is what its source compiles to (npm run build:ssh)', async () => {
    expect(readFileSync(COMPILED_SESSION, 'utf8')).toBe(await compileSession());
  });
});

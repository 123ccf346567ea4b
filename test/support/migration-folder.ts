import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of migration files for one test, from names and SQL. Removed when the test has ended. */
export function createMigrationFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'youarecoder-migrations-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return folder;
}

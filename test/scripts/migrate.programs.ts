import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOfChild, startChild, type EndedChild } from '../support/programs/child.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const script = fileURLToPath(new URL('../../scripts/migrate.ts', import.meta.url));

let database: TestDatabase;
/** Without a .env file and without an embedded server. */
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'youarecoder-migrate-'));
  database = await createTestDatabase({ isEmpty: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.close();
});

function run(args: string[], env: Record<string, string>): Promise<EndedChild> {
  return endOfChild(startChild(script, { args, env, cwd: folder }));
}

function addresses(): Record<string, string> {
  return { DATABASE_URL: database.appUrl, MIGRATION_DATABASE_URL: database.ownerUrl };
}

// Each test starts processes, which a busy machine is slow at.
describe('npm run migrate', { timeout: 60_000 }, () => {
  it('migrates as the owner and gives the role of DATABASE_URL its privileges', async () => {
    const { code, stdout, stderr } = await run([], addresses());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^applied 0001-people\.sql \(\d+ ms\)\n/);
    expect(stdout).toMatch(/role "yac_test_app" may use every table; \d+ are append-only for it\n$/);
    expect(await database.db('audit_logs').select('id')).toEqual([]);
  });

  it('and migrate:status fail with one clear line when a file is not what was applied', async () => {
    const healthy = await run(['status'], addresses());
    expect(healthy).toMatchObject({ code: 0, stderr: '' });
    expect(healthy.stdout).toMatch(/^applied {2}0001-people\.sql {2}\d{4}-\d\d-\d\dT/);
    await database.ownerDb('migration_checksums').where({ name: '0003-audit.sql' }).update({ sha256: 'x' });
    const results = await Promise.all([run([], addresses()), run(['status'], addresses())]);
    for (const { code, stderr } of results) {
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr:
          'migrate: 0003-audit.sql was changed after it was applied: restore it and write a new migration\n',
      });
    }
  });

  it('says in one line, without the password, why it cannot connect', async () => {
    const [nobody, absent, unset, nonsense] = await Promise.all([
      run([], { DATABASE_URL: 'postgres://me:secret@127.0.0.1:9/shop' }),
      run(['status'], { DATABASE_URL: `${database.appUrl}_missing` }),
      run([], {}),
      run([], { DATABASE_URL: 'secret' }),
    ]);
    expect(nobody.stderr).toBe(
      'migrate: cannot connect to database "shop" at 127.0.0.1:9 as "me": connect ECONNREFUSED 127.0.0.1:9\n',
    );
    expect(absent.stderr).toMatch(/^migrate: cannot connect to database .*_missing" does not exist\n$/);
    expect(unset.stderr).toMatch(/^migrate: DATABASE_URL is not set: .*\n$/);
    expect(nonsense.stderr).toMatch(/^migrate: DATABASE_URL: is not an address like postgres:.*\n$/);
    for (const { code, stderr, stdout } of [nobody, absent, unset, nonsense]) {
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain('secret');
    }
  });
});

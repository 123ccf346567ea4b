import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { runMigrations } from '../../scripts/run-migrations.ts';
import { createTestDatabase } from '../support/database.ts';
import { createMigrationFolder } from '../support/migration-folder.ts';

const shipped = fileURLToPath(new URL('../../migrations', import.meta.url));

it('marks old sessions of admins in the workspaces of others, and none of an owner', async () => {
  const database = await createTestDatabase({ isEmpty: true });
  try {
    const { appRole } = inject('testServer');
    const before = readdirSync(shipped).filter((name) => name < '0090');
    const folder = createMigrationFolder(
      Object.fromEntries(before.map((name) => [name, readFileSync(join(shipped, name), 'utf8')])),
    );
    const migrate = (): Promise<unknown> =>
      runMigrations({ ownerUrl: database.ownerUrl, appRole, directory: folder, log: () => undefined });
    await migrate();
    await database.ownerDb.raw(`
      insert into companies (name, subdomain, created_at) values ('Acme', 'acme', now());
      insert into users (company_id, email, full_name, password_hash, role, locale, created_at)
      select 1, 'person' || n || '@example.com', 'Person', 'x', 'admin', 'tr', now() from generate_series(1, 2) n;
      insert into workspaces (company_id, owner_user_id, name, port, created_at) values (1, 1, 'place', 20001, now());
      insert into workspace_sessions (company_id, workspace_id, user_id, started_at, ended_at, end_reason, last_activity_at,
                                      session_id, access_method)
      select 1, 1, 1 + n % 2, at, case when n > 1 then at end, case when n > 1 then 'closed' end, at, 'browser ' || n, 'web'
      from generate_series(0, 3) n, lateral (select now() - n * interval '40 days') t (at);`);
    for (const name of readdirSync(shipped)) cpSync(join(shipped, name), join(folder, name));
    await migrate();
    expect(
      await database.ownerDb('workspace_sessions').orderBy('session_id').select('user_id', 'on_behalf_of'),
    ).toEqual([
      { user_id: 1, on_behalf_of: null },
      { user_id: 2, on_behalf_of: 1 },
      { user_id: 1, on_behalf_of: null },
      { user_id: 2, on_behalf_of: 1 },
    ]);
  } finally {
    await database.close();
  }
});

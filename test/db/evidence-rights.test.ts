import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { findRightsToChange } from '../../src/db/evidence-rights.ts';
import { createTestApp } from '../support/app.ts';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../support/database.ts';

const database = useTestDatabase();
const WORDS = 'the app may change evidence';

describe('the rights of the app’s role', () => {
  /** Rights that are granted to the app's role, and what is then said. */
  async function granting(
    grant: (role: string) => string,
  ): Promise<{ said: string[]; changed: TestDatabase }> {
    const changed = await createTestDatabase();
    await changed.ownerDb.raw(grant(new URL(changed.appUrl).username));
    return { said: await findRightsToChange(changed.db, 5000), changed };
  }

  it('are none to change evidence as they are granted, and seen each time they are too many', async () => {
    expect(await findRightsToChange(database.db, 5000)).toEqual([]);
    for (const [right, table] of [
      ['update', 'audit_logs'],
      ['delete', 'invoices'],
      ['truncate', 'workspace_sessions'],
      ['trigger', 'payments'],
      ['update (verdict)', 'log_stamps'],
    ]) {
      const { said, changed } = await granting((role) => `grant ${right ?? ''} on ${table ?? ''} to ${role}`);
      expect(said, right).toEqual([`has too many rights on ${table ?? ''}`]);
      await changed.close();
    }
  });

  it('that are granted while it runs make /readyz fail in production', async () => {
    const { changed } = await granting((role) => `grant delete on audit_logs to ${role}`);
    const app = await createTestApp({ database: changed });
    const said = 'the role of the app has too many rights on audit_logs';
    const development = await supertest(app.app).get('/readyz').expect(200);
    expect(development.body).toMatchObject({ checks: { rights: 'ok' }, evidence: said });
    Object.assign(app.config, { production: true });
    const inProduction = await supertest(app.app).get('/readyz').expect(503);
    expect(inProduction.body).toMatchObject({ checks: { rights: WORDS }, evidence: said });
    await app.close();
    await changed.close();
  });
});

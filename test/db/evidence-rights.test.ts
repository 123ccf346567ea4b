import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { findRightsToChange } from '../../src/db/evidence-rights.ts';
import { createTestApp } from '../support/app.ts';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../support/database.ts';
import { newSigningKey } from '../support/programs/signing-key.ts';
import { startAppProcess, type AppProcess } from '../support/programs/app-process.ts';

const database = useTestDatabase();

const production = {
  NODE_ENV: 'production',
  BASE_URL: 'https://app.invalid',
  SESSION_SECRET: 'Zk3vQ8wPq1LrT6yHn9XcB2mFs7GdJ4uA',
  LOG_SIGNING_KEYS: newSigningKey(),
  PAYTR_MERCHANT_ID: '424242',
  PAYTR_MERCHANT_KEY: 'Gq7Lx2Pv9Rk4',
  PAYTR_MERCHANT_SALT: 'Wn5Ty8Mz3Hc6',
  PAYTR_BASE_URL: 'https://gateway.invalid',
  TCMB_BASE_URL: 'https://bank.invalid',
  SELLER_ADDRESS: 'Kordon 1, İzmir',
  SELLER_PHONE: '+90 232 000 00 00',
  SELLER_EMAIL: 'billing@app.invalid',
};
const WORDS = 'the app may change evidence';

let server: AppProcess | undefined;
afterEach(async () => {
  await server?.kill();
  server = undefined;
});

async function readiness(env: Record<string, string>): Promise<Record<string, unknown>> {
  server = await startAppProcess({ ...production, ...env });
  const response = await fetch(`http://127.0.0.1:${String(server.port)}/readyz`);
  return { code: response.status, ...((await response.json()) as object) };
}

describe('a server in production', () => {
  it('starts with the role that is made for the app, and says that it cannot change evidence', async () => {
    expect(await readiness({ DATABASE_URL: database.appUrl })).toMatchObject({
      ...{ code: 200, evidence: 'the app cannot change evidence' },
    });
  }, 60_000);

  it('does not start with a role that owns evidence, and names the tables', async () => {
    await expect(startAppProcess({ ...production, DATABASE_URL: database.ownerUrl })).rejects.toThrow(
      /owns account_locks, audit_logs.* more.*EVIDENCE_RIGHTS/,
    );
  }, 60_000);

  it('starts with such a role when the setting says so in words, which stand on /readyz', async () => {
    const ready = await readiness({ DATABASE_URL: database.ownerUrl, EVIDENCE_RIGHTS: WORDS });
    expect(ready['code']).toBe(200);
    expect(ready['evidence']).toMatch(
      /^the role of the app .*owns .*EVIDENCE_RIGHTS: the app may change evidence$/,
    );
  }, 60_000);

  it('takes no other words for it', async () => {
    await expect(
      startAppProcess({ ...production, DATABASE_URL: database.appUrl, EVIDENCE_RIGHTS: 'yes' }),
    ).rejects.toThrow('EVIDENCE_RIGHTS');
  }, 60_000);
});

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

import { afterEach, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
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

import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';
import { findTotp } from '../src/auth/factors/factor-queries.ts';
import { totpKey } from '../src/auth/factors/totp.ts';
import { loadConfig } from '../src/config/config.ts';
import { createDb } from '../src/db/db.ts';
import { openBytes } from '../src/sealed-bytes.ts';
import { createDemo, demoPeople, DEMO_PASSWORD } from './seed/demo-company.ts';

export interface DemoSignIn {
  role: string;
  email: string;
  password: string;
  /** The key of the authenticator app, for somebody who has one. */
  key: string | null;
}

/**
 * Fills an empty database with a small demo company and three weeks of its life, created by the product's own
 * operations. Returns the sign-ins of the demo, or none when the database holds something else. Never for
 * production.
 */
export async function seedDemo(
  env: Record<string, string | undefined>,
  say: (line: string) => void,
): Promise<DemoSignIn[]> {
  const config = loadConfig(env);
  if (config.production) throw new Error('Demo data is not for production.');
  const db = createDb({ url: config.databaseUrl, poolMax: 4, applicationName: 'youarecoder-seed' });
  try {
    if (await isEmpty(db)) {
      say('The database is empty: loading a demo company …');
      await createDemo(db, config, new Date());
    }
    return await listSignIns(db, config.sessionSecret);
  } finally {
    await db.destroy();
  }
}

async function isEmpty(db: Knex): Promise<boolean> {
  return (await db('users').first('id')) === undefined;
}

async function listSignIns(db: Knex, sessionSecret: string): Promise<DemoSignIn[]> {
  const emails = Object.values(demoPeople).map(({ email }) => email);
  const rows = await db('users')
    .whereIn('email', emails)
    .whereNull('deactivated_at')
    .orderBy('id')
    .select<{ id: number; email: string; role: string }[]>('id', 'email', 'role');
  return Promise.all(
    rows.map(async ({ id, email, role }) => {
      const key = await findKey(db, sessionSecret, id);
      return { role, email, password: DEMO_PASSWORD, key };
    }),
  );
}

async function findKey(db: Knex, sessionSecret: string, userId: number): Promise<string | null> {
  const totp = await findTotp(db, userId);
  const secret = totp === undefined ? null : openBytes(sessionSecret, totp.sealed_secret, 'totp');
  return secret === null ? null : totpKey(secret);
}

// Also a command of its own: npx tsx scripts/seed.ts
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await seedDemo(process.env, console.log);
}

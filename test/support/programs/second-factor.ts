import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { sealBytes } from '../../../src/sealed-bytes.ts';
import { totpCode } from '../../../src/auth/factors/totp.ts';
import { DAY_MS } from '../../../src/durations.ts';

/** The session secret of every test app. */
export const SESSION_SECRET = 'a session secret for tests only, 32+';

/** The secret of every authenticator app that tests build. */
const TOTP_SECRET = Buffer.from('12345678901234567890');

/** The cookie of the browser that is spared the second factor of whoever `buildSecondFactor` gave one. */
export const TRUSTED_DEVICE = 'a-browser-that-tests-have-remembered-000000';

/** The code that the authenticator app of a test shows at a moment. */
export function codeAt(at = new Date()): string {
  return totpCode(TOTP_SECRET, at);
}

/** Gives a person an authenticator app, and a browser that is spared it: tests need no second step. */
export async function buildSecondFactor(
  db: Knex,
  { id, email }: { id: number; email: string },
  at = new Date(),
): Promise<void> {
  const app = {
    user_id: id,
    sealed_secret: sealBytes(SESSION_SECRET, TOTP_SECRET, 'totp'),
    created_at: at,
    confirmed_at: at,
  };
  const device = {
    user_id: id,
    token_hash: createHash('sha256').update(`${email}\n${TRUSTED_DEVICE}`).digest('hex'),
    created_at: at,
    last_used_at: at,
    trusted_until: new Date(Date.now() + 365 * DAY_MS),
  };
  await db
    .with('app', db('totp_secrets').insert(app))
    .with('device', db('known_devices').insert(device))
    .from('users')
    .where('id', id)
    .update({ second_factor_at: at });
}

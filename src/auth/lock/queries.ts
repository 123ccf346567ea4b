import type { Knex } from 'knex';
import type { Locale } from '../../web/locales/catalogues.ts';
import { attemptKeysOf } from '../known-device.ts';

/** A lock with its link. */
interface AccountLock {
  id: number;
  user_id: number;
  email: string;
  expires_at: Date;
  opened_at: Date | null;
}

/** The lock whose link has that hash. */
export async function findLockLink(db: Knex, tokenHash: string): Promise<AccountLock | undefined> {
  return db('account_locks')
    .where('token_hash', tokenHash)
    .first<AccountLock | undefined>(['id', 'user_id', 'email', 'expires_at', 'opened_at']);
}

/** The person of a lock, as long as the account has the address that was locked. */
export async function findLockedPerson(
  db: Knex,
  { userId, email }: { userId: number; email: string },
): Promise<
  { id: number; company_id: number | null; email: string; full_name: string; locale: Locale } | undefined
> {
  return db('users')
    .where({ id: userId, email, holds_email: true })
    .whereNull('deactivated_at')
    .first(['id', 'company_id', 'email', 'full_name', 'locale']);
}

/** Until when sign-in as a person is locked, for whichever browser longest. Null when it is open. */
export async function findLockedUntil(
  db: Knex,
  { userId, email, at }: { userId: number; email: string; at: Date },
): Promise<Date | null> {
  const keys = await attemptKeysOf(db, { userId, email });
  const row = await db('login_locks')
    .whereIn('key', keys)
    .where('locked_until', '>', at)
    .max<{ until: Date | null }[]>('locked_until as until');
  return row[0]?.until ?? null;
}

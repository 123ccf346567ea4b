import type { Knex } from 'knex';
import { isOperatorMailbox } from '../operator-queries.ts';
import type { Role } from '../../auth/require-user.ts';
import type { Locale } from '../../web/locales/catalogues.ts';

/** An account as far as its address goes. */
export interface AddressAccount {
  id: number;
  company_id: number | null;
  email: string;
  full_name: string;
  role: Role;
  locale: Locale;
  created_at: Date;
  deactivated_at: Date | null;
  email_confirmed_at: Date | null;
  holds_email: boolean;
}

const accountColumns = [
  'id',
  'company_id',
  'email',
  'full_name',
  'role',
  'locale',
  'created_at',
  'deactivated_at',
  'email_confirmed_at',
  'holds_email',
];

/** The account, locked until the transaction ends. */
export async function findAccountForUpdate(
  trx: Knex.Transaction,
  userId: number,
): Promise<AddressAccount | undefined> {
  return trx('users').where('id', userId).forNoKeyUpdate().first<AddressAccount | undefined>(accountColumns);
}

/** An account of the company of whoever asks. */
export async function findAccount(db: Knex, userId: number): Promise<AddressAccount | undefined> {
  return db('users').where('id', userId).first<AddressAccount | undefined>(accountColumns);
}

/**
 * The obstacle between an account and an address:
 *
 * - `free` nothing.
 * - `unconfirmed` another account has it, has never confirmed it, and gives way to whoever does.
 * - `taken` another account has it for good: confirmed, of the platform's staff, or the only admin of a
 * company
 *   that has paid, whose owner gets in by a new password.
 * - `reserved` somebody gave it up less than seven days ago, and may come back.
 */
export type AddressStanding =
  | { state: 'free' }
  | { state: 'unconfirmed'; holder: AddressAccount }
  | { state: 'taken' }
  | { state: 'reserved' };

/**
 * The obstacle between `email` and the account `userId` (null: a new one). Take `lockAddress` before. All is
 * read in any case: the time of an answer must not tell a stranger which case it is (`npm run bench`,
 * known-address).
 */
export async function findStanding(
  db: Knex,
  { email, userId, at }: { email: string; userId: number | null; at: Date },
): Promise<AddressStanding> {
  const holder = await db('users')
    .where({ email, holds_email: true })
    .first<AddressAccount | undefined>(accountColumns);
  const isOwnersForGood = await isKept(db, holder);
  const isStaff = await isOperatorMailbox(db, email);
  const isReserved = await isGivenUpLately(db, { email, userId, at });
  if (holder !== undefined && holder.id !== userId)
    return isOwnersForGood ? { state: 'taken' } : { state: 'unconfirmed', holder };
  if (isStaff) return { state: 'taken' };
  return { state: isReserved ? 'reserved' : 'free' };
}

/**
 * True when a holder does not give way: confirmed, of the staff, or the only admin of a company that has
 * paid.
 */
async function isKept(db: Knex, holder: AddressAccount | undefined): Promise<boolean> {
  const companyId = holder?.company_id ?? null;
  const { rows } = await db.raw<{ rows: { has_paid: boolean; has_other_admin: boolean }[] }>(
    `select exists (select from payments where company_id = :companyId and status = 'success') as has_paid,
            exists (select from users where company_id = :companyId and role = 'admin'
              and deactivated_at is null and id <> :holderId) as has_other_admin`,
    { companyId, holderId: holder?.id ?? 0 },
  );
  if (holder === undefined) return false;
  if (holder.email_confirmed_at !== null || holder.role === 'operator') return true;
  if (holder.role === 'member' || holder.deactivated_at !== null) return false;
  return rows[0]?.has_paid === true && !rows[0].has_other_admin;
}

/** True when somebody else gave the address up less than seven days ago, and may come back. */
async function isGivenUpLately(
  db: Knex,
  { email, userId, at }: { email: string; userId: number | null; at: Date },
): Promise<boolean> {
  const change = await db('email_changes')
    .where({ old_email: email })
    .whereNull('back_ended_at')
    .where('back_until', '>', at)
    .whereNot({ user_id: userId ?? 0 })
    .first<{ id: number } | undefined>('id');
  return change !== undefined;
}

/** A mail that asked for a confirmation. */
interface Confirmation {
  id: number;
  user_id: number;
  email: string;
  expires_at: Date;
  ended_at: Date | null;
  confirmed_at: Date | null;
}

const confirmationColumns = ['id', 'user_id', 'email', 'expires_at', 'ended_at', 'confirmed_at'];

/** The confirmation with the hash of its secret, whatever its state. */
export async function findConfirmation(db: Knex, tokenHash: string): Promise<Confirmation | undefined> {
  return db('email_confirmations')
    .where('token_hash', tokenHash)
    .first<Confirmation | undefined>(confirmationColumns);
}

/** How many mails asked an account, and an address, to confirm in the last hour and day. */
export async function countAsked(
  db: Knex,
  { userId, email, at }: { userId: number; email: string; at: Date },
): Promise<{ hour: number; day: number; addressDay: number }> {
  const { rows } = await db.raw<{ rows: { hour: number; day: number; address_day: number }[] }>(
    `select count(*) filter (where user_id = :userId and created_at > :at::timestamptz - interval '1 hour') as hour,
            count(*) filter (where user_id = :userId) as day,
            count(*) filter (where email = :email) as address_day
     from email_confirmations
     where (user_id = :userId or email = :email) and confirmed_at is null
       and created_at > :at::timestamptz - interval '1 day'`,
    { userId, email, at },
  );
  const { hour = 0, day = 0, address_day: addressDay = 0 } = rows[0] ?? {};
  return { hour, day, addressDay };
}

import type { Knex } from 'knex';
import type { Role } from './require-user.ts';

/** The columns of a person that checking a sign-in needs. */
export interface UserWithPassword {
  id: number;
  company_id: number | null;
  role: Role;
  password_hash: string;
  deactivated_at: Date | null;
  /** Null while the password may be used. */
  password_blocked_at: Date | null;
  /** Null while the password alone signs in. */
  second_factor_at: Date | null;
}

/**
 * The person who holds this (lower-case) e-mail address, deactivated or not. Accounts that registered with an
 * address of somebody else and wait for it are never found.
 */
export async function findUserByEmail(db: Knex, email: string): Promise<UserWithPassword | undefined> {
  return db('users')
    .where({ email, holds_email: true })
    .first<UserWithPassword | undefined>([
      'id',
      'company_id',
      'role',
      'password_hash',
      'deactivated_at',
      'password_blocked_at',
      'second_factor_at',
    ]);
}

/** True when a person registered with an address that another account holds, and waits for it. */
export async function isWaiting(
  db: Knex,
  { userId, email }: { userId: number; email: string },
): Promise<boolean> {
  const row = await db('users')
    .where({ id: userId, email, holds_email: false })
    .first<{ id: number } | undefined>('id');
  return row !== undefined;
}

interface PersonToSignIn {
  id: number;
  company_id: number | null;
  email: string;
  deactivated_at: Date | null;
}

/** A person by number, deactivated or not. */
export async function findPersonToSignIn(db: Knex, userId: number): Promise<PersonToSignIn | undefined> {
  return db('users')
    .where({ id: userId })
    .first<PersonToSignIn | undefined>(['id', 'company_id', 'email', 'deactivated_at']);
}

/** The hash of a person's password; null when there is nobody who may sign in. */
export async function findPasswordHash(db: Knex, userId: number): Promise<string | null> {
  const row = await db('users')
    .where({ id: userId })
    .whereNull('deactivated_at')
    .first<{ password_hash: string } | undefined>('password_hash');
  return row?.password_hash ?? null;
}

/** A person of one company, locked until the transaction ends. */
export interface Member {
  id: number;
  email: string;
  role: 'member' | 'admin';
  deactivated_at: Date | null;
}

/**
 * A person of this company, locked until the transaction ends. Undefined when there is none, or when the
 * person belongs to another company.
 */
export async function findMemberForUpdate(
  trx: Knex.Transaction,
  input: { companyId: number; userId: number },
): Promise<Member | undefined> {
  return trx('users')
    .where({ company_id: input.companyId, id: input.userId })
    .forNoKeyUpdate()
    .first<Member | undefined>(['id', 'email', 'role', 'deactivated_at']);
}

/**
 * A browser with an earlier sign-in, by the hash of the address and the browser's token. Only one of whoever
 * holds the address now: a person who had it before is a stranger to the account.
 */
export async function findKnownDevice(
  db: Knex,
  { email, tokenHash }: { email: string; tokenHash: string },
): Promise<KnownDevice | undefined> {
  return db('known_devices')
    .join('users', 'users.id', 'known_devices.user_id')
    .where({ token_hash: tokenHash, 'users.email': email, 'users.holds_email': true })
    .first<KnownDevice | undefined>(['known_devices.id', 'trusted_until']);
}

/** The person for whom a browser is remembered, by the hash of the address and the browser's token. */
export async function findDeviceOwner(db: Knex, tokenHash: string): Promise<number | undefined> {
  const row = await db('known_devices')
    .where({ token_hash: tokenHash })
    .first<{ user_id: number } | undefined>('user_id');
  return row?.user_id;
}

interface KnownDevice {
  id: number;
  /** No second factor is asked for until then. Null: always. */
  trusted_until: Date | null;
}

/** The newest lock that a browser opened by the link of a mail, by the hash of address and token. */
export async function findOpenedLock(db: Knex, deviceHash: string): Promise<{ id: number } | undefined> {
  return db('account_locks')
    .where('opened_device_hash', deviceHash)
    .orderBy('id', 'desc')
    .first<{ id: number } | undefined>('id');
}

/** The numbers of a person's browsers and opened locks, from which keys of counters are made. */
export async function listLockKeyParts(
  db: Knex,
  userId: number,
): Promise<{ devices: number[]; locks: number[] }> {
  const [devices, locks] = await Promise.all([
    db('known_devices').where('user_id', userId).pluck<number[]>('id'),
    db('account_locks').where('user_id', userId).whereNotNull('opened_at').pluck<number[]>('id'),
  ]);
  return { devices, locks };
}

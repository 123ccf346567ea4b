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

/**
 * True when an operator, deactivated or not, reads the mail of this address: it is the operator's own, with
 * or without a `+label` (RFC 5233) on either side.
 */
export async function isOperatorMailbox(db: Knex, email: string): Promise<boolean> {
  const operator = await db('users')
    .where({ role: 'operator' })
    .whereRaw("regexp_replace(email, '[+].*@', '@') = ?", [mailboxOf(email)])
    .first<{ id: number } | undefined>('id');
  return operator !== undefined;
}

/**
 * True when a person of a company, deactivated or not, holds an address of this mailbox, by the rule of
 * `isOperatorMailbox`.
 */
export async function isMemberMailbox(db: Knex, email: string): Promise<boolean> {
  const member = await db('users')
    .whereNot({ role: 'operator' })
    .where({ holds_email: true })
    .whereRaw("regexp_replace(email, '[+].*@', '@') = ?", [mailboxOf(email)])
    .first<{ id: number } | undefined>('id');
  return member !== undefined;
}

function mailboxOf(email: string): string {
  return email.replace(/\+.*@/, '@');
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

/** How many people of a company may sign in. */
export async function countActiveMembers(
  db: Knex,
  companyId: number,
  role?: 'member' | 'admin',
): Promise<number> {
  const query = db('users').where({ company_id: companyId }).whereNull('deactivated_at');
  if (role !== undefined) void query.where({ role });
  const [row] = await query.count<{ count: number }[]>('id as count');
  return row?.count ?? 0;
}

/** How many invitations of a company still take a place: open and not expired. */
export async function countOpenInvitations(db: Knex, companyId: number, at: Date): Promise<number> {
  const [row] = await db('invitations')
    .where({ company_id: companyId })
    .whereNull('accepted_at')
    .whereNull('revoked_at')
    .where('expires_at', '>', at)
    .count<{ count: number }[]>('id as count');
  return row?.count ?? 0;
}

export interface Invitation {
  id: number;
  company_id: number;
  company_name: string;
  email: string;
  role: 'member' | 'admin';
  inviter_name: string;
  /** How the person got the link; null for invitations from before this was noted. */
  handed_over_by: 'mail' | 'link' | null;
  expires_at: Date;
  accepted_at: Date | null;
  revoked_at: Date | null;
}

/** The invitation with the given hash of its token, whatever its state. */
export async function findInvitation(db: Knex, tokenHash: string): Promise<Invitation | undefined> {
  return db('invitations')
    .join('companies', 'companies.id', 'invitations.company_id')
    .join('users as inviter', 'inviter.id', 'invitations.invited_by')
    .where('invitations.token_hash', tokenHash)
    .first<Invitation | undefined>([
      'invitations.id',
      'invitations.company_id',
      'companies.name as company_name',
      'invitations.email',
      'invitations.role',
      'inviter.full_name as inviter_name',
      'invitations.handed_over_by',
      'invitations.expires_at',
      'invitations.accepted_at',
      'invitations.revoked_at',
    ]);
}

/** The open invitation of a company to an address, expired or not. */
export async function findOpenInvitation(
  db: Knex,
  input: { companyId: number; email: string },
): Promise<{ id: number; expires_at: Date } | undefined> {
  return db('invitations')
    .where({ company_id: input.companyId, email: input.email })
    .whereNull('accepted_at')
    .whereNull('revoked_at')
    .first<{ id: number; expires_at: Date } | undefined>(['id', 'expires_at']);
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

interface Operator {
  id: number;
  email: string;
  full_name: string;
  created_at: Date;
  last_login_at: Date | null;
  deactivated_at: Date | null;
}

/** Every operator of the platform, oldest first. There are only a few. */
export async function listOperators(db: Knex): Promise<Operator[]> {
  return db('users')
    .where({ role: 'operator' })
    .orderBy('id')
    .select<Operator[]>(['id', 'email', 'full_name', 'created_at', 'last_login_at', 'deactivated_at']);
}

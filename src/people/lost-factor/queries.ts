import type { Knex } from 'knex';

/** An operator's wish to end the second factors of a person who has lost them. */
export interface FactorReset {
  id: number;
  company_id: number | null;
  user_id: number;
  requested_by: number;
  reason: string;
  channel: string;
  identity_check: string;
  requested_at: Date;
  due_at: Date;
  expires_at: Date;
}

/** A wish as operators see it in the list. */
interface FactorResetEntry extends FactorReset {
  full_name: string;
  email: string;
  company_name: string | null;
  requester_name: string;
}

/** A person whose second factors can be ended. */
interface FactorOwner {
  id: number;
  company_id: number | null;
  full_name: string;
  email: string;
  second_factor_at: Date | null;
  deactivated_at: Date | null;
}

const columns = [
  'factor_resets.id',
  'factor_resets.company_id',
  'factor_resets.user_id',
  'factor_resets.requested_by',
  'factor_resets.reason',
  'factor_resets.channel',
  'factor_resets.identity_check',
  'factor_resets.requested_at',
  'factor_resets.due_at',
  'factor_resets.expires_at',
];

/** More than ever wait at once. */
const SHOWN_MAX = 200;

const OPEN = { approved_at: null, cancelled_at: null, objected_at: null, expired_at: null };

/** The wish that waits for a person at `at`, and has not run out. */
export async function findOpenFactorReset(
  db: Knex,
  { userId, at }: { userId: number; at: Date },
): Promise<FactorReset | undefined> {
  return db('factor_resets')
    .where({ user_id: userId, ...OPEN })
    .where('expires_at', '>', at)
    .first<FactorReset | undefined>(columns);
}

/** The wish to which a link objects, and whether it still waits at `at`. */
export async function findFactorResetByToken(
  db: Knex,
  { tokenHash, at }: { tokenHash: string; at: Date },
): Promise<(FactorReset & { isOpen: boolean }) | undefined> {
  return db('factor_resets')
    .where('objection_token_hash', tokenHash)
    .first<(FactorReset & { isOpen: boolean }) | undefined>([
      ...columns,
      db.raw(
        `num_nonnulls(approved_at, cancelled_at, objected_at, expired_at) = 0 and expires_at > ? as "isOpen"`,
        [at],
      ),
    ]);
}

/** The wishes that have run out and that nobody ended. */
export async function listExpiredFactorResets(
  db: Knex,
  { at, userId }: { at: Date; userId?: number },
): Promise<FactorReset[]> {
  return db('factor_resets')
    .where(OPEN)
    .where('expires_at', '<=', at)
    .modify((query) => {
      if (userId !== undefined) void query.where('user_id', userId);
    })
    .orderBy('id')
    .limit(SHOWN_MAX)
    .select<FactorReset[]>(columns);
}

/** The wishes that wait, of all companies and of staff, the next one to be due first. For operators. */
export async function listOpenFactorResets(db: Knex, at: Date): Promise<FactorResetEntry[]> {
  return db('factor_resets')
    .join('users', 'users.id', 'factor_resets.user_id')
    .join('users as requester', 'requester.id', 'factor_resets.requested_by')
    .leftJoin('companies', 'companies.id', 'factor_resets.company_id')
    .whereNull('factor_resets.approved_at')
    .whereNull('factor_resets.cancelled_at')
    .whereNull('factor_resets.objected_at')
    .whereNull('factor_resets.expired_at')
    .where('factor_resets.expires_at', '>', at)
    .orderBy(['factor_resets.due_at', 'factor_resets.id'])
    .limit(SHOWN_MAX)
    .select<FactorResetEntry[]>([
      ...columns,
      'users.full_name',
      'users.email',
      'companies.name as company_name',
      'requester.full_name as requester_name',
    ]);
}

/** The platform's staff who have a second factor: for them, too, others can end it. */
export async function listStaffWithFactor(db: Knex): Promise<{ id: number; full_name: string }[]> {
  return db('users')
    .where({ role: 'operator', deactivated_at: null })
    .whereNotNull('second_factor_at')
    .orderBy(['full_name', 'id'])
    .limit(SHOWN_MAX)
    .select<{ id: number; full_name: string }[]>(['id', 'full_name']);
}

/** A person of any company, or of the staff. For operators. */
export async function findFactorOwner(db: Knex, userId: number): Promise<FactorOwner | undefined> {
  return db('users')
    .where('id', userId)
    .first<FactorOwner | undefined>([
      'id',
      'company_id',
      'full_name',
      'email',
      'second_factor_at',
      'deactivated_at',
    ]);
}

import type { Knex } from 'knex';
import type { AccountOwner } from '../../mail/queue-account-mail.ts';

/** From when on the people of a company need a second factor; undefined without a rule. */
export async function findPolicy(db: Knex, companyId: number): Promise<Date | undefined> {
  const row = await db('second_factor_policies')
    .where('company_id', companyId)
    .first<{ required_from: Date } | undefined>('required_from');
  return row?.required_from;
}

/** How many people of a company may sign in and have no second factor. */
export async function countWithoutFactor(db: Knex, companyId: number): Promise<number> {
  const [row] = await withoutFactor(db, companyId).count<{ count: number }[]>('id as count');
  return row?.count ?? 0;
}

/** Those people by name, `limit` at most. */
export async function listWithoutFactor(
  db: Knex,
  { companyId, limit }: { companyId: number; limit: number },
): Promise<{ id: number; full_name: string }[]> {
  return withoutFactor(db, companyId)
    .orderByRaw('full_name collate "tr-x-icu", id')
    .limit(limit)
    .select<{ id: number; full_name: string }[]>(['id', 'full_name']);
}

/** All of them, for a mail to each. */
export async function listOwnersWithoutFactor(db: Knex, companyId: number): Promise<AccountOwner[]> {
  return withoutFactor(db, companyId)
    .orderBy('id')
    .select<AccountOwner[]>(['id', 'company_id', 'full_name', 'email', 'locale']);
}

function withoutFactor(db: Knex, companyId: number): Knex.QueryBuilder {
  return db('users').where({ company_id: companyId, deactivated_at: null, second_factor_at: null });
}

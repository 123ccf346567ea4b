import type { Knex } from 'knex';

/** A person with how long ago they used a workspace. */
export interface PersonOfCompany {
  id: number;
  full_name: string;
  /** Null for somebody who never did. */
  last_used_at: Date | null;
  is_former: boolean;
  created_at: Date;
}

/** Money that the company paid, in one currency. */
export interface PaidAmount {
  currency: string;
  paid_minor: number;
}

/** The people of a company, those who may no longer sign in as well, by name. */
export async function listPeopleOfCompany(db: Knex, companyId: number): Promise<PersonOfCompany[]> {
  return db('users')
    .where('users.company_id', companyId)
    .orderByRaw('users.full_name collate "tr-x-icu", users.id')
    .select<PersonOfCompany[]>([
      'users.id',
      'users.full_name',
      'users.created_at',
      db.raw('users.deactivated_at is not null as is_former'),
      db.raw(`(
        select max(used.last_activity_at) from workspace_sessions as used
        where used.user_id = users.id and used.company_id = users.company_id
      ) as last_used_at`),
    ]);
}

/** The workspaces of a company, deleted ones as well. */
export async function listWorkspacesOfCompany(
  db: Knex,
  companyId: number,
): Promise<{ id: number; name: string }[]> {
  return db('workspaces')
    .where('company_id', companyId)
    .orderBy('id')
    .select<{ id: number; name: string }[]>(['id', 'name']);
}

/** The money that a company paid from `from` until before `to`, by currency. Test payments charged nobody. */
export async function listPaidAmounts(
  db: Knex,
  { companyId, from, to }: { companyId: number; from: Date; to: Date },
): Promise<PaidAmount[]> {
  return db('payments')
    .where({ company_id: companyId, status: 'success', test_mode: false })
    .where('paid_at', '>=', from)
    .where('paid_at', '<', to)
    .groupBy('currency')
    .orderBy('currency')
    .select<PaidAmount[]>(['currency', db.raw('sum(coalesce(charged_minor, amount_minor)) as paid_minor')]);
}

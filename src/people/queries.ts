import type { Knex } from 'knex';

export interface CompanyRow {
  id: number;
  name: string;
  subdomain: string;
}

/** The company with that number. */
export async function findCompany(db: Knex, companyId: number): Promise<CompanyRow | undefined> {
  return db('companies').where({ id: companyId }).first<CompanyRow | undefined>(['id', 'name', 'subdomain']);
}

/** The company of a person. Undefined for operators and for people who do not exist. */
export async function findCompanyIdOfUser(db: Knex, userId: number): Promise<number | undefined> {
  const row = await db('users')
    .where({ id: userId })
    .whereNotNull('company_id')
    .first<{ company_id: number } | undefined>('company_id');
  return row?.company_id;
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

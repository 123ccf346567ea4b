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

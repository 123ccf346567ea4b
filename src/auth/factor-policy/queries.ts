import type { Knex } from 'knex';

/** From when on the people of a company need a second factor; undefined without a rule. */
export async function findPolicy(db: Knex, companyId: number): Promise<Date | undefined> {
  const row = await db('second_factor_policies')
    .where('company_id', companyId)
    .first<{ required_from: Date } | undefined>('required_from');
  return row?.required_from;
}

/** The people of a company who may sign in and have no second factor. */
export async function listWithoutFactor(db: Knex, companyId: number): Promise<number[]> {
  return db('users')
    .where('company_id', companyId)
    .whereNull('deactivated_at')
    .whereNull('second_factor_at')
    .orderBy('id')
    .pluck<number[]>('id');
}

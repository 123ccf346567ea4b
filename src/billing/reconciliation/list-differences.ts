import type { Knex } from 'knex';
import { readPage, SHORT_PAGE_SIZE, type Cursor, type KeysetOrder, type Page } from '../../db/keyset.ts';
import type { Difference } from './differences.ts';

/** A difference with the names of what it is about, and who explained it. */
export interface ListedDifference extends Difference {
  id: number;
  found_at: Date;
  last_seen_at: Date;
  gone_at: Date | null;
  closed_at: Date | null;
  note: string | null;
  merchant_oid: string | null;
  company_name: string | null;
  closer_name: string | null;
}

const columns = [
  ...['id', 'kind', 'about', 'payment_id', 'company_id', 'currency', 'ours_minor', 'theirs_minor'],
  ...['found_at', 'last_seen_at', 'gone_at', 'closed_at', 'note'],
].map((name) => `finance_differences.${name}`);

function listed(db: Knex): Knex.QueryBuilder {
  return db('finance_differences')
    .leftJoin('payments', 'payments.id', 'finance_differences.payment_id')
    .leftJoin('companies', 'companies.id', 'finance_differences.company_id')
    .leftJoin('users', 'users.id', 'finance_differences.closed_by')
    .select([
      ...columns,
      'payments.merchant_oid',
      'companies.name as company_name',
      'users.full_name as closer_name',
    ]);
}

/** The differences that somebody has to look at, oldest first, a page of them. For the staff. */
export async function listOpenDifferences(db: Knex, cursor: Cursor): Promise<Page<ListedDifference>> {
  const order: KeysetOrder = {
    keys: ['finance_differences.id'],
    direction: 'asc',
    startsAmong: db('finance_differences'),
    size: SHORT_PAGE_SIZE,
  };
  const query = listed(db)
    .whereNull('finance_differences.gone_at')
    .whereNull('finance_differences.closed_at');
  return readPage<ListedDifference>(db, query, order, cursor);
}

/** A difference, open or not. For the staff. */
export async function findDifference(db: Knex, id: number): Promise<ListedDifference | undefined> {
  return listed(db).where('finance_differences.id', id).first<ListedDifference | undefined>();
}

/** How many differences somebody has to look at. */
export async function countOpenDifferences(db: Knex): Promise<number> {
  const row = await db('finance_differences')
    .whereNull('gone_at')
    .whereNull('closed_at')
    .count('* as count')
    .first<{ count: number } | undefined>();
  return row?.count ?? 0;
}

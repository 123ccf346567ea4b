import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';
import { whereContains } from '../../db/where-contains.ts';
import type { PaidPlan } from '../../plan.ts';

/** Charged payments since some time that were never assessed, or last before some time; new ones first. */
export async function listPaymentsToAssess(
  db: Knex,
  { since, before, limit }: { since: Date; before: Date; limit: number },
): Promise<number[]> {
  return db('payments')
    .leftJoin('payment_readiness as r', 'r.payment_id', 'payments.id')
    .whereNotNull('payments.charged_minor')
    .whereRaw('coalesce(payments.charged_at, payments.paid_at, payments.created_at) >= ?', [since])
    .where((due) => due.whereNull('r.payment_id').orWhere('r.assessed_at', '<', before))
    .orderByRaw('r.assessed_at nulls first, payments.id desc')
    .limit(limit)
    .pluck<number[]>('payments.id');
}

/** Steps of risk for the filter, with the least risk of each. */
export const riskLevels = { high: 60, medium: 30, any: 0 } as const;
export type RiskLevel = keyof typeof riskLevels;

/** A payment in the list by risk and amount. */
interface ReadinessRow {
  id: number;
  merchant_oid: string;
  company_name: string;
  payer_name: string;
  plan: PaidPlan;
  charged_at: Date;
  exposed_minor: number;
  currency: Currency;
  risk: number;
  families: number;
  undefended: number;
  missing: string[];
  against: string[];
  serious: number;
  assessed_at: Date;
  open_cases: number;
}

/** The filters of the list; null: everything. */
export interface ReadinessFilter {
  companyId: number | null;
  level: RiskLevel;
  /** Only payments that lack this piece. */
  missing: string | null;
  /** Only payments against which this fact speaks. */
  against: string | null;
  /** A part of an order number, a company or a payer. */
  search: string | null;
}

/** Payments that may still be disputed, those with the most at stake first: risk times amount. */
export async function listReadiness(
  db: Knex,
  { filter, cursor }: { filter: ReadinessFilter; cursor: Cursor },
): Promise<Page<ReadinessRow>> {
  const query = db('payment_readiness as r')
    .join('payments', 'payments.id', 'r.payment_id')
    .join('companies', 'companies.id', 'r.company_id')
    .join('users as payers', 'payers.id', 'payments.user_id')
    .where('r.risk', '>=', riskLevels[filter.level])
    .select([
      ...['r.payment_id as id', 'payments.merchant_oid', 'companies.name as company_name', 'payments.plan'],
      'payers.full_name as payer_name',
      db.raw('coalesce(payments.charged_at, payments.paid_at, payments.created_at) as charged_at'),
      ...['r.exposed_minor', 'r.currency', 'r.risk', 'r.families', 'r.undefended', 'r.missing', 'r.against'],
      ...['r.serious', 'r.assessed_at'],
      db('disputes')
        .where('disputes.payment_id', db.ref('r.payment_id'))
        .whereNull('disputes.closed_at')
        .count('*')
        .as('open_cases'),
    ]);
  if (filter.companyId !== null) void query.where('r.company_id', filter.companyId);
  if (filter.missing !== null) void query.whereRaw('? = any(r.missing)', [filter.missing]);
  if (filter.against !== null) void query.whereRaw('? = any(r.against)', [filter.against]);
  if (filter.search !== null)
    whereContains(query, ['payments.merchant_oid', 'companies.name', 'payers.full_name'], filter.search);
  return readPage<ReadinessRow>(
    db,
    query,
    {
      keys: ['r.weight', 'r.payment_id'],
      direction: 'desc',
      startsAmong: db('payment_readiness as r'),
      size: PAGE_SIZE,
    },
    cursor,
  );
}

interface ReadinessSummary {
  payments: number;
  high: number;
  /** Never assessed yet, so that the list lacks them. */
  waiting: number;
  missing: { id: string; count: number }[];
  against: { id: string; count: number }[];
}

/** The list in numbers: how many payments lack which piece, and against how many which fact speaks. */
export async function summariseReadiness(
  db: Knex,
  { companyId, since }: { companyId: number | null; since: Date },
): Promise<ReadinessSummary> {
  const { rows } = await db.raw<{ rows: [ReadinessSummary] }>(
    `with shown as (
       select * from payment_readiness where :companyId::bigint is null or company_id = :companyId
     ),
     lacking as (select id, count(*) from shown, unnest(missing) as id group by id),
     opposed as (select id, count(*) from shown, unnest(against) as id group by id)
     select (select count(*) from shown) as payments,
       (select count(*) from shown where risk >= :high) as high,
       (select count(*) from payments where charged_minor is not null
          and (:companyId::bigint is null or company_id = :companyId)
          and coalesce(charged_at, paid_at, created_at) >= :since
          and not exists (select 1 from payment_readiness as r where r.payment_id = payments.id)) as waiting,
       (select coalesce(json_agg(lacking order by count desc, id), '[]') from lacking) as missing,
       (select coalesce(json_agg(opposed order by count desc, id), '[]') from opposed) as against`,
    { companyId, since, high: riskLevels.high },
  );
  return rows[0];
}

/** A payment with its company; undefined when there is none, or nothing was charged. */
export async function findChargedPayment(
  db: Knex,
  paymentId: number,
): Promise<{ id: number; company_id: number; company_name: string } | undefined> {
  return db('payments')
    .join('companies', 'companies.id', 'payments.company_id')
    .where('payments.id', paymentId)
    .whereNotNull('payments.charged_minor')
    .first<{ id: number; company_id: number; company_name: string } | undefined>(
      'payments.id',
      'payments.company_id',
      'companies.name as company_name',
    );
}

/** The cases of a payment, newest first. */
export async function listCasesOf(
  db: Knex,
  paymentId: number,
): Promise<{ id: number; reference: string | null; state: string }[]> {
  return db('disputes')
    .where('disputes.payment_id', paymentId)
    .orderBy('disputes.id', 'desc')
    .select<{ id: number; reference: string | null; state: string }[]>(
      'disputes.id',
      'disputes.reference',
      'disputes.state',
    );
}

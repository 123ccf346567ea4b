import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { PaidPlan } from '../../plan.ts';
import { pricesOf, type PaidMonths, type PriceFacts } from '../price-facts.ts';
import type { Subscription } from '../queries.ts';
import { segmentsOf } from '../segments.ts';

/** More than the paid time can reach ahead, with an upgrade between any two of its months. */
const PAYMENTS_MAX = 40;

/**
 * By which prices the paid time of a company was paid, the newest first: they may have changed from month to
 * month. A payment whose time was taken back is left out. Empty while no paid time runs.
 */
export async function listPaidMonths(db: Knex, subscription: Subscription, at: Date): Promise<PaidMonths[]> {
  if (segmentsOf(subscription, at).length === 0) return [];
  const rows = await db('invoices')
    .join('payments', 'payments.id', 'invoices.payment_id')
    .where('invoices.company_id', subscription.company_id)
    .whereNotExists(
      db('refunds')
        .where('refunds.payment_id', db.ref('payments.id'))
        .where({ 'refunds.state': 'done', 'refunds.ends_paid_time': true })
        .select('refunds.id'),
    )
    .orderBy('invoices.id', 'desc')
    .limit(PAYMENTS_MAX)
    .select<{ plan: PaidPlan; currency: Currency; price_facts: PriceFacts | null }[]>(
      'payments.plan',
      'payments.currency',
      'payments.price_facts',
    );
  return rows.map(({ plan, currency, price_facts }) => ({
    ...{ plan, currency, prices: pricesOf({ currency, price_facts }), months: monthsOf(price_facts) },
  }));
}

function monthsOf(facts: PriceFacts | null): number {
  const parts = facts?.upgrade?.parts;
  return parts === undefined
    ? 1
    : parts.reduce((sum, { months, days }) => sum + months + (days > 0 ? 1 : 0), 0);
}

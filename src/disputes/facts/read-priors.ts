import type { Knex } from 'knex';
import { DAY_MS } from '../../durations.ts';
import { recordOf } from './fact-record.ts';
import { loginIdSql, STORED_CARD_SQL } from './read-order.ts';
import type { NeighbourFact, PriorFact } from './money-facts.ts';
import type { OrderFact } from './order-facts.ts';

/** A claim of a double charge names the same day; a bank's day is not ours. */
const NEIGHBOUR_DAYS = 3;

/** Older payments say nothing to any rule. */
const PRIOR_DAYS = 400;

/** Reasons of a refund that say that nobody disputed the payment as such. */
const HARMLESS = ['withdrawal', 'goodwill', 'service_fault', 'not_as_ordered'];

/** The earlier payments that the same person made for the same company, newest first. */
export async function readPriors(db: Knex, order: OrderFact, asOf: Date): Promise<PriorFact[]> {
  const rows = await db('payments')
    .leftJoin('card_charges', 'card_charges.payment_id', 'payments.id')
    .leftJoin('stored_cards', 'stored_cards.id', 'card_charges.card_id')
    .leftJoin('payments as first', 'first.id', 'stored_cards.first_payment_id')
    .leftJoin('payment_card_facts', 'payment_card_facts.payment_id', 'payments.id')
    .where({ 'payments.company_id': order.company_id, 'payments.user_id': order.user_id })
    .where({ 'payments.status': 'success', 'payments.test_mode': order.test_mode })
    .where('payments.paid_at', '<', order.created_at)
    .where('payments.paid_at', '>', new Date(order.created_at.getTime() - PRIOR_DAYS * DAY_MS))
    .whereNot('payments.id', order.id)
    .orderBy('payments.paid_at', 'desc')
    .orderBy('payments.id', 'desc')
    .select<Omit<PriorFact, 'record'>[]>([
      'payments.id as payment_id',
      'payments.merchant_oid',
      'payments.paid_at',
      'payments.plan',
      db.raw('coalesce(payments.charged_minor, payments.amount_minor) as amount_minor'),
      db.raw('coalesce(payments.charged_currency, payments.currency) as currency'),
      db.raw(`${loginIdSql('payments.user_id', 'payments.created_at')} as login_id`),
      db.raw(
        'host(case when card_charges.payment_id is null then payments.client_ip else first.client_ip end) as client_ip',
      ),
      db.raw(
        'case when card_charges.payment_id is null then payments.user_agent else first.user_agent end as user_agent',
      ),
      db.raw('(card_charges.payment_id is not null) as is_ip_of_first'),
      db.raw(
        `case when card_charges.payment_id is null then 'cardholder' else 'merchant' end as initiated_by`,
      ),
      'payment_card_facts.masked_pan',
      'payment_card_facts.card_scheme',
      db.raw(`${STORED_CARD_SQL} as stored_card_id`),
      db.raw(
        `exists (select from refunds r where r.payment_id = payments.id and r.state not in ('refused', 'withdrawn')
           and r.requested_at <= ? and coalesce(r.policy, '') <> all(?::text[]))
         or exists (select from disputes d where d.payment_id = payments.id and d.opened_at <= ?) as is_disputed`,
        [asOf, HARMLESS, asOf],
      ),
    ]);
  return rows.map((row) => ({ record: recordOf('payment', row.payment_id), ...row }));
}

/** Paid payments of the company close to this one, oldest first, with the time that each bought. */
export async function readNeighbours(db: Knex, order: OrderFact, asOf: Date): Promise<NeighbourFact[]> {
  const at = (order.paid_at ?? order.created_at).getTime();
  const rows = await db('payments')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .where('payments.company_id', order.company_id)
    .where({ 'payments.status': 'success', 'payments.test_mode': order.test_mode })
    .whereBetween('payments.paid_at', [
      new Date(at - NEIGHBOUR_DAYS * DAY_MS),
      new Date(Math.min(at + NEIGHBOUR_DAYS * DAY_MS, asOf.getTime())),
    ])
    .whereNot('payments.id', order.id)
    .orderBy(['payments.paid_at', 'payments.id'])
    .select<NeighbourRow[]>([
      'payments.id as payment_id',
      'payments.merchant_oid',
      'payments.paid_at',
      'payments.plan',
      db.raw('coalesce(payments.charged_minor, payments.amount_minor) as amount_minor'),
      db.raw('coalesce(payments.charged_currency, payments.currency) as currency'),
      'invoices.id as invoice_id',
      'invoices.period_start as start',
      'invoices.period_end as end',
    ]);
  return rows.map(({ invoice_id, start, end, ...row }) => ({
    record: recordOf('payment', row.payment_id),
    ...row,
    period:
      invoice_id === null || start === null || end === null
        ? null
        : { record: recordOf('invoice', invoice_id), start, end },
  }));
}

type NeighbourRow = Omit<NeighbourFact, 'record' | 'period'> & {
  invoice_id: number | null;
  start: Date | null;
  end: Date | null;
};

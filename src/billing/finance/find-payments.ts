import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { paymentStatuses } from '../queries.ts';
import type { PaymentSearch } from './payment-search.ts';

/** A payment that fits what an operator looks for. */
interface FoundPayment {
  id: number;
  merchant_oid: string;
  company_id: number;
  company_name: string;
  email: string;
  currency: Currency;
  amount_minor: number;
  status: (typeof paymentStatuses)[number];
  created_at: Date;
  invoice_no: string | null;
}

/** More than this is no search but a list: an operator says more. */
const FOUND_MAX = 50;

/**
 * The payments of all companies that fit, newest first; at most fifty, and whether there are more. For the
 * staff.
 */
export async function findPayments(
  db: Knex,
  search: PaymentSearch,
): Promise<{ rows: FoundPayment[]; hasMore: boolean }> {
  const rows = await db('payments')
    .join('companies', 'companies.id', 'payments.company_id')
    .join('users', 'users.id', 'payments.user_id')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .modify((query) => {
      narrow(db, query, search);
    })
    .orderBy([
      { column: 'payments.created_at', order: 'desc' },
      { column: 'payments.id', order: 'desc' },
    ])
    .limit(FOUND_MAX + 1)
    .select<FoundPayment[]>(
      'payments.id',
      'payments.merchant_oid',
      'payments.company_id',
      'companies.name as company_name',
      'users.email',
      'payments.currency',
      'payments.amount_minor',
      'payments.status',
      'payments.created_at',
      'invoices.invoice_no',
    );
  return { rows: rows.slice(0, FOUND_MAX), hasMore: rows.length > FOUND_MAX };
}

function narrow(db: Knex, query: Knex.QueryBuilder, search: PaymentSearch): void {
  const { number, uuid, email, card, amountMinor, currency, day } = search;
  const among = (ids: Knex.QueryBuilder[]): void => {
    void query.whereIn('payments.id', db.unionAll(ids));
  };
  if (number !== undefined)
    among([
      db('payments').where('merchant_oid', number).select('id'),
      db('invoices').where('invoice_no', number).select('payment_id'),
      db('reversals').where('reversal_no', number).select('payment_id'),
      ofLegalInvoice(db, { 'legal_invoices.number': number }),
    ]);
  if (uuid !== undefined) among([ofLegalInvoice(db, { 'legal_invoices.ettn': uuid })]);
  if (email !== undefined)
    among([
      db('payments')
        .whereIn('user_id', db('users').where('users.email', email).select('users.id'))
        .select('id'),
    ]);
  if (card !== undefined)
    among([
      db('gateway_movements')
        .whereRaw('left(masked_card, 6) || right(masked_card, 4) = ?', [card])
        .whereNotNull('payment_id')
        .select('payment_id'),
      db('payment_card_facts')
        .whereRaw('left(masked_pan, 6) || right(masked_pan, 4) = ?', [card])
        .select('payment_id'),
    ]);
  // The amount of the order or, with a surcharge, that of the charge.
  if (amountMinor !== undefined)
    among([
      db('payments').where('amount_minor', amountMinor).select('id'),
      db('payments')
        .where('charged_minor', amountMinor)
        .whereRaw('charged_minor <> amount_minor')
        .select('id'),
    ]);
  if (currency !== undefined) void query.where('payments.currency', currency);
  if (day !== undefined)
    void query
      .whereRaw(`payments.created_at >= ?::date::timestamp at time zone 'Europe/Istanbul'`, [day])
      .whereRaw(`payments.created_at < (?::date + 1)::timestamp at time zone 'Europe/Istanbul'`, [day]);
}

/** The payment of a legal invoice, through the receipt that it belongs to. */
function ofLegalInvoice(db: Knex, which: Record<string, string>): Knex.QueryBuilder {
  return db('legal_invoices')
    .join('invoices', 'invoices.id', 'legal_invoices.invoice_id')
    .where(which)
    .select('invoices.payment_id');
}

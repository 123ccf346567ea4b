import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';

/**
 * A charge, a refund, or money that a bank took or gave again, with the document that says so and what the
 * gateway told of it.
 */
export interface MoneyLine {
  kind: 'charge' | 'refund' | 'chargeback' | 'restored';
  id: number;
  at: Date;
  merchant_oid: string;
  company_name: string;
  /** How the payment stands now. */
  status: string;
  /** The invoice of a charge, the reversal of a refund, the record of a chargeback. */
  document_no: string | null;
  currency: Currency;
  amount_minor: number;
  tax_minor: number | null;
  fee_minor: number | null;
  masked_card: string | null;
}

const PAGE = 500;

/**
 * The charges of some time, its refunds, then its chargebacks, each oldest first, some hundred at once. They
 * belong to a time by the same rule as `readMoneyTotals`, so that their sums are its sums.
 */
export async function* readMoneyPages(db: Knex, time: { from: Date; to: Date }): AsyncGenerator<MoneyLine[]> {
  yield* pagesOf((after) => readCharges(db, time, after));
  yield* pagesOf((after) => readRefunds(db, time, after));
  yield* pagesOf((after) => readChargebacks(db, time, after));
}

async function* pagesOf(read: (after: number) => Promise<MoneyLine[]>): AsyncGenerator<MoneyLine[]> {
  let after = 0;
  for (;;) {
    const lines = await read(after);
    if (lines.length > 0) yield lines;
    if (lines.length < PAGE) return;
    after = lines.at(-1)?.id ?? after;
  }
}

async function readCharges(
  db: Knex,
  { from, to }: { from: Date; to: Date },
  after: number,
): Promise<MoneyLine[]> {
  return db('payments')
    .join('companies', 'companies.id', 'payments.company_id')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .joinRaw(
      `left join lateral (
        select max(fee_minor) as fee_minor, max(masked_card) as masked_card from gateway_movements
        where payment_id = payments.id and kind = 'sale') as listed on true`,
    )
    .where('payments.charged_at', '>=', from)
    .where('payments.charged_at', '<', to)
    .where('payments.id', '>', after)
    .orderBy('payments.id')
    .limit(PAGE)
    .select<MoneyLine[]>(
      db.raw("'charge' as kind"),
      'payments.id',
      'payments.charged_at as at',
      'payments.merchant_oid',
      'companies.name as company_name',
      'payments.status',
      'invoices.invoice_no as document_no',
      'payments.charged_currency as currency',
      'payments.charged_minor as amount_minor',
      'invoices.tax_minor',
      'listed.fee_minor',
      'listed.masked_card',
    );
}

async function readRefunds(
  db: Knex,
  { from, to }: { from: Date; to: Date },
  after: number,
): Promise<MoneyLine[]> {
  return db('refunds')
    .join('payments', 'payments.id', 'refunds.payment_id')
    .join('companies', 'companies.id', 'refunds.company_id')
    .leftJoin('reversals', 'reversals.refund_id', 'refunds.id')
    .where('refunds.state', 'done')
    .where('refunds.decided_at', '>=', from)
    .where('refunds.decided_at', '<', to)
    .where('refunds.id', '>', after)
    .orderBy('refunds.id')
    .limit(PAGE)
    .select<MoneyLine[]>(
      db.raw("'refund' as kind"),
      'refunds.id',
      'refunds.decided_at as at',
      'payments.merchant_oid',
      'companies.name as company_name',
      'payments.status',
      'reversals.reversal_no as document_no',
      'refunds.currency',
      'refunds.amount_minor',
      'reversals.tax_minor',
      db.raw('null as fee_minor'),
      db.raw('null as masked_card'),
    );
}

async function readChargebacks(
  db: Knex,
  { from, to }: { from: Date; to: Date },
  after: number,
): Promise<MoneyLine[]> {
  return db('chargebacks')
    .join('payments', 'payments.id', 'chargebacks.payment_id')
    .join('companies', 'companies.id', 'chargebacks.company_id')
    .where('chargebacks.issued_at', '>=', from)
    .where('chargebacks.issued_at', '<', to)
    .where('chargebacks.id', '>', after)
    .orderBy('chargebacks.id')
    .limit(PAGE)
    .select<MoneyLine[]>(
      db.raw("case chargebacks.kind when 'taken' then 'chargeback' else 'restored' end as kind"),
      'chargebacks.id',
      'chargebacks.issued_at as at',
      'payments.merchant_oid',
      'companies.name as company_name',
      'payments.status',
      'chargebacks.chargeback_no as document_no',
      'chargebacks.currency',
      'chargebacks.total_minor as amount_minor',
      'chargebacks.tax_minor',
      db.raw('null as fee_minor'),
      db.raw('null as masked_card'),
    );
}

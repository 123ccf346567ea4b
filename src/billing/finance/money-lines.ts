import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';

/**
 * A charge, a refund, or money that a bank took or gave again, with the document that says so and what the
 * gateway told of it; or, as `receipt` and `reversal`, a document of some time whose money belongs to another
 * one.
 */
export interface MoneyLine {
  kind: 'charge' | 'refund' | 'chargeback' | 'restored' | 'receipt' | 'reversal';
  id: number;
  at: Date;
  merchant_oid: string;
  company_name: string;
  /** How the payment stands now. */
  status: string;
  /** The invoice of a charge, the reversal of a refund, the record of a chargeback. */
  document_no: string | null;
  currency: Currency;
  /** Null for a document alone. */
  amount_minor: number | null;
  /** The total of a receipt or reversal; null when that was issued at another time than its money. */
  document_total_minor: number | null;
  /** The tax in that document, or in the record of a chargeback. */
  tax_minor: number | null;
  fee_minor: number | null;
  masked_card: string | null;
}

const PAGE = 500;

/** A time from `from` up to, not with, `to`. */
interface Time {
  from: Date;
  to: Date;
}

/**
 * The charges of some time, its refunds, its chargebacks, then its documents of other charges and refunds,
 * each oldest first, some hundred at once. They belong to a time by the same rule as `readMoneyTotals`, so
 * that their sums are its sums.
 */
export async function* readMoneyPages(db: Knex, time: Time): AsyncGenerator<MoneyLine[]> {
  yield* pagesOf((after) => readCharges(db, time, after));
  yield* pagesOf((after) => readRefunds(db, time, after));
  yield* pagesOf((after) => readChargebacks(db, time, after));
  yield* pagesOf((after) => readReceiptsAlone(db, time, after));
  yield* pagesOf((after) => readReversalsAlone(db, time, after));
}

/** A column of a document that was issued within a time. */
function ofDocument(db: Knex, table: 'invoices' | 'reversals', column: string, { from, to }: Time): Knex.Raw {
  return db.raw('case when ?? >= ? and ?? < ? then ?? end', [
    ...[`${table}.issued_at`, from, `${table}.issued_at`, to],
    `${table}.${column}`,
  ]);
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

async function readCharges(db: Knex, time: Time, after: number): Promise<MoneyLine[]> {
  const { from, to } = time;
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
      db.raw('? as document_total_minor', [ofDocument(db, 'invoices', 'total_minor', time)]),
      db.raw('? as tax_minor', [ofDocument(db, 'invoices', 'tax_minor', time)]),
      'listed.fee_minor',
      'listed.masked_card',
    );
}

async function readRefunds(db: Knex, time: Time, after: number): Promise<MoneyLine[]> {
  const { from, to } = time;
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
      db.raw('? as document_total_minor', [ofDocument(db, 'reversals', 'total_minor', time)]),
      db.raw('? as tax_minor', [ofDocument(db, 'reversals', 'tax_minor', time)]),
      db.raw('null as fee_minor'),
      db.raw('null as masked_card'),
    );
}

async function readChargebacks(db: Knex, time: Time, after: number): Promise<MoneyLine[]> {
  const { from, to } = time;
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
      db.raw('null::bigint as document_total_minor'),
      'chargebacks.tax_minor',
      db.raw('null as fee_minor'),
      db.raw('null as masked_card'),
    );
}

async function readReceiptsAlone(db: Knex, time: Time, after: number): Promise<MoneyLine[]> {
  return documentsAlone(db, 'invoices', time, after)
    .join('payments', 'payments.id', 'invoices.payment_id')
    .whereRaw('(payments.charged_at >= ? and payments.charged_at < ?) is not true', [time.from, time.to])
    .select<MoneyLine[]>(
      db.raw("'receipt' as kind"),
      'invoices.invoice_no as document_no',
      ...documentColumns(db, 'invoices'),
    );
}

async function readReversalsAlone(db: Knex, time: Time, after: number): Promise<MoneyLine[]> {
  return documentsAlone(db, 'reversals', time, after)
    .join('payments', 'payments.id', 'reversals.payment_id')
    .join('refunds', 'refunds.id', 'reversals.refund_id')
    .whereRaw('(refunds.decided_at >= ? and refunds.decided_at < ?) is not true', [time.from, time.to])
    .select<MoneyLine[]>(
      db.raw("'reversal' as kind"),
      'reversals.reversal_no as document_no',
      ...documentColumns(db, 'reversals'),
    );
}

/** The documents of a time with the companies that they are of, those after `after`. */
function documentsAlone(
  db: Knex,
  table: 'invoices' | 'reversals',
  { from, to }: Time,
  after: number,
): Knex.QueryBuilder {
  return db(table)
    .join('companies', 'companies.id', `${table}.company_id`)
    .where(`${table}.issued_at`, '>=', from)
    .where(`${table}.issued_at`, '<', to)
    .where(`${table}.id`, '>', after)
    .orderBy(`${table}.id`)
    .limit(PAGE);
}

function documentColumns(db: Knex, table: 'invoices' | 'reversals'): (string | Knex.Raw)[] {
  return [
    ...[`${table}.id`, `${table}.issued_at as at`, 'payments.merchant_oid', 'payments.status'],
    ...['companies.name as company_name', `${table}.currency`, `${table}.tax_minor`],
    `${table}.total_minor as document_total_minor`,
    db.raw('null as amount_minor'),
    db.raw('null as fee_minor'),
    db.raw('null as masked_card'),
  ];
}

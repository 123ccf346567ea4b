import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import type { PriceFacts } from '../price-facts.ts';

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
  /**
   * The time of the receipt, also of the one that a reversal takes back, and the facts of a price in another
   * currency: by both the receipt's rate is found (`findLiraRates`).
   */
  receipt_issued_at: Date | null;
  price_facts: PriceFacts | null;
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
  yield* pagesOf((after) => readDocumentsAlone(db, 'receipt', time, after));
  yield* pagesOf((after) => readDocumentsAlone(db, 'reversal', time, after));
}

/** Total and tax of a document that was issued within a time. */
function ofDocument(db: Knex, table: 'invoices' | 'reversals', { from, to }: Time): Knex.Raw[] {
  return (['total_minor', 'tax_minor'] as const).map((column) =>
    db.raw('case when ?? >= ? and ?? < ? then ?? end as ??', [
      ...[`${table}.issued_at`, from, `${table}.issued_at`, to],
      ...[`${table}.${column}`, column === 'total_minor' ? 'document_total_minor' : column],
    ]),
  );
}

/** The columns that find the receipt's rate. The facts of a price in liras are long and not needed. */
const ofReceipt = (db: Knex): (string | Knex.Raw)[] => [
  'invoices.issued_at as receipt_issued_at',
  db.raw("case when payments.currency <> 'TRY' then payments.price_facts end as price_facts"),
];

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
      'listed.fee_minor',
      'listed.masked_card',
      ...ofDocument(db, 'invoices', time),
      ...ofReceipt(db),
    );
}

async function readRefunds(db: Knex, time: Time, after: number): Promise<MoneyLine[]> {
  const { from, to } = time;
  return db('refunds')
    .join('payments', 'payments.id', 'refunds.payment_id')
    .join('companies', 'companies.id', 'refunds.company_id')
    .leftJoin('reversals', 'reversals.refund_id', 'refunds.id')
    .leftJoin('invoices', 'invoices.id', 'reversals.invoice_id')
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
      db.raw('null as fee_minor'),
      db.raw('null as masked_card'),
      ...ofDocument(db, 'reversals', time),
      ...ofReceipt(db),
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
      'chargebacks.tax_minor',
      ...['document_total_minor', 'fee_minor', 'masked_card', 'receipt_issued_at', 'price_facts'].map(
        (column) => db.raw('null as ??', [column]),
      ),
    );
}

/** Each kind of document, with the time of its money. */
const papers = {
  receipt: {
    table: 'invoices',
    number: 'invoices.invoice_no',
    moneyAt: 'payments.charged_at',
    all: (db: Knex) => db('invoices'),
  },
  reversal: {
    table: 'reversals',
    number: 'reversals.reversal_no',
    moneyAt: 'refunds.decided_at',
    all: (db: Knex) =>
      db('reversals')
        .join('invoices', 'invoices.id', 'reversals.invoice_id')
        .join('refunds', 'refunds.id', 'reversals.refund_id'),
  },
} as const;

/** The documents of a time whose money belongs to another one. */
async function readDocumentsAlone(
  db: Knex,
  kind: keyof typeof papers,
  { from, to }: Time,
  after: number,
): Promise<MoneyLine[]> {
  const { table, number, moneyAt, all } = papers[kind];
  return all(db)
    .join('companies', 'companies.id', `${table}.company_id`)
    .join('payments', 'payments.id', `${table}.payment_id`)
    .where(`${table}.issued_at`, '>=', from)
    .where(`${table}.issued_at`, '<', to)
    .whereRaw('(?? >= ? and ?? < ?) is not true', [moneyAt, from, moneyAt, to])
    .where(`${table}.id`, '>', after)
    .orderBy(`${table}.id`)
    .limit(PAGE)
    .select<MoneyLine[]>([
      db.raw('? as kind', [kind]),
      ...[`${table}.id`, `${table}.issued_at as at`, `${number} as document_no`],
      ...['payments.merchant_oid', 'payments.status', 'companies.name as company_name'],
      ...[`${table}.currency`, `${table}.tax_minor`, `${table}.total_minor as document_total_minor`],
      ...['amount_minor', 'fee_minor', 'masked_card'].map((column) => db.raw('null as ??', [column])),
      ...ofReceipt(db),
    ]);
}

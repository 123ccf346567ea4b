import type { Knex } from 'knex';
import type { Currency } from '../../currency.ts';
import {
  PAGE_SIZE,
  readPage,
  type Cursor,
  type KeysetOrder,
  type Page,
  type PageRead,
} from '../../db/keyset.ts';
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

/** The payments of all companies that fit, newest first, one page of them. For the staff. */
export async function findPayments(
  db: Knex,
  search: PaymentSearch,
  cursor: Cursor,
): Promise<Page<FoundPayment>> {
  const query = db('payments').select('payments.id', 'payments.created_at');
  const ways = await waysTo(db, search);
  const order: KeysetOrder = {
    keys: ['payments.created_at', 'payments.id'],
    direction: 'desc',
    startsAmong: db('payments'),
    size: PAGE_SIZE,
    read: (page) => readWays(db, ways, page),
  };
  // Many payments may fit: their names are read for those of the page only.
  const page = await readPage<{ id: number }>(db, query, order, cursor);
  return { ...page, rows: await describe(db, page.rows) };
}

/** Narrows payments to those that fit a part of the search. */
type Way = (payments: Knex.QueryBuilder) => void;

/**
 * A page of the payments that any of the ways leads to. Each way has an index of its own, and is read no
 * further than the page: with `or` between them all payments that fit would be sorted.
 */
async function readWays(db: Knex, ways: Way[], { query, isDescending, limit }: PageRead): Promise<unknown[]> {
  if (ways.length === 0) return [];
  const pages = ways.map((way) => query.clone().modify(way).limit(limit));
  const direction = isDescending ? 'desc' : 'asc';
  return db
    .from(db.union(pages, true).as('found'))
    .orderBy([
      { column: 'found.created_at', order: direction },
      { column: 'found.id', order: direction },
    ])
    .limit(limit)
    .select<unknown[]>('found.id');
}

async function describe(db: Knex, payments: { id: number }[]): Promise<FoundPayment[]> {
  return db('payments')
    .join('companies', 'companies.id', 'payments.company_id')
    .join('users', 'users.id', 'payments.user_id')
    .leftJoin('invoices', 'invoices.payment_id', 'payments.id')
    .whereIn(
      'payments.id',
      payments.map(({ id }) => id),
    )
    .orderBy([
      { column: 'payments.created_at', order: 'desc' },
      { column: 'payments.id', order: 'desc' },
    ])
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
}

/** Every combination of the ways of each part: a payment must fit each part. */
async function waysTo(db: Knex, search: PaymentSearch): Promise<Way[]> {
  const parts = [
    waysOfNumbers(db, search),
    await waysOfPayer(db, search),
    waysOfMoney(db, search),
    waysOfDay(db, search),
  ].flat();
  return parts.reduce<Way[]>(
    (combined, part) =>
      combined.flatMap((first) =>
        part.map((second): Way => (payments) => {
          first(payments);
          second(payments);
        }),
      ),
    [() => undefined],
  );
}

function waysOfNumbers(db: Knex, { number, uuid }: PaymentSearch): Way[][] {
  const ways: Way[][] = [];
  if (number !== undefined)
    ways.push([
      (payments) => void payments.where('payments.merchant_oid', number),
      among(db('invoices').where('invoice_no', number).select('payment_id')),
      among(db('reversals').where('reversal_no', number).select('payment_id')),
      among(ofLegalInvoice(db, { 'legal_invoices.number': number })),
    ]);
  if (uuid !== undefined) ways.push([among(ofLegalInvoice(db, { 'legal_invoices.ettn': uuid }))]);
  return ways;
}

async function waysOfPayer(db: Knex, { email }: PaymentSearch): Promise<Way[][]> {
  if (email === undefined) return [];
  // Each payer apart, since only one payer's payments stand in their order in the index.
  const payers = await db('users').where('users.email', email).pluck<number[]>('users.id');
  return [
    payers.map(
      (id): Way =>
        (payments) =>
          void payments.where('payments.user_id', id),
    ),
  ];
}

function waysOfMoney(db: Knex, { card, amountMinor, currency }: PaymentSearch): Way[][] {
  const ways: Way[][] = [];
  if (card !== undefined)
    ways.push([
      among(
        db('gateway_movements')
          .whereRaw('left(masked_card, 6) || right(masked_card, 4) = ?', [card])
          .whereNotNull('payment_id')
          .select('payment_id'),
      ),
      among(
        db('payment_card_facts')
          .whereRaw('left(masked_pan, 6) || right(masked_pan, 4) = ?', [card])
          .select('payment_id'),
      ),
    ]);
  if (amountMinor !== undefined) ways.push(waysOfAmount(amountMinor, currency));
  else if (currency !== undefined)
    ways.push([
      (payments) =>
        void payments.whereRaw('(payments.currency = ? or payments.charged_currency = ?)', [
          currency,
          currency,
        ]),
    ]);
  return ways;
}

/** The amount of the order or, with a surcharge or in another currency, that of the charge. */
function waysOfAmount(amountMinor: number, currency: PaymentSearch['currency']): Way[] {
  const ordered: Way = (payments) => {
    void payments.where('payments.amount_minor', amountMinor);
    if (currency !== undefined) void payments.where('payments.currency', currency);
  };
  const charged: Way = (payments) => {
    void payments
      .where('payments.charged_minor', amountMinor)
      .whereRaw('payments.charged_minor <> payments.amount_minor');
    if (currency !== undefined) void payments.where('payments.charged_currency', currency);
  };
  if (currency === undefined) return [ordered, charged];
  const exchanged: Way = (payments) =>
    void payments
      .where('payments.amount_minor', amountMinor)
      .where('payments.charged_minor', amountMinor)
      .where('payments.charged_currency', currency)
      .whereNot('payments.currency', currency);
  return [ordered, charged, exchanged];
}

/** The day of the order or, when the notice came on another one, that of the charge, as months count it. */
function waysOfDay(db: Knex, { day }: PaymentSearch): Way[][] {
  if (day === undefined) return [];
  const within = (column: string) => (payments: Knex.QueryBuilder) => {
    void payments
      .whereRaw(`?? >= ?::date::timestamp at time zone 'Europe/Istanbul'`, [column, day])
      .whereRaw(`?? < (?::date + 1)::timestamp at time zone 'Europe/Istanbul'`, [column, day]);
  };
  const onAnotherDay = db('payments as charged')
    .modify(within('charged.charged_at'))
    .whereRaw(
      `(charged.created_at at time zone 'Europe/Istanbul')::date <> (charged.charged_at at time zone 'Europe/Istanbul')::date`,
    )
    .select('charged.id');
  return [
    [
      within('payments.created_at'),
      (payments): void => void payments.whereIn('payments.id', onAnotherDay.clone()),
    ],
  ];
}

function among(ids: Knex.QueryBuilder): Way {
  return (payments) => void payments.whereIn('payments.id', ids);
}

/** The payment of a legal invoice, through the receipt that it belongs to. */
function ofLegalInvoice(db: Knex, which: Record<string, string>): Knex.QueryBuilder {
  return db('legal_invoices')
    .join('invoices', 'invoices.id', 'legal_invoices.invoice_id')
    .where(which)
    .select('invoices.payment_id');
}

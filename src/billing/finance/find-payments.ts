import type { Knex } from 'knex';
import { z } from 'zod';
import type { Currency } from '../../currency.ts';
import { currencies } from '../../currency.ts';
import { parseMajor } from '../paytr/minor-units.ts';
import type { paymentStatuses } from '../queries.ts';

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

/** The parts of a text of the search box. A payment must fit each part that is there. */
interface PaymentSearch {
  /** An order number, or that of an invoice or reversal, as typed in capitals. */
  number?: string;
  /** A universally unique number, as a legal invoice has one (ETTN). */
  uuid?: string;
  email?: string;
  /** The first six and last four digits of a card. */
  card?: string;
  amountMinor?: number;
  currency?: Currency;
  /** `2026-11-30`, in Istanbul. */
  day?: string;
}

/** More than this is no search but a list: an operator says more. */
const FOUND_MAX = 50;

const symbols: Record<string, Currency> = { '₺': 'TRY', TL: 'TRY', $: 'USD', '€': 'EUR' };

/**
 * Reads the search box: an e-mail address, a masked card, an ETTN, an amount with or without its currency, a
 * day, or a number of an order or document. Amount and day may stand together. Null when a word is none of
 * these, or when nothing is left to look for.
 */
export function readPaymentSearch(text: string): PaymentSearch | null {
  // A whole card number: nobody needs it here, and we keep none.
  if (/^[\d\s-]{12,}$/.test(text.trim())) return null;
  const card = readCard(text);
  if (card !== null) return { card };
  const search: PaymentSearch = {};
  for (const word of text
    .replace(/([₺$€])/g, ' $1 ')
    .split(/\s+/)
    .filter(Boolean)) {
    const part = readWord(word);
    // Two of a kind cannot both fit.
    if (part === null || Object.keys(part).some((name) => name in search)) return null;
    Object.assign(search, part);
  }
  // A currency alone is no search.
  return Object.keys(search).some((name) => name !== 'currency') ? search : null;
}

function readWord(word: string): PaymentSearch | null {
  const upper = word.toUpperCase();
  const currency = symbols[upper] ?? currencies.find((each) => each === upper);
  if (currency !== undefined) return { currency };
  if (word.includes('@')) return { email: word.toLowerCase() };
  if (z.guid().safeParse(word).success) return { uuid: word.toLowerCase() };
  const day = readDay(word);
  if (day !== null) return { day };
  const amountMinor = parseMajor(word);
  if (amountMinor !== null) return { amountMinor };
  return /^[A-Z0-9]{6,64}$/.test(upper) ? { number: upper } : null;
}

/** `455359******6747`, with any mark or blanks between the first six and the last four digits. */
function readCard(text: string): string | null {
  const digits = /^\s*(\d{4})\s?(\d{2})[\s*xX•.A-Z-]{2,14}?(\d{4})\s*$/.exec(text);
  return digits === null ? null : digits.slice(1).join('');
}

/** `2026-11-30`, `30.11.2026` or `30/11/2026`. */
function readDay(word: string): string | null {
  const turkish = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(word);
  const day =
    turkish === null
      ? word
      : `${turkish[3] ?? ''}-${(turkish[2] ?? '').padStart(2, '0')}-${(turkish[1] ?? '').padStart(2, '0')}`;
  return z.iso.date().safeParse(day).success ? day : null;
}

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
  // What was ordered or, with a surcharge, what was charged.
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

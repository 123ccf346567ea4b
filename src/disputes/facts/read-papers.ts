import type { Knex } from 'knex';
import { recordOf } from './fact-record.ts';
import type { CallbackFact, LegalInvoiceFact } from './money-facts.ts';
import type { CardFact, OrderFact, PeriodFact } from './order-facts.ts';

/** Names under which a gateway may give the bank's authorization code (secondary: no field list has one). */
const AUTHORIZATION_FIELDS = ['auth_code', 'authcode', 'provizyon_no', 'onay_kodu'];

/**
 * The time that a payment bought, and where it lies now by the ledger; as it was bought until that is posted.
 * Null when it bought none by then.
 */
export async function readPeriod(db: Knex, order: OrderFact, asOf: Date): Promise<PeriodFact | null> {
  const row = await db('invoices')
    .join('payments', 'payments.id', 'invoices.payment_id')
    .leftJoin('delivery_periods', 'delivery_periods.payment_id', 'invoices.payment_id')
    .where('invoices.payment_id', order.id)
    .where('invoices.issued_at', '<=', asOf)
    .first<(Omit<PeriodFact, 'record'> & { id: number }) | undefined>([
      'invoices.id',
      'invoices.invoice_no',
      'invoices.plan',
      'invoices.issued_at',
      'invoices.period_start as bought_start',
      'invoices.period_end as bought_end',
      db.raw('coalesce(delivery_periods.from_at, invoices.period_start) as start'),
      db.raw('coalesce(delivery_periods.to_at, invoices.period_end) as "end"'),
      db.raw('case when payments.time_taken_at <= ? then payments.time_taken_at end as taken_at', [asOf]),
      'invoices.total_minor',
      'invoices.tax_minor',
      'invoices.currency',
    ]);
  if (row === undefined) return null;
  const { id, ...period } = row;
  return { record: recordOf('invoice', id), ...period };
}

/** The legal invoices of a payment, oldest first, in the state of a time. */
export async function readLegalInvoices(db: Knex, order: OrderFact, asOf: Date): Promise<LegalInvoiceFact[]> {
  const rows = await db('legal_invoices')
    .join('invoices', 'invoices.id', 'legal_invoices.invoice_id')
    .where('invoices.payment_id', order.id)
    .where('legal_invoices.created_at', '<=', asOf)
    .orderBy('legal_invoices.id')
    .select<LegalInvoiceRow[]>([
      'legal_invoices.id',
      'legal_invoices.number',
      'legal_invoices.ettn',
      'legal_invoices.issuer',
      'legal_invoices.returns_id',
      db.raw('legal_invoices.issued_on::text as issued_on'),
      'legal_invoices.due_at',
      'legal_invoices.total_minor',
      'legal_invoices.issued_at',
      'legal_invoices.delivered_at',
      'legal_invoices.ended_at',
      'legal_invoices.ended_as',
    ]);
  return rows.map((row) => legalInvoiceAt(row, asOf));
}

interface LegalInvoiceRow extends Pick<
  LegalInvoiceFact,
  'number' | 'ettn' | 'issuer' | 'issued_on' | 'due_at' | 'total_minor'
> {
  id: number;
  returns_id: number | null;
  issued_at: Date | null;
  delivered_at: Date | null;
  ended_at: Date | null;
  ended_as: 'cancelled' | 'returned' | 'withdrawn' | null;
}

function legalInvoiceAt(row: LegalInvoiceRow, asOf: Date): LegalInvoiceFact {
  const { id, returns_id, issued_at, delivered_at, ended_at, ended_as, ...invoice } = row;
  const isIssued = issued_at !== null && issued_at <= asOf;
  const isDelivered = delivered_at !== null && delivered_at <= asOf;
  const ended = ended_at !== null && ended_at <= asOf ? ended_as : null;
  const untold = { number: null, ettn: null, issuer: null, issued_on: null };
  return {
    record: recordOf('legal_invoice', id),
    ...invoice,
    ...(isIssued ? {} : untold),
    is_return: returns_id !== null,
    state: ended ?? (isDelivered ? 'delivered' : isIssued ? 'issued' : 'due'),
  };
}

/** The gateway's signed notifications about a payment, oldest first. */
export async function readCallbacks(db: Knex, order: OrderFact, asOf: Date): Promise<CallbackFact[]> {
  const rows = await db('payment_callbacks')
    .where('payment_callbacks.payment_id', order.id)
    .where('payment_callbacks.received_at', '<=', asOf)
    .orderBy(['payment_callbacks.received_at', 'payment_callbacks.id'])
    .select<(Omit<CallbackFact, 'record'> & { id: number })[]>([
      'payment_callbacks.id',
      'payment_callbacks.received_at',
      'payment_callbacks.outcome',
      'payment_callbacks.body_sha256',
    ]);
  return rows.map(({ id, ...row }) => ({ record: recordOf('payment_callback', id), ...row }));
}

/** The gateway's answer about the card, once it had come. */
export async function readCard(db: Knex, order: OrderFact, asOf: Date): Promise<CardFact | null> {
  const row = await db('payment_card_facts')
    .where('payment_card_facts.payment_id', order.id)
    .where('payment_card_facts.asked_at', '<=', asOf)
    .first<(Omit<CardFact, 'record' | 'authorization_code'> & { answer: string }) | undefined>([
      'payment_card_facts.asked_at',
      'payment_card_facts.masked_pan',
      'payment_card_facts.card_brand',
      'payment_card_facts.card_bank',
      'payment_card_facts.card_scheme',
      'payment_card_facts.card_type',
      'payment_card_facts.three_d',
      'payment_card_facts.answer',
    ]);
  if (row === undefined) return null;
  const { answer, ...card } = row;
  const code = authorizationCode(answer);
  return { record: recordOf('payment_card', order.id), ...card, authorization_code: code };
}

function authorizationCode(answer: string): string | null {
  const fields = AUTHORIZATION_FIELDS.map((name) => new RegExp(`"${name}"\\s*:\\s*"([^"]{2,20})"`, 'i'));
  return fields.map((field) => field.exec(answer)?.[1]).find((code) => code !== undefined) ?? null;
}

/** The first day on which the gateway paid the money of a payment out; null: not reported. */
export async function readPayout(
  db: Knex,
  order: OrderFact,
): Promise<{ record: ReturnType<typeof recordOf>; day: string } | null> {
  const row = await db('gateway_payout_lines')
    .where('gateway_payout_lines.payment_id', order.id)
    .where('gateway_payout_lines.amount_minor', '>', 0)
    .orderBy(['gateway_payout_lines.day', 'gateway_payout_lines.id'])
    .first<{ id: number; day: string } | undefined>(
      'gateway_payout_lines.id',
      db.raw('gateway_payout_lines.day::text as day'),
    );
  return row === undefined ? null : { record: recordOf('payout_line', row.id), day: row.day };
}

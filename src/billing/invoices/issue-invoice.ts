import type { Knex } from 'knex';
import type { AuditEntry } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { includedTax } from '../included-tax.ts';
import { calendarYear, TIME_ZONE } from '../../local-calendar.ts';
import type { Period } from '../period.ts';
import { type InvoiceParty } from './queries.ts';
import type { BillingDetails, Payment } from '../queries.ts';

export interface IssuedInvoice {
  id: number;
  invoice_no: string;
}

/**
 * Issues the one invoice of a payment: for the period bought and the amount charged, tax included, with both
 * parties as they are today.
 *
 * 1. Numbers have no gaps within a calendar year of Europe/Istanbul, because the year's counter stays locked
 *    until the caller's transaction ends.
 * 2. The time of issue is taken under that lock, so a higher number is never older.
 * 3. Every other settlement waits for that lock, so it is taken last: the buyer is found before it, and the
 *    caller writes the audit entry together with its own.
 */
export async function issueInvoice(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { payment: Payment; chargedMinor: number; period: Period; buyer: BillingDetails; config: Config },
): Promise<{ invoice: IssuedInvoice; entry: AuditEntry }> {
  const { payment, chargedMinor, period, buyer, config } = input;
  const { year, number, issuedAt } = await takeNumber(trx, context.at);
  const invoiceNo = `${config.invoicePrefix}${String(year)}${String(number).padStart(9, '0')}`;
  const [invoice] = await trx('invoices')
    .insert({
      payment_id: payment.id,
      company_id: payment.company_id,
      year,
      number,
      invoice_no: invoiceNo,
      issued_at: issuedAt,
      plan: payment.plan,
      period_start: period.start,
      period_end: period.end,
      currency: payment.currency,
      total_minor: chargedMinor,
      tax_minor: includedTax(chargedMinor, config.taxPercent),
      tax_percent: config.taxPercent,
      buyer: JSON.stringify(partyOf(buyer)),
      seller: JSON.stringify(config.seller satisfies InvoiceParty),
    })
    .returning<IssuedInvoice[]>(['id', 'invoice_no']);
  if (invoice === undefined) throw new Error('Bug! An insert returned no row');
  return { invoice, entry: entryOf(invoice, { payment, chargedMinor, period }) };
}

const YEAR_ENDED = 'The year has ended while an invoice was numbered';

interface GivenNumber {
  year: number;
  number: number;
  issuedAt: Date;
}

/**
 * Gives the next number of the current year, with the time. The time of the request cannot decide the year: a
 * request that waited for the lock may have begun in a year that is over by now.
 */
async function takeNumber(trx: Knex.Transaction, notBefore: Date): Promise<GivenNumber> {
  const given = await takeNumberOf(trx, calendarYear(notBefore), notBefore);
  if (given !== undefined) return given;
  const { rows } = await trx.raw<{ rows: { at: Date }[] }>('select clock_timestamp() as at');
  const later = await takeNumberOf(trx, calendarYear(rows[0]?.at ?? notBefore), notBefore);
  // New Year's midnight passed between two statements. The transaction rolls back, and the gateway notifies
  // again.
  if (later === undefined) throw new Error(YEAR_ENDED);
  return later;
}

/**
 * The next number of `year`, or undefined when that year is over. The database's clock is read after the
 * counter is locked: Postgres locks the conflicting row before it computes the new values.
 */
async function takeNumberOf(
  trx: Knex.Transaction,
  year: number,
  notBefore: Date,
): Promise<GivenNumber | undefined> {
  const { rows } = await trx
    .raw<{ rows: { last_number: number; last_issued_at: Date }[] }>(
      `insert into invoice_counters (year, last_number, last_issued_at)
     select :year, 1, now_or_later.at
     from (select greatest(:notBefore::timestamptz, clock_timestamp()) as at) as now_or_later
     where extract(year from now_or_later.at at time zone :zone) = :year::integer
     on conflict on constraint pk_invoice_counters do update
       set last_number = invoice_counters.last_number + 1,
           last_issued_at = greatest(invoice_counters.last_issued_at, :notBefore::timestamptz, clock_timestamp())
       where extract(year from greatest(:notBefore::timestamptz, clock_timestamp()) at time zone :zone)
             = :year::integer
     returning last_number, last_issued_at`,
      { year, notBefore, zone: TIME_ZONE },
    )
    .options({ name: 'take-invoice-number' });
  const counter = rows[0];
  if (counter === undefined) return undefined;
  // A number of the old year has been taken, and only a rollback gives it back. The gateway notifies again.
  if (calendarYear(counter.last_issued_at) !== year) throw new Error(YEAR_ENDED);
  return { year, number: counter.last_number, issuedAt: counter.last_issued_at };
}

function partyOf(company: BillingDetails): InvoiceParty {
  return {
    name: company.billing_name ?? company.name,
    address: company.billing_address,
    phone: company.billing_phone,
    email: null,
    taxOffice: company.billing_tax_office,
    taxNumber: company.billing_tax_number,
  };
}

function entryOf(
  invoice: IssuedInvoice,
  { payment, chargedMinor, period }: { payment: Payment; chargedMinor: number; period: Period },
): AuditEntry {
  return {
    action: 'invoice_issued',
    success: true,
    resourceType: 'invoice',
    resourceId: invoice.id,
    userId: payment.user_id,
    companyId: payment.company_id,
    details: {
      invoice_no: invoice.invoice_no,
      payment_id: payment.id,
      merchant_oid: payment.merchant_oid,
      plan: payment.plan,
      total_minor: chargedMinor,
      currency: payment.currency,
      period_start: period.start,
      period_end: period.end,
    },
  };
}

import type { Knex } from 'knex';
import type { AuditEntry } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { includedTax } from '../tax/included-tax.ts';
import { buyerAddress } from '../consent/order-values.ts';
import { personOf } from '../order-evidence.ts';
import type { Period } from '../period.ts';
import { insertNumbered } from '../take-number.ts';
import type { InvoiceParty } from '../papers/paper-lines.ts';
import type { BillingDetails, Payment } from '../queries.ts';

export interface IssuedInvoice {
  id: number;
  invoice_no: string;
}

/** `given` is the number (`insertNumbered`); it is written with nine digits at least. */
const INSERT = `
  insert into invoices (payment_id, company_id, year, number, invoice_no, issued_at, plan, period_start,
    period_end, currency, total_minor, tax_minor, tax_percent, buyer, seller)
  select :paymentId, :companyId, given.year, given.number,
    concat(:prefix::text, given.year, repeat('0', 9 - length(given.number::text)), given.number),
    given.issued_at, :plan, :periodStart, :periodEnd, :currency, :totalMinor, :taxMinor, :taxPercent, :buyer,
    :seller
  from given
  returning id, invoice_no, number, issued_at`;

/**
 * Issues the one invoice of a payment: for the period bought and the amount charged, tax included, with the
 * buyer of the order and the seller of today.
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
  const invoice = await insertNumbered<IssuedInvoice & { issued_at: Date }>(
    trx,
    'invoice_counters',
    context.at,
    {
      name: 'issue-invoice',
      sql: INSERT,
      values: {
        prefix: config.invoicePrefix,
        paymentId: payment.id,
        companyId: payment.company_id,
        plan: payment.plan,
        periodStart: period.start,
        periodEnd: period.end,
        currency: payment.currency,
        totalMinor: chargedMinor,
        taxMinor: includedTax(chargedMinor, config.taxPercent),
        taxPercent: config.taxPercent,
        buyer: JSON.stringify(partyOf(buyer)),
        seller: JSON.stringify(config.seller satisfies InvoiceParty),
      },
    },
  );
  const userId = personOf(context, payment);
  return { invoice, entry: entryOf(invoice, { payment, userId, chargedMinor, period }) };
}

function partyOf(company: BillingDetails): InvoiceParty {
  return {
    name: company.billing_name ?? company.name,
    address: addressOf(company),
    phone: company.billing_phone,
    email: null,
    taxOffice: company.billing_tax_office,
    taxNumber: company.billing_tax_number,
  };
}

/**
 * The address as the texts of the order have it: with district, city and country, as far as they were given.
 * A paper keeps it for ever in one language, that of the place or, abroad, English.
 */
function addressOf(buyer: BillingDetails): string | null {
  const { billing_address, billing_country: country } = buyer;
  return billing_address === null ? null : buyerAddress({ locale: country === 'TR' ? 'tr' : 'en' }, buyer);
}

function entryOf(
  invoice: IssuedInvoice,
  of: { payment: Payment; userId: number; chargedMinor: number; period: Period },
): AuditEntry {
  const { payment, userId, chargedMinor, period } = of;
  return {
    action: 'invoice_issued',
    success: true,
    resourceType: 'invoice',
    resourceId: invoice.id,
    userId,
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

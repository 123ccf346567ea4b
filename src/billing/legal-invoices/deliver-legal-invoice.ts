import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { headBlocks } from '../../transparency/heads/handed-out/head-blocks.ts';
import { findHeadAt } from '../../transparency/heads/handed-out/queries.ts';
import { formatFor } from '../../web/format.ts';
import { findParties } from '../queries.ts';
import type { DeliveryWay, LegalInvoice } from './legal-invoice.ts';
import { lockLegalInvoice } from './record-issue.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'legal-invoice', version: 2 };

type DeliveryOutcome = { ok: true } | { ok: false; reason: 'not-issued' | 'no-file' };

/**
 * Writes down how the buyer got a legal invoice. By `mail` the person who paid is told where to download it,
 * so it needs a file; the other ways happened elsewhere.
 */
export async function deliverLegalInvoice(
  db: Knex,
  context: RequestContext,
  { id, how, config }: { id: number; how: DeliveryWay; config: Config },
): Promise<DeliveryOutcome> {
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, id);
    if (legal.state !== 'issued') return { ok: false, reason: 'not-issued' };
    if (how === 'mail') {
      const file = await trx('legal_invoice_files')
        .where({ legal_invoice_id: id })
        .first<{ id: number } | undefined>('id');
      if (file === undefined) return { ok: false, reason: 'no-file' };
      await mailToPayer(trx, context, { legal, config });
    }
    await recordDelivery(trx, context, { legal, how });
    return { ok: true };
  });
}

/** Writes the delivery of a locked legal invoice, with its audit row. */
export async function recordDelivery(
  trx: Knex.Transaction,
  context: RequestContext,
  { legal, how }: { legal: LegalInvoice; how: DeliveryWay },
): Promise<void> {
  await trx('legal_invoices')
    .where({ id: legal.id })
    .update({ delivered_at: context.at, delivered_how: how, delivered_by: context.userId });
  await AuditLogger.logOrThrow(trx, context, {
    action: 'legal_invoice_delivered',
    success: true,
    resourceType: 'legal_invoice',
    resourceId: legal.id,
    companyId: legal.company_id,
    details: { invoice_id: legal.invoice_id, number: legal.number, ettn: legal.ettn, how },
  });
}

async function mailToPayer(
  trx: Knex.Transaction,
  context: RequestContext,
  { legal, config }: { legal: LegalInvoice; config: Config },
): Promise<void> {
  const paid = await findPaidBy(trx, legal.invoice_id);
  const parties = await findParties(trx, paid.payment_id);
  if (parties === undefined) throw new Error('Bug! A receipt without a person or a company');
  const { payer } = parties;
  const format = formatFor(payer.locale);
  const { t, money, locale } = format;
  const facts = { number: legal.number, amount: money(legal.total_minor, legal.currency) };
  const head = await findHeadAt(trx, { companyId: legal.company_id, at: context.at });
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: legal.company_id,
      userId: paid.user_id,
      to: payer.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'payment', id: paid.payment_id },
      content: {
        subject: t('legalInvoices.mailSubject', facts),
        blocks: [
          { kind: 'text', text: t('billing.receiptHello', { name: payer.full_name }) },
          { kind: 'text', text: t('legalInvoices.mailText', { ...facts, receipt: paid.invoice_no }) },
          {
            kind: 'link',
            label: t('legalInvoices.mailLink'),
            url: `${config.baseUrl}/billing#invoices`,
            isSecret: false,
          },
          { kind: 'text', text: config.seller.name },
          ...headBlocks(head, format, config),
        ],
      },
    },
  });
}

/** The payment of a receipt, and the person who made it. */
async function findPaidBy(
  trx: Knex.Transaction,
  invoiceId: number,
): Promise<{ payment_id: number; user_id: number; invoice_no: string }> {
  const row = await trx('invoices')
    .join('payments', 'payments.id', 'invoices.payment_id')
    .where('invoices.id', invoiceId)
    .first<{ payment_id: number; user_id: number; invoice_no: string } | undefined>(
      'invoices.payment_id',
      'payments.user_id',
      'invoices.invoice_no',
    );
  if (row === undefined) throw new Error('Bug! A legal invoice without a receipt');
  return row;
}

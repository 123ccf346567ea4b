import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { formatFor } from '../../web/format.ts';
import type { Mailer } from '../../mail/mail.ts';
import type { Period } from '../period.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Payer } from '../queries.ts';

/** The content of a receipt. Amounts are in minor units. */
export interface Receipt {
  payer: Payer;
  invoice: { id: number; invoice_no: string };
  plan: PaidPlan;
  period: Period;
  totalMinor: number;
  currency: Currency;
}

/**
 * Mails the receipt in the payer's language. Never throws: the mailer logs a mail that fails, and the payment
 * stands.
 */
export async function sendReceipt(
  parts: { mailer: Mailer; config: Pick<Config, 'baseUrl' | 'seller'> },
  receipt: Receipt,
): Promise<void> {
  const { t, money, when } = formatFor(receipt.payer.locale);
  const values = {
    name: receipt.payer.full_name,
    plan: t(`common.plan_${receipt.plan}`),
    amount: money(receipt.totalMinor, receipt.currency),
    invoiceNo: receipt.invoice.invoice_no,
    from: when(receipt.period.start),
    until: when(receipt.period.end),
    link: `${parts.config.baseUrl}/billing/invoices/${String(receipt.invoice.id)}`,
    seller: parts.config.seller.name,
    contact: parts.config.seller.email,
  };
  await parts.mailer.send({
    to: receipt.payer.email,
    subject: t('billing.receiptSubject', values),
    text: t('billing.receiptText', values),
  });
}

import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { queueMail, type QueuedBeside } from '../../mail/queue-mail.ts';
import type { PaidPlan } from '../../plan.ts';
import { headBlocks } from '../../transparency/heads/handed-out/head-blocks.ts';
import { formatFor, type Format } from '../../web/format.ts';
import { paperOf, type Paper } from '../invoices/paper.ts';
import type { Period } from '../period.ts';
import { priceFactsRows } from '../prices/offer-words.ts';
import type { Payer, Payment } from '../queries.ts';

/** Counts up whenever the words of the receipt change. */
const TEMPLATE = { name: 'receipt', version: 4 };

/** The content of a receipt. Amounts are in minor units. */
interface Receipt {
  payment: Pick<Payment, 'id' | 'company_id' | 'user_id' | 'price_facts'>;
  payer: Payer;
  invoice: { id: number; invoice_no: string };
  plan: PaidPlan;
  period: Period;
  totalMinor: number;
  currency: Currency;
  /** A checkpoint of the company's log, for the end of the mail. */
  head: string | null;
}

/**
 * Writes the receipt for the payer, in the payer's language, into the outbox: part of the settlement, and one
 * statement with its audit rows.
 */
export async function queueReceipt(
  trx: Knex.Transaction,
  context: RequestContext,
  { receipt, config, beside }: { receipt: Receipt; config: Config; beside: QueuedBeside },
): Promise<void> {
  const { payment, payer, invoice } = receipt;
  const format = formatFor(payer.locale);
  const { t, money, locale } = format;
  const paper = paperOf(config);
  const plan = t(`common.plan_${receipt.plan}`);
  const amount = money(receipt.totalMinor, receipt.currency);
  await queueMail(trx, context, {
    config,
    beside,
    mail: {
      companyId: payment.company_id,
      userId: payment.user_id,
      to: payer.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'payment', id: payment.id },
      content: {
        subject: t('billing.receiptSubject', { paper, invoiceNo: invoice.invoice_no, plan, amount }),
        blocks: [
          { kind: 'text', text: t('billing.receiptHello', { name: payer.full_name }) },
          { kind: 'text', text: t('billing.receiptThanks') },
          { kind: 'facts', rows: factRows(format, receipt, paper) },
          ...(paper === 'receipt' ? [{ kind: 'text', text: t('billing.receiptNotice') } as const] : []),
          {
            kind: 'link',
            label: t('billing.receiptView'),
            url: `${config.baseUrl}/billing/invoices/${String(invoice.id)}`,
            isSecret: false,
          },
          { kind: 'text', text: t('billing.receiptNotYou', { contact: config.seller.email }) },
          { kind: 'text', text: config.seller.name },
          ...headBlocks(receipt.head, format, config),
        ],
      },
    },
  });
}

function factRows(format: Format, receipt: Receipt, paper: Paper): [string, string][] {
  const { t, money, when } = format;
  const { payment, invoice, plan, period } = receipt;
  const amount = money(receipt.totalMinor, receipt.currency);
  const periodText = { from: when(period.start), until: when(period.end) };
  return [
    [t('billing.receiptPlan'), t(`common.plan_${plan}`)],
    [t('billing.receiptPeriod'), t('billing.receiptPeriodValue', periodText)],
    [t('billing.receiptAmount'), t('billing.receiptAmountValue', { amount })],
    [t('billing.invoiceNo', { paper }), invoice.invoice_no],
    ...priceFactsRows(format, payment.price_facts, plan).map(({ term, value }): [string, string] => [
      term,
      value,
    ]),
  ];
}

import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { MailBlock } from '../../mail/mail-content.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { headBlocks } from '../../transparency/heads/handed-out/head-blocks.ts';
import { findHeadAt } from '../../transparency/heads/handed-out/queries.ts';
import { formatFor, type Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { paperOf } from '../invoices/paper.ts';
import type { Payer, Payment } from '../queries.ts';
import type { Reversal } from '../reversals/queries.ts';
import type { Refund } from './queries.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'refund', version: 3 };

/** A refund that was made, with what its mail tells of it. */
interface RefundNews {
  refund: Refund;
  payment: Payment;
  payer: Payer;
  reversal: Reversal | null;
  /** The new end of the paid time; null when the refund changes nothing about it. */
  paidUntil: Date | null;
  /** The end before. */
  paidUntilBefore: Date | null;
  config: Config;
}

/** Tells the payer, in their language, that money was given back: part of the same transaction. */
export async function queueRefundMail(
  trx: Knex.Transaction,
  context: RequestContext,
  news: RefundNews,
): Promise<void> {
  const { refund, payment, payer, reversal, config } = news;
  const format = formatFor(payer.locale);
  const { t, money, locale } = format;
  const amount = money(refund.amount_minor, refund.currency);
  const head = await findHeadAt(trx, { companyId: payment.company_id, at: context.at });
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: payment.company_id,
      userId: payment.user_id,
      to: payer.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'refund', id: refund.id },
      content: {
        subject: t('refunds.mailSubject', { amount, plan: t(`common.plan_${payment.plan}`) }),
        blocks: [
          { kind: 'text', text: t('billing.receiptHello', { name: payer.full_name }) },
          { kind: 'text', text: t('refunds.mailText') },
          { kind: 'facts', rows: factRows(format, news) },
          { kind: 'text', text: t(effectOnPlan(news, context.at)) },
          ...(reversal === null ? [] : [reversalLink(format, config, reversal)]),
          { kind: 'text', text: t('refunds.mailQuestions', { contact: config.seller.email }) },
          { kind: 'text', text: config.seller.name },
          ...headBlocks(head, format, config),
        ],
      },
    },
  });
}

function factRows({ t, money, when }: Format, news: RefundNews): [string, string][] {
  const { refund, payment, reversal, paidUntil, config } = news;
  const rows: [string, string][] = [
    [t('refunds.mailAmount'), money(refund.amount_minor, refund.currency)],
    [t('billing.orderNo'), payment.merchant_oid],
  ];
  if (reversal !== null)
    rows.push(
      [t('refunds.reversalNo'), reversal.reversal_no],
      [t('billing.invoiceNo', { paper: paperOf(config) }), reversal.invoice_no],
    );
  if (paidUntil !== null)
    rows.push([t('refunds.mailPaidUntil'), t('billing.istanbulTime', { time: when(paidUntil) })]);
  return rows;
}

function reversalLink({ t }: Format, config: Config, reversal: Reversal): MailBlock {
  const url = `${config.baseUrl}/billing/reversals/${String(reversal.id)}`;
  return { kind: 'link', label: t('refunds.mailReversal'), url, isSecret: false };
}

function effectOnPlan(
  { paidUntil, paidUntilBefore }: Pick<RefundNews, 'paidUntil' | 'paidUntilBefore'>,
  at: Date,
): TextKey {
  if (paidUntil === null) return 'refunds.mailPlanStays';
  if (paidUntil <= at) return 'refunds.mailPlanOver';
  return paidUntil.getTime() === paidUntilBefore?.getTime() ? 'refunds.mailPlanBack' : 'refunds.mailPlanEnds';
}

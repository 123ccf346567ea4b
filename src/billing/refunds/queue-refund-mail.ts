import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { paperOf } from '../invoices/paper.ts';
import type { Payer, Payment } from '../queries.ts';
import type { Reversal } from '../reversals/queries.ts';
import type { Refund } from './queries.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'refund', version: 2 };

/** Tells the payer, in their language, that money was given back: part of the same transaction. */
export async function queueRefundMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    refund: Refund;
    payment: Payment;
    payer: Payer;
    reversal: Reversal | null;
    /** The new end of the paid time; null when the refund changes nothing about it. */
    paidUntil: Date | null;
    /** The end before. */
    paidUntilBefore: Date | null;
    config: Config;
  },
): Promise<void> {
  const { refund, payment, payer, reversal, paidUntil, config } = input;
  const { t, money, when, locale } = formatFor(payer.locale);
  const amount = money(refund.amount_minor, refund.currency);
  const facts: [string, string][] = [
    [t('refunds.mailAmount'), amount],
    [t('billing.orderNo'), payment.merchant_oid],
    ...(reversal === null
      ? []
      : ([
          [t('refunds.reversalNo'), reversal.reversal_no],
          [t('billing.invoiceNo', { paper: paperOf(config) }), reversal.invoice_no],
        ] as [string, string][])),
    ...(paidUntil === null
      ? []
      : ([[t('refunds.mailPaidUntil'), t('billing.istanbulTime', { time: when(paidUntil) })]] as [
          string,
          string,
        ][])),
  ];
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
          { kind: 'facts', rows: facts },
          { kind: 'text', text: t(effectOnPlan(input, context.at)) },
          ...(reversal === null
            ? []
            : [
                {
                  kind: 'link' as const,
                  label: t('refunds.mailReversal'),
                  url: `${config.baseUrl}/billing/reversals/${String(reversal.id)}`,
                  isSecret: false,
                },
              ]),
          { kind: 'text', text: t('refunds.mailQuestions', { contact: config.seller.email }) },
          { kind: 'text', text: config.seller.name },
        ],
      },
    },
  });
}

function effectOnPlan(
  { paidUntil, paidUntilBefore }: { paidUntil: Date | null; paidUntilBefore: Date | null },
  at: Date,
): TextKey {
  if (paidUntil === null) return 'refunds.mailPlanStays';
  if (paidUntil <= at) return 'refunds.mailPlanOver';
  return paidUntil.getTime() === paidUntilBefore?.getTime() ? 'refunds.mailPlanBack' : 'refunds.mailPlanEnds';
}

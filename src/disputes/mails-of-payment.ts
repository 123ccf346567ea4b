import type { Knex } from 'knex';

/** How long before an order a mail to the payer still tells of it: an invitation, a trial, a confirmation. */
const DAYS_BEFORE = 30;

/** Most mails of one payment: ten a month for two years. */
const MAILS_MAX = 250;

/** True of a mail about the payment itself, its refunds or its cases. */
export const ABOUT_PAYMENT = `(
  (mails.cause_type = 'payment' and mails.cause_id = payments.id::text)
  or (mails.cause_type = 'refund' and mails.cause_id in
      (select refunds.id::text from refunds where refunds.payment_id = payments.id))
  or (mails.cause_type = 'dispute' and mails.cause_id in
      (select disputes.id::text from disputes where disputes.payment_id = payments.id)))`;

/**
 * The mails that belong to a payment by a moment, newest first: those to the payer about the payment, its
 * refunds and its cases, and those about the payer's account and subscription from 30 days before the order
 * until the bought time ended. Mails that name other people (invitations, alerts, requests) are not among
 * them, nor are mails to others. The bound leaves out the oldest.
 */
export function mailsOfPayment(
  db: Knex,
  { paymentId, asOf }: { paymentId: number; asOf: Date },
): Knex.QueryBuilder {
  return db('mails')
    .join('payments', 'payments.id', db.raw('?', [paymentId]))
    .whereRaw('mails.company_id = payments.company_id')
    .whereRaw('mails.user_id = payments.user_id')
    .where('mails.created_at', '<=', asOf)
    .where((either) => {
      void either.whereRaw(ABOUT_PAYMENT).orWhereRaw(
        `mails.cause_type in ('subscription', 'account', 'email-confirmation', 'email-change', 'password-reset')
           and mails.created_at >= payments.created_at - make_interval(days => ?)
           and not exists (select 1 from invoices
             where invoices.payment_id = payments.id and invoices.period_end < mails.created_at)`,
        [DAYS_BEFORE],
      );
    })
    .orderBy([
      { column: 'mails.created_at', order: 'desc' },
      { column: 'mails.id', order: 'desc' },
    ])
    .limit(MAILS_MAX);
}

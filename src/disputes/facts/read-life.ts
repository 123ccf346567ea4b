import type { Knex } from 'knex';
import { DAY_MS } from '../../durations.ts';
import { recordOf } from './fact-record.ts';
import type { CancellationFact, MailFact, NoticeFact } from './agreed-facts.ts';
import type { RefundFact } from './money-facts.ts';
import type { OrderFact } from './order-facts.ts';

type RefundRow = Omit<RefundFact, 'record'> & { id: number; sent_at: Date | null };

/** The refunds of a payment, oldest first, in the state of a time. */
export async function readRefunds(db: Knex, order: OrderFact, asOf: Date): Promise<RefundFact[]> {
  const rows = await db('refunds')
    .where('refunds.payment_id', order.id)
    .where('refunds.requested_at', '<=', asOf)
    .orderBy('refunds.id')
    .select<RefundRow[]>([
      'refunds.id',
      'refunds.source',
      'refunds.amount_minor',
      'refunds.currency',
      'refunds.state',
      'refunds.policy',
      'refunds.reference_no',
      'refunds.requested_at',
      'refunds.sent_at',
      'refunds.decided_at',
    ]);
  return rows.map(({ id, sent_at, ...refund }) => {
    const record = recordOf('refund', id);
    if (refund.decided_at === null || refund.decided_at <= asOf) return { record, ...refund };
    const wasSent = sent_at !== null && sent_at <= asOf;
    return { record, ...refund, state: wasSent ? 'sent' : 'requested', decided_at: null };
  });
}

/** The cancellations of the payer's company up to a time, oldest first. */
export async function readCancellations(db: Knex, order: OrderFact, asOf: Date): Promise<CancellationFact[]> {
  const rows = await db('audit_logs')
    .where({ 'audit_logs.company_id': order.company_id, 'audit_logs.action_type': 'subscription_change' })
    .where('audit_logs.timestamp', '<=', asOf)
    .whereRaw(
      "(audit_logs.details ->> 'cancels_at_before') is distinct from (audit_logs.details ->> 'cancels_at_after')",
    )
    .orderBy(['audit_logs.timestamp', 'audit_logs.id'])
    .select<ChangeRow[]>([
      'audit_logs.id',
      'audit_logs.timestamp',
      'audit_logs.user_id',
      db.raw("audit_logs.details ->> 'change' as change"),
      db.raw("audit_logs.details ->> 'when' as chosen"),
      db.raw("audit_logs.details ->> 'cancels_at_after' as cancels_at"),
    ]);
  return rows
    .filter(({ change }) => change === 'cancelled')
    .map((row) => ({
      record: recordOf('audit_log', row.id),
      requested_at: row.timestamp,
      by_payer: row.user_id === order.user_id,
      when: row.chosen,
      effective_at: row.cancels_at === null ? null : new Date(row.cancels_at),
      resumed_at:
        rows.find(({ timestamp, cancels_at }) => timestamp > row.timestamp && cancels_at === null)
          ?.timestamp ?? null,
    }));
}

interface ChangeRow {
  id: number;
  timestamp: Date;
  user_id: number | null;
  change: string;
  chosen: string | null;
  cancels_at: string | null;
}

/** A notice tells of a payment when it came so long before it: a renewal is announced seven days before. */
const NOTICE_DAYS = 14;

/** The mails and announcements before a payment that told of it, oldest first. */
export async function readNotices(
  db: Knex,
  order: OrderFact,
  mails: readonly MailFact[],
): Promise<NoticeFact[]> {
  const from = new Date(order.created_at.getTime() - NOTICE_DAYS * DAY_MS);
  const announced = await db('audit_logs')
    .where({ 'audit_logs.company_id': order.company_id, 'audit_logs.action_type': 'card_renewal_announced' })
    .whereBetween('audit_logs.timestamp', [from, order.created_at])
    .orderBy(['audit_logs.timestamp', 'audit_logs.id'])
    .select<{ id: number; at: Date }[]>(['audit_logs.id', 'audit_logs.timestamp as at']);
  const reminders = mails.filter(
    ({ template, created_at }) =>
      template === REMINDER && created_at >= from && created_at <= order.created_at,
  );
  return [
    ...announced.map(({ id, at }): NoticeFact => {
      const mail = reminders.find(({ created_at }) => created_at.getTime() === at.getTime()) ?? null;
      return { record: recordOf('audit_log', id), kind: 'renewal_announced', at, mail };
    }),
    ...reminders.map((mail): NoticeFact => {
      return { record: mail.record, kind: 'reminder', at: mail.created_at, mail };
    }),
  ];
}

/** Both reminders have this template (`billing/life/notices`). */
const REMINDER = 'subscription-reminder';

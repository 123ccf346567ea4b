import type { Knex } from 'knex';
import { DAY_MS } from '../../durations.ts';
import type { MailState } from '../../mail/mail-states.ts';
import { recordOf } from './fact-record.ts';
import type { MailFact } from './agreed-facts.ts';
import type { OrderFact, PeriodFact } from './order-facts.ts';

/** Mails to the payer count from so long before the payment: a renewal is announced seven days before. */
export const MAIL_DAYS_BEFORE = 14;

/** A payer with more of them than this around one payment is told of the oldest. */
const MAILS_MAX = 200;

/** Causes of mails that are about buying, paying and using; others may be about somebody else or a secret. */
const CAUSES = ['payment', 'subscription', 'refund'];

/** The mails about a payment, and those to the payer about the subscription around it, oldest first. */
export async function readMails(
  db: Knex,
  { order, period, asOf }: { order: OrderFact; period: PeriodFact | null; asOf: Date },
): Promise<MailFact[]> {
  const from = new Date(order.created_at.getTime() - MAIL_DAYS_BEFORE * DAY_MS);
  const to = period === null || period.bought_end > asOf ? asOf : period.bought_end;
  const refunds = db('refunds').where('refunds.payment_id', order.id).select(db.raw('refunds.id::text'));
  const rows = await db('mails')
    .where('mails.company_id', order.company_id)
    .where('mails.user_id', order.user_id)
    .where('mails.created_at', '<=', asOf)
    .whereIn('mails.cause_type', CAUSES)
    .where((which) => {
      void which
        .where({ 'mails.cause_type': 'payment', 'mails.cause_id': String(order.id) })
        .orWhere((refund) => {
          void refund.where('mails.cause_type', 'refund').whereIn('mails.cause_id', refunds);
        })
        .orWhere((around) => {
          void around.where('mails.cause_type', 'subscription').whereBetween('mails.created_at', [from, to]);
        });
    })
    // The limit must leave out the oldest, never the newest.
    .orderBy([
      { column: 'mails.created_at', order: 'desc' },
      { column: 'mails.id', order: 'desc' },
    ])
    .limit(MAILS_MAX)
    .select<MailRow[]>([
      'mails.id',
      'mails.created_at',
      'mails.recipient',
      'mails.subject',
      'mails.template',
      'mails.kept_sha256',
      db.raw("(mails.cause_type <> 'subscription') as is_about_payment"),
      db.raw("case when mails.state = 'kept' then 'kept' else 'queued' end as first_state"),
    ]);
  const states = await readStates(
    db,
    rows.map(({ id }) => id),
    asOf,
  );
  return rows.toReversed().map(({ id, first_state, ...row }) => ({
    record: recordOf('mail', id),
    ...row,
    state: states.get(id)?.state ?? first_state,
    state_at: states.get(id)?.at ?? null,
  }));
}

type MailRow = Omit<MailFact, 'record' | 'state' | 'state_at'> & { id: number; first_state: MailState };

/** The newest event of each mail by a time. */
async function readStates(
  db: Knex,
  ids: number[],
  asOf: Date,
): Promise<Map<number, { state: MailState; at: Date }>> {
  const rows = await db('mail_events')
    .whereIn('mail_events.mail_id', ids)
    .where('mail_events.at', '<=', asOf)
    .distinctOn('mail_events.mail_id')
    .orderBy('mail_events.mail_id')
    .orderBy('mail_events.id', 'desc')
    .select<{ mail_id: number; state: MailState; at: Date }[]>([
      'mail_events.mail_id',
      'mail_events.state',
      'mail_events.at',
    ]);
  return new Map(rows.map(({ mail_id, ...event }) => [mail_id, event]));
}

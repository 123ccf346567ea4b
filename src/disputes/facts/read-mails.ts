import type { Knex } from 'knex';
import type { MailState } from '../../mail/mail-states.ts';
import { recordOf } from './fact-record.ts';
import type { MailFact } from './agreed-facts.ts';
import { ABOUT_PAYMENT, mailsOfPayment } from '../mails-of-payment.ts';
import type { OrderFact } from './order-facts.ts';

/** The mails that belong to a payment, oldest first, in their states of a time. */
export async function readMails(
  db: Knex,
  { order, asOf }: { order: OrderFact; asOf: Date },
): Promise<MailFact[]> {
  const rows = await mailsOfPayment(db, { paymentId: order.id, asOf }).select<MailRow[]>([
    'mails.id',
    'mails.created_at',
    'mails.recipient',
    'mails.subject',
    'mails.template',
    'mails.kept_sha256',
    db.raw(`${ABOUT_PAYMENT} as is_about_payment`),
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

import type { Knex } from 'knex';
import type { MailState } from '../../mail/mail-states.ts';
import { ABOUT_PAYMENT, mailsOfPayment } from '../mails-of-payment.ts';

/** The words of RFC 3464, section 2.3.3, for what became of a mail. */
type DeliveryAction = 'failed' | 'delayed' | 'delivered' | 'relayed';

/** One thing that became of a mail. */
interface TrailState {
  at: Date;
  /** The word of RFC 3464. Null where none fits: the mail waited, or nobody knows whether it was taken. */
  action: DeliveryAction | null;
  state: MailState;
  /** The server that spoke; null when it named none. */
  server: string | null;
  /** A status code (RFC 3463) out of the server's words; null when there was none in them. */
  status: string | null;
  /** The server's words. */
  answer: string;
}

/** A mail of the outbox as a file. */
export interface TrailMail {
  mailId: number;
  /** Counted in the order of the trail. */
  name: string;
  /** `payment`: of this payment, its refunds or cases. `account`: of the payer's account or subscription. */
  about: 'payment' | 'account';
  bytes: Buffer;
  /** The hash that was stored with those bytes. */
  sha256: string;
  /** True when a link that opens something was left out of what is kept. */
  isCut: boolean;
  subject: string;
  recipient: string;
  template: string;
  writtenAt: Date;
  messageId: string;
  states: TrailState[];
  /** The newest of those states that has a word in RFC 3464. */
  action: DeliveryAction | null;
}

interface MailRow {
  id: number;
  is_of_payment: boolean;
  kept: Buffer;
  kept_sha256: string;
  sent_sha256: string;
  subject: string;
  recipient: string;
  template: string;
  created_at: Date;
  message_id: string;
}

interface EventRow {
  mail_id: number;
  at: Date;
  state: MailState;
  server: string | null;
  answer: string;
}

/**
 * The mails that belong to a payment (`mailsOfPayment`) as they were at a moment, oldest first.
 */
export async function listMailTrail(
  db: Knex,
  { paymentId, asOf }: { paymentId: number; asOf: Date },
): Promise<TrailMail[]> {
  const rows = await findMails(db, { paymentId, asOf });
  const events = await findEvents(db, { mailIds: rows.map(({ id }) => id), asOf });
  return rows.map((row, index) => {
    const states = events.filter(({ mail_id }) => mail_id === row.id).map(toState);
    return {
      mailId: row.id,
      name: `mail-${String(index + 1).padStart(4, '0')}.eml`,
      about: row.is_of_payment ? 'payment' : 'account',
      bytes: row.kept,
      sha256: row.kept_sha256,
      isCut: row.kept_sha256 !== row.sent_sha256,
      subject: row.subject,
      recipient: row.recipient,
      template: row.template,
      writtenAt: row.created_at,
      messageId: row.message_id,
      states,
      action: states.findLast(({ action }) => action !== null)?.action ?? null,
    };
  });
}

/** The fields of a delivery report (RFC 3464) about a mail of the trail, for a file beside it. */
export function asDeliveryReport(mail: TrailMail): string {
  const blocks = mail.states.map((each) =>
    [
      `Final-Recipient: rfc822; ${mail.recipient}`,
      ...(each.action === null ? [`X-State: ${each.state}`] : [`Action: ${each.action}`]),
      ...(each.status === null ? [] : [`Status: ${each.status}`]),
      ...(each.server === null ? [] : [`Remote-MTA: dns; ${oneLine(each.server)}`]),
      `Diagnostic-Code: smtp; ${oneLine(each.answer)}`,
      `Last-Attempt-Date: ${each.at.toUTCString().replace('GMT', '+0000')}`,
    ].join('\n'),
  );
  const head = `Original-Message-ID: ${mail.messageId}\nArrival-Date: ${mail.writtenAt.toUTCString().replace('GMT', '+0000')}`;
  return `${[head, ...blocks].join('\n\n')}\n`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

async function findMails(
  db: Knex,
  { paymentId, asOf }: { paymentId: number; asOf: Date },
): Promise<MailRow[]> {
  const rows = await mailsOfPayment(db, { paymentId, asOf }).select<MailRow[]>([
    'mails.id',
    db.raw(`${ABOUT_PAYMENT} as is_of_payment`),
    'mails.kept',
    'mails.kept_sha256',
    'mails.sent_sha256',
    'mails.subject',
    'mails.recipient',
    'mails.template',
    'mails.created_at',
    'mails.message_id',
  ]);
  return rows.toReversed();
}

function findEvents(db: Knex, { mailIds, asOf }: { mailIds: number[]; asOf: Date }): Promise<EventRow[]> {
  return db('mail_events')
    .whereIn('mail_events.mail_id', mailIds)
    .where('mail_events.at', '<=', asOf)
    .orderBy('mail_events.id')
    .select<EventRow[]>([
      'mail_events.mail_id',
      'mail_events.at',
      'mail_events.state',
      'mail_events.server',
      'mail_events.answer',
    ]);
}

function toState({ at, state, server, answer }: EventRow): TrailState {
  const action = ['failed', 'delayed', 'delivered', 'relayed'].find((word) => word === state);
  return {
    ...{ at, state, server, answer },
    action: (action ?? null) as DeliveryAction | null,
    status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(answer)?.[0] ?? null,
  };
}

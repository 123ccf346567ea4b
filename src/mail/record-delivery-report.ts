import type { Knex } from 'knex';
import { boundedText } from '../storable-text.ts';
import type { MailState } from './mail-states.ts';
import type { DeliveryReport } from './read-delivery-report.ts';

/** Longest words of a report that are kept, in characters. */
const ANSWER_MAX = 1000;

/**
 * Writes down what a delivery report says of a mail of ours. Returns the state of the mail afterwards, or
 * undefined when it is not ours.
 *
 * 1. `delivered` and `failed` change the state of a mail that was handed over. All other news is only noted:
 *    the mail server has the mail.
 * 2. A report that does not name the envelope id is only noted, too. The recipient and every admin know the
 *    Message-ID, and could write such a report to say that a receipt never came.
 * 3. A failure after a delivery is only noted: one of several copies failed.
 */
export async function recordDeliveryReport(
  db: Knex,
  { report, at }: { report: DeliveryReport; at: Date },
): Promise<MailState | undefined> {
  return db.transaction(async (trx) => {
    const mail = await findReported(trx, report);
    if (mail === undefined) return undefined;
    const isProven = report.envelopeId === mail.envelope_id;
    const state = isProven ? stateAfter(mail.state, report.action) : mail.state;
    if (state !== mail.state)
      await trx('mails').where('id', mail.id).update({ state, sending_since: null, with_secret: null });
    await trx('mail_events').insert({
      mail_id: mail.id,
      at,
      state: report.action === 'expanded' ? 'relayed' : report.action,
      source: 'report',
      try: mail.tries,
      server: report.server === null ? null : boundedText(report.server, ANSWER_MAX),
      answer: boundedText(report.answer, ANSWER_MAX),
    });
    return state;
  });
}

interface ReportedMail {
  id: number;
  envelope_id: string;
  state: MailState;
  tries: number;
}

async function findReported(
  trx: Knex.Transaction,
  { envelopeId, messageId }: DeliveryReport,
): Promise<ReportedMail | undefined> {
  const find = (which: Record<string, string>): Promise<ReportedMail | undefined> =>
    trx('mails')
      .where(which)
      .forUpdate()
      .first<ReportedMail | undefined>(['id', 'envelope_id', 'state', 'tries']);
  const named = envelopeId === null ? undefined : await find({ envelope_id: envelopeId });
  return named ?? (messageId === null ? undefined : find({ message_id: messageId }));
}

function stateAfter(before: MailState, action: DeliveryReport['action']): MailState {
  const isHandedOver = ['sending', 'relayed', 'uncertain'].includes(before);
  if (action === 'delivered' && (isHandedOver || before === 'failed')) return 'delivered';
  return action === 'failed' && isHandedOver ? 'failed' : before;
}

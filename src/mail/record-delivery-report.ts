import type { Knex } from 'knex';
import { boundedText } from '../storable-text.ts';
import type { MailState } from './mail-states.ts';
import type { DeliveryReport } from './read-delivery-report.ts';

/** Longest words of a report that are kept, in characters. */
const ANSWER_MAX = 1000;

/**
 * Writes down what a delivery report says of a mail of ours. Returns the state of the mail afterwards, or
 * undefined when it is not ours. Message-IDs cannot be guessed, so a stranger cannot report on a mail that they
 * have not seen.
 *
 * 1. `delivered` and `failed` change the state, also of a mail that was uncertain.
 * 2. A failure of a mail that was delivered is noted and changes nothing: one of several copies failed.
 * 3. `delayed`, `relayed` and `expanded` are noted and change nothing: the mail server has the mail.
 */
export async function recordDeliveryReport(
  db: Knex,
  { report, at }: { report: DeliveryReport; at: Date },
): Promise<MailState | undefined> {
  return db.transaction(async (trx) => {
    const mail = await trx('mails')
      .where('message_id', report.messageId)
      .forUpdate()
      .first<{ id: number; state: MailState; tries: number } | undefined>(['id', 'state', 'tries']);
    if (mail === undefined) return undefined;
    const state = stateAfter(mail.state, report.action);
    if (state !== mail.state)
      await trx('mails')
        .where('id', mail.id)
        .update({ state, sending_since: null, next_try_at: null, with_secret: null });
    await trx('mail_events').insert({
      mail_id: mail.id,
      at,
      state: report.action === 'expanded' ? 'relayed' : report.action,
      try: mail.tries,
      server: report.server === null ? null : boundedText(report.server, ANSWER_MAX),
      answer: boundedText(report.answer, ANSWER_MAX),
    });
    return state;
  });
}

function stateAfter(before: MailState, action: DeliveryReport['action']): MailState {
  if (action === 'delivered') return 'delivered';
  return action === 'failed' && before !== 'delivered' ? 'failed' : before;
}

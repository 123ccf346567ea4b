import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { outboxSignal } from './outbox-signal.ts';

/**
 * Sends a mail again that failed or may not have arrived: the same bytes with the same Message-ID, by which a
 * mailbox knows a second copy. The event names the person who asked. Refused for a mail whose secret link is
 * gone, and while no mail server is configured.
 */
export async function resendMail(
  db: Knex,
  context: RequestContext,
  input: { mailId: number; isMailConfigured: boolean },
): Promise<{ ok: true } | { ok: false; reason: 'in-hand' | 'secret-gone' | 'no-server' }> {
  if (!input.isMailConfigured) return { ok: false, reason: 'no-server' };
  return db.transaction(async (trx) => {
    const mail = await trx('mails')
      .where('id', input.mailId)
      .forUpdate()
      .first<{ state: string; tries: number; kept_sha256: string; sent_sha256: string } | undefined>([
        'state',
        'tries',
        'kept_sha256',
        'sent_sha256',
      ]);
    if (mail === undefined || !['failed', 'uncertain', 'kept'].includes(mail.state))
      return { ok: false, reason: 'in-hand' };
    if (mail.kept_sha256 !== mail.sent_sha256) return { ok: false, reason: 'secret-gone' };
    await trx('mails')
      .where('id', input.mailId)
      .update({ state: 'queued', next_try_at: context.at, queued_at: context.at });
    await trx('mail_events').insert({
      mail_id: input.mailId,
      at: context.at,
      state: 'queued',
      source: 'person',
      try: mail.tries,
      answer: 'sent again by hand',
      user_id: context.userId,
    });
    outboxSignal.of(trx)?.afterCommit(trx);
    return { ok: true };
  });
}

import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';

/**
 * Stops the mails of a cause that no mail server has got yet: their link opens nothing any more. A mail that
 * is being handed over right now may still arrive. Returns how many were stopped.
 */
export async function stopMails(
  trx: Knex.Transaction,
  context: RequestContext,
  cause: { type: 'invitation'; id: number },
): Promise<number> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `with stopped as (
       update mails set state = 'failed', next_try_at = null, with_secret = null
       where cause_type = :type and cause_id = :id and state in ('queued', 'delayed')
       returning id, tries
     )
     insert into mail_events (mail_id, at, state, source, try, answer, user_id)
     select id, :at, 'failed', 'outbox', tries, 'stopped: its link opens nothing any more', :userId from stopped
     returning id`,
    { type: cause.type, id: String(cause.id), at: context.at, userId: context.userId },
  );
  return rows.length;
}

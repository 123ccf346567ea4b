import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { changeDetails } from '../change-details.ts';
import { lockSubscription } from '../lock-order.ts';
import { endOfTime } from './cancel-moment.ts';
import { mailResumption } from './cancellation-mails.ts';

/**
 * Takes a cancellation back while paid time or trial is left, with an audit row and a mail to the admins. The
 * time between is not given back. Refuses when there is no cancellation, or nothing left to go on with.
 */
export async function resumeSubscription(
  db: Knex,
  context: RequestContext,
  input: { companyId: number; person: { full_name: string }; config: Config },
): Promise<{ ok: true; until: Date } | { ok: false; reason: 'not-cancelled' | 'nothing-left' }> {
  const { companyId, config, person } = input;
  return db.transaction(async (trx) => {
    const before = await lockSubscription(trx, companyId);
    if (before.cancels_at === null) return { ok: false, reason: 'not-cancelled' };
    const until = endOfTime(before, context.at);
    if (until === null) return { ok: false, reason: 'nothing-left' };
    const after = { ...before, cancel_requested_at: null, cancels_at: null };
    await trx('subscriptions').where('company_id', companyId).update({
      cancel_requested_at: null,
      cancels_at: null,
      cancelled_by: null,
      cancel_reason: null,
      updated_at: context.at,
    });
    await AuditLogger.logSubscriptionChange(trx, context, {
      companyId,
      details: { change: 'resumed', ...changeDetails(before, after, context.at) },
    });
    await mailResumption(trx, context, { companyId, config, by: person.full_name, until });
    return { ok: true, until };
  });
}

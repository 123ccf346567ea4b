import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { changeDetails } from '../change-details.ts';
import { lockSubscription } from '../lock-order.ts';
import type { Subscription } from '../queries.ts';
import { requestCardRemoval } from '../stored-cards/request-card-removal.ts';
import { endOpenOrder } from '../supersede-order.ts';
import { cancelMoment, endOfTime, type CancelChoice } from './cancel-moment.ts';
import { mailCancellation } from './cancellation-mails.ts';

interface CancelInput {
  companyId: number;
  person: { id: number; full_name: string };
  choice: CancelChoice;
  /** In the person's words; null when they gave none. */
  reason: string | null;
  config: Config;
}

/**
 * Cancels the subscription of a company, at once or at the end of its time, with an audit row and a mail to
 * its admins. Refuses when nothing is left to cancel. A second wish for the same end changes nothing. The
 * company's stored card is to be removed as well. At once also ends an open order: nobody should pay by a
 * page that was open before, and take the cancellation back.
 */
export async function cancelSubscription(
  db: Knex,
  context: RequestContext,
  input: CancelInput,
): Promise<{ ok: true; cancelsAt: Date } | { ok: false; reason: 'nothing-to-cancel' }> {
  const { companyId, choice, config, person } = input;
  return db.transaction(async (trx) => {
    const before = await lockSubscription(trx, companyId);
    const cancelsAt = cancelMoment(before, choice, context.at);
    if (cancelsAt === null) return { ok: false, reason: 'nothing-to-cancel' };
    if (before.cancels_at?.getTime() === cancelsAt.getTime()) return { ok: true, cancelsAt };
    const after = { ...before, cancel_requested_at: context.at, cancels_at: cancelsAt };
    await trx('subscriptions').where('company_id', companyId).update({
      cancel_requested_at: context.at,
      cancels_at: cancelsAt,
      cancelled_by: person.id,
      cancel_reason: input.reason,
      updated_at: context.at,
    });
    await audit(trx, context, input, { before, after });
    await requestCardRemoval(trx, context, { companyId, cause: 'cancelled' });
    if (choice === 'now') await endOpenOrder(trx, context, companyId);
    const canResumeUntil = endOfTime(after, context.at);
    await mailCancellation(trx, context, {
      companyId,
      config,
      by: person.full_name,
      cancelsAt,
      canResumeUntil,
    });
    return { ok: true, cancelsAt };
  });
}

async function audit(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, choice, reason }: CancelInput,
  { before, after }: { before: Subscription; after: Subscription },
): Promise<void> {
  const unusedMs =
    (endOfTime(after, context.at) ?? context.at).getTime() - (after.cancels_at ?? context.at).getTime();
  await AuditLogger.logSubscriptionChange(trx, context, {
    companyId,
    details: {
      change: 'cancelled',
      when: choice,
      cancel_reason: reason,
      // A refund of the unused time would be counted from it.
      unused_seconds: Math.floor(unusedMs / 1000),
      ...changeDetails(before, after, context.at),
    },
  });
}

import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { PaidPlan } from '../../plan.ts';
import { changeDetails } from '../change-details.ts';
import { lockSubscription } from '../lock-order.ts';
import { isUpgrade } from '../plans.ts';
import type { Subscription } from '../queries.ts';
import { segmentsOf } from '../segments.ts';
import { endOrderThatNoLongerFits } from '../supersede-order.ts';

/**
 * Notes that a company wants a smaller plan from the end of its paid time on, or with null that it does not
 * any more, with its audit row. Nothing is charged: the next payment orders that plan. An open order that
 * no longer fits ends. Returns from when on the plan would be in force; refuses what is no smaller plan.
 */
export async function wantPlan(
  db: Knex,
  context: RequestContext,
  { companyId, plan }: { companyId: number; plan: PaidPlan | null },
): Promise<{ ok: true; from: Date | null } | { ok: false }> {
  return db.transaction(async (trx) => {
    const before = await lockSubscription(trx, companyId);
    const from = plan === null ? null : smallerPlanFrom(before, plan, context.at);
    if (plan !== null && from === null) return { ok: false };
    if (before.wanted_plan === plan) return { ok: true, from };
    const after = { ...before, wanted_plan: plan };
    await trx('subscriptions')
      .where('company_id', companyId)
      .update({ wanted_plan: plan, updated_at: context.at });
    await AuditLogger.logSubscriptionChange(trx, context, {
      companyId,
      details: {
        change: plan === null ? 'plan-kept' : 'plan-wanted',
        ...changeDetails(before, after, context.at),
      },
    });
    const ended = await endOrderThatNoLongerFits(trx, context, after);
    for (const entry of ended) await AuditLogger.log(trx, context, entry);
    return { ok: true, from };
  });
}

/**
 * From when on a smaller plan could be in force: the end of the paid time. Null when none runs, when the plan
 * is not smaller, when another plan is paid ahead already, and after a cancellation.
 */
export function smallerPlanFrom(subscription: Subscription, plan: PaidPlan, at: Date): Date | null {
  const [segment, ahead] = segmentsOf(subscription, at);
  if (segment === undefined || ahead !== undefined || subscription.cancels_at !== null) return null;
  return isUpgrade(plan, segment.plan) ? segment.end : null;
}

import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import { preparingStates } from '../case-states.ts';
import { makePackage } from '../package/make-package.ts';

/** Drafts that one run makes: each takes some seconds of a processor. */
const AT_ONCE = 50;

/** A case is seen to again after this; its draft is made anew when it would tell something else. */
const STALE_MS = 24 * HOUR_MS;

/**
 * Makes a draft of the answer for each open case that has none of its round, or only an old one, so that no
 * case comes to its last day without any evidence. Nothing is sent. A draft that a rule of the channel
 * forbids is counted, and tried again; the page of the case says which rule. A case that cannot be drafted at
 * all does not keep the others waiting.
 */
export async function draftPackages(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<{ drafted: number; refusedDrafts: number }> {
  const due = await listUndrafted(db, new Date(context.at.getTime() - STALE_MS));
  let [drafted, refusedDrafts] = [0, 0];
  for (const { id: disputeId, payment_id: paymentId } of due) {
    await db('disputes').where({ id: disputeId }).update({ drafted_at: context.at });
    const draft = { config, paymentId, disputeId, kind: 'draft', by: null } as const;
    try {
      const made = await makePackage(db, context, draft);
      if (made?.ok === true) drafted += made.isNew ? 1 : 0;
      else refusedDrafts += 1;
    } catch (error) {
      refusedDrafts += 1;
      context.log.error({ err: error, dispute_id: disputeId }, 'no draft could be made for a dispute');
    }
  }
  return { drafted, refusedDrafts };
}

/** Those that nobody has seen to first, then the most urgent. */
function listUndrafted(db: Knex, before: Date): Promise<{ id: number; payment_id: number }[]> {
  return db('disputes')
    .whereNull('disputes.closed_at')
    .whereIn('disputes.state', preparingStates)
    .where((any) => any.whereNull('disputes.drafted_at').orWhere('disputes.drafted_at', '<', before))
    .orderByRaw('disputes.drafted_at nulls first, disputes.answer_by nulls last, disputes.id')
    .limit(AT_ONCE)
    .select<{ id: number; payment_id: number }[]>(['disputes.id', 'disputes.payment_id']);
}

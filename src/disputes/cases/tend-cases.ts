import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { HOUR_MS } from '../../durations.ts';
import { placeCaseHold, releaseCaseHold } from '../../holds/case-holds.ts';
import { answerableStates, openStates } from '../case-states.ts';
import { lockCase } from '../lock-case.ts';
import { moveCase } from './move-case.ts';

/** Cases that one run takes, so that none holds up other work. */
const AT_ONCE = 200;

/** A warning from which nothing came ends after this: cardholders have 120 days (Visa, Mastercard). */
const WARNING_MS = 120 * 24 * HOUR_MS;

/**
 * Does to cases what the clock brings. Returns how many of each.
 *
 * 1. A case whose last day has passed without an answer ends as `expired`, as does an old warning.
 * 2. An accepted case whose refund failed opens again.
 * 3. Each open case has a hold; the hold of a closed one ends `keepMonths` after its end.
 */
export async function tendCases(
  db: Knex,
  context: RequestContext,
  { keepMonths }: { keepMonths: number },
): Promise<{ expired: number; reopened: number; holdsPlaced: number; holdsReleased: number }> {
  return {
    expired: await expireCases(db, context),
    reopened: await reopenAfterRefunds(db, context),
    holdsPlaced: await placeHolds(db, context),
    holdsReleased: await releaseHolds(db, context, keepMonths),
  };
}

async function expireCases(db: Knex, context: RequestContext): Promise<number> {
  const due = await db('disputes')
    .whereIn('state', answerableStates)
    .where((builder) =>
      builder.where('answer_by', '<', context.at).orWhere((old) =>
        old
          .where({ state: 'warned' })
          .whereNull('answer_by')
          .where('received_at', '<', new Date(context.at.getTime() - WARNING_MS)),
      ),
    )
    .orderBy('id')
    .limit(AT_ONCE)
    .pluck<number[]>('id');
  let expired = 0;
  for (const id of due) {
    expired += await db.transaction(async (trx) => {
      const dispute = await lockCase(trx, id);
      const isDue = dispute.answer_by === null || dispute.answer_by < context.at;
      if (!isDue || !answerableStates.includes(dispute.state)) return 0;
      await moveCase(trx, context, { dispute, to: 'expired', action: 'dispute_expired' });
      return 1;
    });
  }
  return expired;
}

async function reopenAfterRefunds(db: Knex, context: RequestContext): Promise<number> {
  const failed = await db('disputes')
    .join('refunds', 'refunds.id', 'disputes.refund_id')
    .where('disputes.state', 'accepted')
    .whereIn('refunds.state', ['refused', 'withdrawn'])
    .orderBy('disputes.id')
    .limit(AT_ONCE)
    .pluck<number[]>('disputes.id');
  for (const id of failed) {
    await db.transaction(async (trx) => {
      const dispute = await lockCase(trx, id);
      if (dispute.state !== 'accepted' || dispute.state_before_refund === null) return;
      await moveCase(trx, context, {
        dispute,
        to: dispute.state_before_refund,
        action: 'dispute_reopened',
        changes: { lost_minor: null, refund_id: null, state_before_refund: null },
        details: { because: 'refund-failed', refund_id: dispute.refund_id },
      });
    });
  }
  return failed.length;
}

/** A hold that somebody released by hand comes back while the case is open. */
async function placeHolds(db: Knex, context: RequestContext): Promise<number> {
  const bare = await db('disputes')
    .leftJoin('legal_holds', (join) => {
      join.on('legal_holds.dispute_id', 'disputes.id').andOnNull('legal_holds.released_at');
    })
    .whereIn('disputes.state', openStates)
    .whereNull('legal_holds.id')
    .orderBy('disputes.id')
    .limit(AT_ONCE)
    .select<{ id: number; company_id: number; user_id: number }[]>([
      'disputes.id',
      'disputes.company_id',
      'disputes.user_id',
    ]);
  for (const { id, company_id, user_id } of bare) {
    await db.transaction((trx) =>
      placeCaseHold(trx, context, { companyId: company_id, disputeId: id, payerId: user_id }),
    );
  }
  return bare.length;
}

async function releaseHolds(db: Knex, context: RequestContext, keepMonths: number): Promise<number> {
  const over = await db('disputes')
    .join('legal_holds', 'legal_holds.dispute_id', 'disputes.id')
    .whereNull('legal_holds.released_at')
    .whereNotNull('disputes.closed_at')
    .whereRaw(`disputes.closed_at + make_interval(months => ?) < ?`, [keepMonths, context.at])
    .orderBy('disputes.id')
    .limit(AT_ONCE)
    .select<{ id: number; user_id: number }[]>(['disputes.id', 'disputes.user_id']);
  const note = `${String(keepMonths)} months after the case ended`;
  for (const { id, user_id } of over) {
    await db.transaction((trx) => releaseCaseHold(trx, context, { disputeId: id, payerId: user_id, note }));
  }
  return over.length;
}

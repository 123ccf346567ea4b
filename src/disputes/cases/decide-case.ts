import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { undecidedStates } from '../case-states.ts';
import { disputedMinor } from './disputed-minor.ts';
import { lockCase } from '../lock-case.ts';
import { moveCase } from './move-case.ts';
import { postMoney } from './post-money.ts';

/** Notes that the bank has the answer. False in any state but `sent`. */
export async function noteReview(
  db: Knex,
  context: RequestContext,
  { disputeId }: { disputeId: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    if (dispute.state !== 'sent') return false;
    await moveCase(trx, context, { dispute, to: 'under_review', action: 'dispute_reviewed' });
    return true;
  });
}

type DecisionOutcome = { ok: true } | { ok: false; reason: 'not-decidable' | 'amount' };

/**
 * Notes the decision of the bank. A `lost` case says how much is lost: at most what was disputed and what
 * other cases left of the charge, and all of that when nothing is told. The books are posted in the same
 * transaction.
 */
export async function decideCase(
  db: Knex,
  context: RequestContext,
  input: {
    disputeId: number;
    decision: 'won' | 'lost';
    lostMinor: number | null;
    feeMinor: number | null;
    note: string | null;
    config: Config;
  },
): Promise<DecisionOutcome> {
  const { disputeId, decision, feeMinor, note, config } = input;
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    if (!undecidedStates.includes(dispute.state)) return { ok: false, reason: 'not-decidable' };
    const disputed = await disputedMinor(trx, dispute);
    const lostMinor = decision === 'won' ? 0 : (input.lostMinor ?? disputed);
    if (lostMinor > disputed) return { ok: false, reason: 'amount' };
    await moveCase(trx, context, {
      dispute,
      to: decision,
      action: 'dispute_decided',
      changes: {
        lost_minor: lostMinor,
        fee_minor: feeMinor ?? dispute.fee_minor,
        note,
        // A bank that took money after an inquiry has made a dispute of it.
        ...(lostMinor > 0 ? { disputed_at: dispute.disputed_at ?? context.at } : {}),
      },
      details: { lost_minor: lostMinor, currency: dispute.currency },
    });
    await postMoney(trx, context, { dispute, takenMinor: lostMinor, config });
    return { ok: true };
  });
}

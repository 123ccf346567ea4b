import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { answerableStates } from '../case-states.ts';
import { disputedMinor } from './disputed-minor.ts';
import { lockCase } from '../lock-case.ts';
import { moveCase } from './move-case.ts';
import { postMoney } from './post-money.ts';

type AcceptOutcome = { ok: true } | { ok: false; reason: 'not-open' | 'amount' | 'refund' };

/**
 * Accepts an objection, or a part of it: no answer is given, and the bank takes that money. A warning is
 * accepted by a refund of its payment (`refundId`), since no bank takes the money; when that refund fails the
 * case opens again.
 */
export async function acceptCase(
  db: Knex,
  context: RequestContext,
  input: { disputeId: number; lostMinor: number | null; note: string | null; config: Config },
): Promise<AcceptOutcome> {
  const { disputeId, note } = input;
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    if (!answerableStates.includes(dispute.state)) return { ok: false, reason: 'not-open' };
    const disputed = await disputedMinor(trx, dispute);
    const lostMinor = input.lostMinor ?? disputed;
    if (lostMinor > disputed) return { ok: false, reason: 'amount' };
    const refund = dispute.disputed_at === null ? await findSettlingRefund(trx, dispute.payment_id) : null;
    if (refund === undefined) return { ok: false, reason: 'refund' };
    await moveCase(trx, context, {
      dispute,
      to: 'accepted',
      action: 'dispute_accepted',
      changes: {
        // A refund gives that money back, so it is not lost a second time.
        lost_minor: refund === null ? lostMinor : 0,
        note,
        ...(refund === null ? {} : { refund_id: refund.id, state_before_refund: dispute.state }),
      },
      details: { lost_minor: refund === null ? lostMinor : 0, refund_id: refund?.id ?? null },
    });
    if (refund === null)
      await postMoney(trx, context, { dispute, takenMinor: lostMinor, config: input.config });
    return { ok: true };
  });
}

/** The newest refund of the payment that is asked for, under way or done. */
async function findSettlingRefund(
  trx: Knex.Transaction,
  paymentId: number,
): Promise<{ id: number } | undefined> {
  return trx('refunds')
    .where({ payment_id: paymentId })
    .whereNotIn('state', ['refused', 'withdrawn'])
    .orderBy('id', 'desc')
    .first<{ id: number } | undefined>('id');
}

import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Currency } from '../../currency.ts';
import { answerableStates } from '../case-states.ts';
import type { CaseFacts, CaseRow } from '../case-row.ts';
import { learnFacts } from './learn-facts.ts';
import { lockCase } from '../lock-case.ts';
import { isBelowLost, refuseAmount } from './receive-notice.ts';

type CorrectionOutcome =
  | { ok: true }
  | {
      ok: false;
      reason: 'other-currency' | 'too-much' | 'below-lost' | 'fixed' | 'no-last-day' | 'answer-before';
    };

/**
 * Writes what an operator knows of a case: code and amount may come later, and a bank may give more time. The
 * last day is taken only while an answer can be given. While a package is fixed only that day may change.
 * The amount of a case that has ended never falls below what was lost. Each fact is audited with what it was.
 */
export async function correctFacts(
  db: Knex,
  context: RequestContext,
  { disputeId, facts }: { disputeId: number; facts: Omit<CaseFacts, 'fee_minor'> },
): Promise<CorrectionOutcome> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    const charge = await trx('payments')
      .where({ id: dispute.payment_id })
      .first<{ charged_minor: number | null; charged_currency: Currency | null }>([
        'charged_minor',
        'charged_currency',
      ]);
    const refusal = refuseAmount(facts, charge);
    if (refusal !== null) return { ok: false, reason: refusal };
    if (isBelowLost(dispute, facts)) return { ok: false, reason: 'below-lost' };
    const { answer_by: deadline, ...others } = facts;
    const isWaiting = answerableStates.includes(dispute.state);
    // Without one nobody would be reminded, and the case would never end.
    if (isWaiting && deadline === null && dispute.disputed_at !== null)
      return { ok: false, reason: 'no-last-day' };
    if (isWaiting && deadline !== null && deadline < dispute.received_at)
      return { ok: false, reason: 'answer-before' };
    if (dispute.state === 'frozen') {
      if (differs(dispute, others)) return { ok: false, reason: 'fixed' };
      await learnFacts(trx, context, { dispute, facts: { answer_by: deadline } });
      return { ok: true };
    }
    await learnFacts(trx, context, {
      dispute,
      facts: isWaiting ? { ...others, answer_by: deadline } : others,
    });
    return { ok: true };
  });
}

/** True when a fact that a fixed package tells would become another one. */
function differs(dispute: CaseRow, facts: Partial<CaseFacts>): boolean {
  return Object.entries(facts).some(([name, value]) => value !== dispute[name as keyof CaseFacts]);
}

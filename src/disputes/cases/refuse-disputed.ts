import type { RefundGuard } from '../../billing/guards/refund-guard.ts';
import { undecidedStates, type CaseState } from '../case-states.ts';

/**
 * The rule `in-dispute`: money that a bank may take, or has taken, is not given back a second time. The
 * rest may be. A warning stops nothing, as a refund is one way to settle it.
 */
export const refuseDisputed: RefundGuard = async (trx, payment, { amountMinor, remainingMinor }) => {
  const rows = await trx('disputes')
    .where({ payment_id: payment.id })
    .whereNotNull('disputed_at')
    .select<{ id: number; state: CaseState; amount_minor: number | null; lost_minor: number | null }[]>([
      'id',
      'state',
      'amount_minor',
      'lost_minor',
    ]);
  const taken = rows.map(({ id, state, amount_minor, lost_minor }) => ({
    id,
    minor: undecidedStates.includes(state) ? (amount_minor ?? remainingMinor) : (lost_minor ?? 0),
  }));
  const takenMinor = taken.reduce((sum, { minor }) => sum + minor, 0);
  if (amountMinor <= remainingMinor - takenMinor) return null;
  const cases = taken.filter(({ minor }) => minor > 0).map(({ id }) => id);
  return cases.length === 0 ? null : { reason: 'in-dispute', details: { dispute_ids: cases } };
};

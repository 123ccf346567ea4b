import type { Knex } from 'knex';
import type { AuditReason } from '../../audit/reasons.ts';
import type { Payment } from '../queries.ts';

/** Why money may not be given back now, as the audit trail and the page say it. */
export interface RefundRefusal {
  reason: AuditReason;
  /** Facts for the audit row, such as the number of a case. */
  details?: Record<string, unknown>;
}

/** How much is to be given back, and how much could be, in minor units. */
interface RefundedMoney {
  amountMinor: number;
  remainingMinor: number;
}

/**
 * A rule of another room that may forbid a refund, or null. Each is asked in the transaction that locks the
 * payment: when the refund is asked for, when it is confirmed, and before each further try. They are handed
 * in as `AppDeps.refundGuards`: `refuseDisputed` in disputes/cases.
 */
export type RefundGuard = (
  trx: Knex.Transaction,
  payment: Payment,
  money: RefundedMoney,
) => Promise<RefundRefusal | null>;

/** The first refusal of the guards; null when all of them let the refund pass. */
export async function findRefusal(
  trx: Knex.Transaction,
  payment: Payment,
  { guards, ...money }: RefundedMoney & { guards: readonly RefundGuard[] },
): Promise<RefundRefusal | null> {
  for (const guard of guards) {
    const refusal = await guard(trx, payment, money);
    if (refusal !== null) return refusal;
  }
  return null;
}

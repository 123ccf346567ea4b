import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { postRestored, postTaken } from '../../billing/chargebacks/post-chargeback.ts';
import { findStandingChargeback } from '../../billing/chargebacks/queries.ts';
import type { Config } from '../../config/config.ts';
import { disputedMinor } from './disputed-minor.ts';
import { lockCase } from '../lock-case.ts';
import type { CaseRow } from '../case-row.ts';

/**
 * Makes the books say that the bank has `takenMinor` of the case, in the caller's transaction: what stands
 * otherwise is given again first. Nothing is posted when they say so already.
 */
export async function postMoney(
  trx: Knex.Transaction,
  context: RequestContext,
  { dispute, takenMinor, config }: { dispute: CaseRow; takenMinor: number; config: Config },
): Promise<void> {
  const standing = await findStandingChargeback(trx, dispute.id);
  if ((standing?.total_minor ?? 0) === takenMinor) return;
  const money = {
    disputeId: dispute.id,
    paymentId: dispute.payment_id,
    companyId: dispute.company_id,
    payerId: dispute.user_id,
  };
  const restored = await postRestored(trx, context, { money, config });
  const taken = await postTaken(trx, context, { money, totalMinor: takenMinor, config });
  const entries = [restored, taken].filter((entry) => entry !== null);
  if (entries.length > 0) await AuditLogger.logOrThrow(trx, context, ...entries);
}

/**
 * Notes that the bank or the gateway has taken the disputed money before any decision. False when the case
 * has ended, or is a warning.
 */
export async function noteTaken(
  db: Knex,
  context: RequestContext,
  { disputeId, config }: { disputeId: number; config: Config },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    if (dispute.disputed_at === null || dispute.closed_at !== null) return false;
    await postMoney(trx, context, { dispute, takenMinor: await disputedMinor(trx, dispute), config });
    return true;
  });
}

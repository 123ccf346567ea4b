import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockSubscription } from '../lock-order.ts';
import { renewalEntry } from './card-evidence.ts';
import { endRenewals } from './end-renewals.ts';
import { listDecidedCharges, lockRenewal, type DecidedCharge } from './renewal-queries.ts';
import { retryOrEnd } from './record-charge.ts';
import { isWorthRetrying } from './retry-pauses.ts';

const BATCH = 200;

/**
 * Notes what became of charges that were sent, once their payments are decided. Returns how many there were.
 *
 * 1. Paid: the period is done.
 * 2. Declined: tried again on a later day where that is worth it.
 * 3. Expired: the gateway gave no answer, and later knew no charge. A charge that is still under way looks
 *    the same to it, so nothing is charged again by itself.
 */
export async function followCharges(db: Knex, context: RequestContext): Promise<number> {
  const decided = await listDecidedCharges(db, BATCH);
  for (const charge of decided) await db.transaction((trx) => follow(trx, context, charge));
  return decided.length;
}

async function follow(trx: Knex.Transaction, context: RequestContext, charge: DecidedCharge): Promise<void> {
  await lockSubscription(trx, charge.company_id);
  const renewal = await lockRenewal(trx, charge);
  if (renewal?.state !== 'sent') return;
  const { status } = charge;
  if (status === 'success') {
    await trx('card_renewals')
      .where({ company_id: charge.company_id, due_at: charge.due_at })
      .update({ state: 'paid', decided_at: context.at });
    await AuditLogger.log(trx, context, renewalEntry('card_renewal_completed', renewal, {}));
  } else if (status === 'failed' && isWorthRetrying(charge.failed_reason_code))
    await retryOrEnd(trx, context, renewal, 'declined');
  else await endRenewals(trx, context, { renewal, ended: endOf(status) });
}

function endOf(status: DecidedCharge['status']): 'declined' | 'unknown' | 'review' | 'refused' {
  if (status === 'failed') return 'declined';
  if (status === 'expired') return 'unknown';
  return status === 'refused' ? 'refused' : 'review';
}

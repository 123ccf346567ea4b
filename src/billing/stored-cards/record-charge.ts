import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { lockOrder } from '../lock-order.ts';
import { orderEvidence } from '../order-evidence.ts';
import type { CardChargeAnswer } from '../paytr/paytr.ts';
import type { Payment } from '../queries.ts';
import { endRenewals } from './end-renewals.ts';
import { lockRenewal, type CardRenewal } from './renewal-queries.ts';
import { requestCardRemoval } from './request-card-removal.ts';
import { nextTryAt, type RetryReason } from './retry-pauses.ts';

/** The meaning of an answer to a charge; see `card_charges.answer`. */
export type ChargeAnswer = 'accepted' | 'busy' | 'closed' | 'refused' | 'unsent' | 'unknown';

/**
 * Writes down the gateway's answer to a charge, and what follows from it. Returns its meaning.
 *
 * 1. `accepted`: the notification decides, as for every payment.
 * 2. `unknown`: no clear answer. The status query says what became of it, and it is never sent again.
 * 3. `busy` and `unsent`: nothing was charged. The charge is tried again under another order number.
 * 4. `closed`: nothing was charged, and the card is never charged again.
 * 5. `refused`: nothing was charged, for a reason that a person has to look at.
 */
export async function recordCharge(
  db: Knex,
  context: RequestContext,
  { payment, answer }: { payment: Payment; answer: CardChargeAnswer },
): Promise<ChargeAnswer> {
  const meaning = meaningOf(answer);
  await db.transaction(async (trx) => {
    // The notification may have been faster than the answer: the payment is read again under its lock.
    const order = await lockOrder(trx, payment.merchant_oid);
    const [charge] = await trx('card_charges')
      .where('payment_id', payment.id)
      .whereNull('answer')
      .update({ answer: meaning, gateway_message: answer.gatewayMessage })
      .returning<Pick<CardRenewal, 'company_id' | 'due_at'>[]>(['company_id', 'due_at']);
    if (order === undefined || charge === undefined || meaning === 'accepted') return;
    if (meaning !== 'unknown' && order.payment.status === 'pending')
      await noteRefusal(trx, context, order.payment, { meaning, said: answer.gatewayMessage });
    if (meaning === 'closed') await closeCard(trx, context, payment.company_id);
    const renewal = await lockRenewal(trx, charge);
    if (renewal?.state !== 'sent' || meaning === 'unknown') return;
    if (meaning === 'busy' || meaning === 'unsent') await retryOrEnd(trx, context, renewal, meaning);
    else
      await endRenewals(trx, context, { renewal, ended: meaning === 'closed' ? 'card-closed' : 'refused' });
  });
  const fields = { merchant_oid: payment.merchant_oid, answer: meaning, gateway: answer.gatewayMessage };
  if (meaning === 'refused') context.log.error(fields, 'the gateway refuses charges of stored cards');
  else if (meaning === 'accepted') context.log.info(fields, 'a stored card was charged');
  else context.log.warn(fields, 'a stored card was not charged, or nobody knows');
  return meaning;
}

function meaningOf(answer: CardChargeAnswer): ChargeAnswer {
  if (answer.ok) return 'accepted';
  if (answer.reason !== 'refused') return answer.neverSent === true ? 'unsent' : 'unknown';
  if (answer.tryAgain === null) return 'refused';
  return answer.tryAgain ? 'busy' : 'closed';
}

async function noteRefusal(
  trx: Knex.Transaction,
  context: RequestContext,
  payment: Payment,
  { meaning, said }: { meaning: ChargeAnswer; said: string },
): Promise<void> {
  await trx('payments').where('id', payment.id).update({ status: 'refused', decided_at: context.at });
  const order = orderEvidence(payment);
  await AuditLogger.logPayment(trx, context, {
    action: 'payment_card_charge_refused',
    success: false,
    ...order,
    details: { ...order.details, because: meaning, gateway_message: said },
    reason: `${meaning === 'unsent' ? 'unreachable' : 'refused'}: ${said}`,
  });
}

/** A closed card is removed as well: nothing can be done with it any more. */
async function closeCard(trx: Knex.Transaction, context: RequestContext, companyId: number): Promise<void> {
  await trx('stored_cards')
    .where('company_id', companyId)
    .whereNull('removal_asked_at')
    .update({ closed_at: context.at });
  await requestCardRemoval(trx, context, { companyId, cause: 'closed' });
}

/** Tries a charge that was certainly not made again later, as long as there are tries left. */
export async function retryOrEnd(
  trx: Knex.Transaction,
  context: RequestContext,
  renewal: CardRenewal,
  reason: RetryReason,
): Promise<void> {
  const next = nextTryAt(reason, renewal.tries, context.at);
  if (next === null) {
    await endRenewals(trx, context, { renewal, ended: reason === 'declined' ? 'declined' : 'refused' });
    return;
  }
  await trx('card_renewals')
    .where({ company_id: renewal.company_id, due_at: renewal.due_at })
    .update({ state: 'waiting', next_try_at: next });
}

import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { applyDecision, lockOrder } from './apply-settlement.ts';
import { decideSettlement, type GatewayWord } from './decide-settlement.ts';
import type { StatusAnswer } from '../paytr/paytr.ts';
import type { Payment } from '../queries.ts';
import { toSettlement, type Settlement } from './settle-payment.ts';

type ChargedAnswer = Extract<StatusAnswer, { ok: true }>;

/**
 * Settles a payment that the gateway, when asked, knows as charged, by the same rules and in the same way as
 * a notification. A notification that was faster wins: then nothing changes and the outcome is `'repeat'`.
 */
export async function reconcilePayment(
  db: Knex,
  context: RequestContext,
  input: { payment: Payment; answer: ChargedAnswer; config: Config },
): Promise<Settlement> {
  const { answer, config } = input;
  const word = wordOf(answer);
  return db.transaction(async (trx) => {
    const order = await lockOrder(trx, input.payment.merchant_oid);
    if (order === undefined) throw new Error('Bug! A payment has vanished');
    const circumstances = { production: config.production, inForce: order.subscription, at: context.at };
    const decision = decideSettlement(order.payment, word, circumstances);
    const evidence = {
      payment_amount_reported_minor: answer.paymentAmountMinor,
      payment_date_reported: answer.paymentDate,
      returns_reported: answer.returns,
    };
    const receipt = await applyDecision(trx, context, { ...order, word, decision, evidence, config });
    return toSettlement(decision, receipt);
  });
}

function wordOf(answer: ChargedAnswer): GatewayWord {
  return {
    source: 'status-query',
    status: 'success',
    chargedMinor: answer.paymentTotalMinor,
    currency: answer.currency,
    testMode: answer.testMode,
    isRefunded: answer.returns !== undefined,
    paymentType: null,
    installmentCount: null,
    failedReasonCode: null,
    failedReasonMessage: null,
  };
}

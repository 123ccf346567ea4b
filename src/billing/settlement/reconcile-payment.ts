import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { applySettlement } from './apply-settlement.ts';
import { holdStrayCharge } from './hold-stray-charge.ts';
import { lockOrder, type LockedOrder } from '../lock-order.ts';
import { noteReturns } from '../refunds/note-returns.ts';
import { decideSettlement, type PaymentReport } from './decide-settlement.ts';
import type { ChargedAnswer, ReturnedMoney } from '../paytr/paytr.ts';
import type { Payment } from '../queries.ts';
import { toSettlement, type Settlement } from './settle-payment.ts';

/**
 * Settles a payment that the gateway, when asked, reports as charged, by the same rules as a notification. A
 * notification that was faster wins: nothing changes then, and the outcome is `'repeat'`.
 */
export async function reconcilePayment(
  db: Knex,
  context: RequestContext,
  input: { payment: Payment; answer: ChargedAnswer; config: Config },
): Promise<Settlement> {
  const { answer, config } = input;
  const report = reportOf(answer);
  return db.transaction(async (trx) => {
    const order = await lockOrder(trx, input.payment.merchant_oid);
    if (order === undefined) throw new Error('Bug! A payment has vanished');
    const circumstances = { production: config.production, inForce: order.subscription, at: context.at };
    const decided = decideSettlement(order.payment, report, circumstances);
    const decision = await holdStrayCharge(trx, order, decided);
    const evidence = {
      payment_amount_reported_minor: answer.paymentAmountMinor,
      payment_date_reported: answer.paymentDate,
      returns_reported: answer.returns,
    };
    await applySettlement(trx, context, {
      ...order,
      report,
      answer,
      decision,
      notice: null,
      evidence,
      config,
    });
    if (answer.returned) await noteReturned(trx, context, order, answer.returned, config);
    return toSettlement(decision);
  });
}

/** Money that the gateway lists as given back was given back in its panel: the books say so as well. */
async function noteReturned(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment }: LockedOrder,
  returned: ReturnedMoney[],
  config: Config,
): Promise<void> {
  const settled = await lockOrder(trx, payment.merchant_oid);
  if (settled !== undefined) await noteReturns(trx, context, { order: settled, returned, config });
}

function reportOf(answer: ChargedAnswer): PaymentReport {
  return {
    source: 'status-query',
    status: 'success',
    chargedMinor: answer.paymentTotalMinor,
    currency: answer.currency,
    testMode: answer.testMode,
    isRefunded: answer.returns !== undefined,
    orderedMinor: answer.paymentAmountMinor,
    totalConfirmedMinor: answer.paymentTotalMinor,
    paymentType: null,
    installmentCount: null,
    failedReasonCode: null,
    failedReasonMessage: null,
  };
}

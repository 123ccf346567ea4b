import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { holdStrayCharge } from './hold-stray-charge.ts';
import { applySettlement } from './apply-settlement.ts';
import { lockOrder, type LockedOrder } from '../lock-order.ts';
import { keepNotification } from './keep-notification.ts';
import { decideSettlement, type Decision, type PaymentReport } from './decide-settlement.ts';
import { keepCard } from '../stored-cards/keep-card.ts';
import { MERCHANT_OID } from '../paytr/token.ts';
import type { ChargedAnswer, PaytrNotification } from '../paytr/paytr.ts';

type CallbackOutcome =
  'paid' | 'failed' | 'repeat' | 'ignored' | 'review' | 'unknown-order' | 'unknown-status';

/** The effect of a notification. */
export type Settlement =
  { outcome: 'review'; reason: string } | { outcome: Exclude<CallbackOutcome, 'review'> };

/**
 * Applies one verified notification of the gateway and keeps its bytes, in one transaction. Amounts are in
 * minor units. Source: PayTR iFrame API, step 2.
 *
 * 1. Where the gateway was asked about the charge, its answer counts for everything that is not signed.
 * 2. A repeat changes no payment and returns `'repeat'`. The same bytes raise a counter, other bytes get a
 *    row of their own.
 * 3. Throws, and leaves nothing behind, when anything cannot be written, the audit rows included. The gateway
 *    then sends it again.
 */
export async function settlePayment(
  db: Knex,
  context: RequestContext,
  input: {
    notification: PaytrNotification;
    rawBody: Buffer;
    config: Config;
    /** The gateway's answer about the charge (`confirmCharge`). */
    answer?: ChargedAnswer | null;
  },
): Promise<Settlement> {
  const { notification, rawBody, config, answer = null } = input;
  const { merchantOid } = notification;
  const report = reportOf(notification, answer);
  // The actor is the gateway, from whichever address the post came.
  const asGateway: RequestContext = { ...context, actorType: 'gateway' };
  return db.transaction(async (trx) => {
    const order = MERCHANT_OID.test(merchantOid) ? await lockOrder(trx, merchantOid) : undefined;
    const decision = await holdStrayCharge(trx, order, decide(order, report, config, context.at));
    const kept = { merchantOid, rawBody, outcome: decision.outcome };
    if (order === undefined || decision.outcome === 'unknown-order') {
      await keepNotification(trx, asGateway, { paymentId: null, ...kept });
      return { outcome: 'unknown-order' };
    }
    const notice = { paymentId: order.payment.id, ...kept };
    // What opens an order is kept by the statement that opens it.
    const isKept = decision.outcome !== 'paid';
    const callbackId = isKept ? await keepNotification(trx, asGateway, notice) : undefined;
    const { storedCard: tokens } = notification;
    if (tokens !== undefined && report.status === 'success')
      await keepCard(trx, asGateway, { payment: order.payment, tokens, config });
    const evidence = {
      ...(callbackId === undefined ? {} : { callback_id: callbackId }),
      payment_amount_reported_minor: answer?.paymentAmountMinor ?? notification.paymentAmountMinor,
      ...(answer === null ? {} : { confirmed: true, payment_date_reported: answer.paymentDate }),
      returns_reported: answer?.returns,
      total_amount_raw: report.chargedMinor === null ? notification.totalAmountRaw.slice(0, 100) : undefined,
    };
    if (decision.outcome === 'paid' && config.production && answer === null)
      throw new Error('Bug! A charge that nobody confirmed would open an order');
    const opening = { notice: isKept ? null : notice, evidence };
    await applySettlement(trx, asGateway, { ...order, report, answer, decision, ...opening, config });
    return toSettlement(decision);
  });
}

function decide(
  order: LockedOrder | undefined,
  report: PaymentReport,
  { production }: Config,
  at: Date,
): Decision | { outcome: 'unknown-order' } {
  if (order === undefined) return { outcome: 'unknown-order' };
  return decideSettlement(order.payment, report, { production, inForce: order.subscription, at });
}

/** A decision with its results. */
export function toSettlement(decision: Decision): Settlement {
  if (decision.outcome === 'review') return { outcome: 'review', reason: decision.reason };
  return { outcome: decision.outcome };
}

function reportOf(notification: PaytrNotification, answer: ChargedAnswer | null): PaymentReport {
  return {
    source: 'callback',
    status: notification.status,
    chargedMinor: notification.totalAmountMinor,
    currency: answer?.currency ?? notification.currency ?? null,
    testMode: answer?.testMode ?? notification.testMode,
    // A notification is about the payment only; PayTR sends none about a refund (iFrame API, step 2).
    isRefunded: answer?.returns !== undefined,
    orderedMinor: answer?.paymentAmountMinor ?? null,
    totalConfirmedMinor: answer?.paymentTotalMinor ?? null,
    paymentType: notification.paymentType ?? null,
    installmentCount: notification.installmentCount ?? null,
    failedReasonCode: notification.failedReasonCode ?? null,
    failedReasonMessage: notification.failedReasonMessage ?? null,
  };
}

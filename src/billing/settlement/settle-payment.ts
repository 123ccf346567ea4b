import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { boundedText } from '../../storable-text.ts';
import { holdStrayCharge } from './hold-stray-charge.ts';
import { applySettlement } from './apply-settlement.ts';
import { lockOrder, type LockedOrder } from '../lock-order.ts';
import { decideSettlement, type Decision, type PaymentReport } from './decide-settlement.ts';
import { withoutCardTokens } from '../paytr/card-tokens.ts';
import { keepCard } from '../stored-cards/keep-card.ts';
import { MERCHANT_OID } from '../paytr/token.ts';
import type { ChargedAnswer, PaytrNotification } from '../paytr/paytr.ts';

/**
 * Longest order number that is kept of a notification for an unknown order. Our own have at most 64
 * characters.
 */
const FOREIGN_OID_MAX = 100;

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
    const callbackId = await storeCallback(trx, asGateway, { paymentId: order?.payment.id ?? null, ...kept });
    if (order === undefined || decision.outcome === 'unknown-order') return { outcome: 'unknown-order' };
    const { storedCard: tokens } = notification;
    if (tokens !== undefined && report.status === 'success')
      await keepCard(trx, asGateway, { payment: order.payment, tokens, config });
    const evidence = {
      callback_id: callbackId,
      payment_amount_reported_minor: answer?.paymentAmountMinor ?? notification.paymentAmountMinor,
      ...(answer === null ? {} : { confirmed: true, payment_date_reported: answer.paymentDate }),
      returns_reported: answer?.returns,
      total_amount_raw: report.chargedMinor === null ? notification.totalAmountRaw.slice(0, 100) : undefined,
    };
    if (decision.outcome === 'paid' && config.production && answer === null)
      throw new Error('Bug! A charge that nobody confirmed would open an order');
    await applySettlement(trx, asGateway, { ...order, report, answer, decision, evidence, config });
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

/**
 * Keeps a signed notification byte for byte, save the tokens of a stored card, and the hash of all that came.
 * The same bytes again only raise the counter and leave the first outcome. Returns the id of the row, which
 * the audit trail names.
 */
async function storeCallback(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { paymentId: number | null; merchantOid: string; rawBody: Buffer; outcome: CallbackOutcome },
): Promise<number> {
  const { rows } = await trx
    .raw<{ rows: { id: number }[] }>(
      `insert into payment_callbacks
       (payment_id, merchant_oid, body, body_sha256, ip_address, received_at, last_received_at, outcome)
     values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict on constraint uq_payment_callbacks_body do update set
       last_received_at = greatest(payment_callbacks.last_received_at, excluded.last_received_at),
       received_count = payment_callbacks.received_count + 1
     returning id`,
      [
        input.paymentId,
        boundedText(input.merchantOid, FOREIGN_OID_MAX),
        withoutCardTokens(input.rawBody),
        hash('sha256', input.rawBody),
        context.ip,
        context.at,
        context.at,
        input.outcome,
      ],
    )
    .options({ name: 'store-callback' });
  const kept = rows[0];
  if (kept === undefined) throw new Error('Bug! An upsert returned no row');
  return kept.id;
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

import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { AuditReason } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { findRefusal, type RefundGuard, type RefundRefusal } from '../guards/refund-guard.ts';
import { lockOrder } from '../lock-order.ts';
import type { Paytr } from '../paytr/paytr.ts';
import type { Payment } from '../queries.ts';
import { lockRefunds, refundColumns, type Refund } from './queries.ts';
import { refundEntry } from './refund-evidence.ts';
import { openRefund, refundCurrency, sumRefunds } from './refundable.ts';

/** The money that an operator wants to give back, and why. */
export interface RefundWish {
  merchantOid: string;
  /** Minor units of the charge's currency; null: everything that is left. */
  amountMinor: number | null;
  policy: NonNullable<Refund['policy']>;
  reason: string;
  endsPaidTime: boolean;
  operatorId: number;
}

/** The refund that now waits for its second step, or why there is none. */
export type RequestedRefund =
  | { ok: true; refund: Refund }
  | { ok: false; reason: AuditReason; remainingMinor: number; currency: Payment['currency'] };

/**
 * Writes down that an operator wants to give money back. Nothing is sent: `confirmRefund` is the second step.
 * Undefined when there is no such order. The payment is locked, so two at once cannot both take what is left.
 */
export async function requestRefund(
  db: Knex,
  context: RequestContext,
  input: RefundWish & { paytr: Paytr; guards: readonly RefundGuard[] },
): Promise<RequestedRefund | undefined> {
  return db.transaction(async (trx) => {
    const order = await lockOrder(trx, input.merchantOid);
    if (order === undefined) return undefined;
    const { payment } = order;
    const refunds = await lockRefunds(trx, payment.id);
    const { remainingMinor, chargedMinor } = sumRefunds(payment, refunds);
    const amountMinor = input.amountMinor ?? remainingMinor;
    const refusal =
      (await findRefusal(trx, payment, { guards: input.guards, amountMinor, remainingMinor })) ??
      refuse({ chargedMinor, remainingMinor, amountMinor, isUnderWay: openRefund(refunds) !== undefined });
    if (refusal !== null) {
      await noteRefusal(trx, context, { payment, wish: input, amountMinor, refusal });
      return { ok: false, reason: refusal.reason, remainingMinor, currency: refundCurrency(payment) };
    }
    const refund = await insertRefund(trx, context, payment, { ...input, amountMinor });
    await AuditLogger.logOrThrow(
      trx,
      context,
      refundEntry(context, { action: 'refund_requested', payment, refund }),
    );
    return { ok: true, refund };
  });
}

function refuse(facts: {
  chargedMinor: number;
  remainingMinor: number;
  amountMinor: number;
  isUnderWay: boolean;
}): RefundRefusal | null {
  if (facts.chargedMinor === 0) return { reason: 'not-charged' };
  if (facts.isUnderWay) return { reason: 'under-way' };
  if (facts.remainingMinor === 0) return { reason: 'nothing-left' };
  return facts.amountMinor > facts.remainingMinor ? { reason: 'too-much' } : null;
}

async function noteRefusal(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { payment: Payment; wish: RefundWish; amountMinor: number; refusal: RefundRefusal },
): Promise<void> {
  const { payment, wish, amountMinor, refusal } = input;
  const refund = {
    amount_minor: amountMinor,
    policy: wish.policy,
    reason: wish.reason,
    ends_paid_time: wish.endsPaidTime,
  };
  await AuditLogger.logOrThrow(
    trx,
    context,
    refundEntry(context, {
      action: 'refund_requested',
      payment,
      refund,
      success: false,
      reason: refusal.reason,
      ...(refusal.details === undefined ? {} : { details: refusal.details }),
    }),
  );
}

async function insertRefund(
  trx: Knex.Transaction,
  context: RequestContext,
  payment: Payment,
  wish: RefundWish & { amountMinor: number; paytr: Paytr },
): Promise<Refund> {
  const [refund] = await trx('refunds')
    .insert({
      payment_id: payment.id,
      company_id: payment.company_id,
      source: 'ours',
      reference_no: wish.paytr.newReferenceNo(),
      amount_minor: wish.amountMinor,
      currency: refundCurrency(payment),
      state: 'requested',
      policy: wish.policy,
      reason: wish.reason,
      ends_paid_time: wish.endsPaidTime,
      requested_by: wish.operatorId,
      requested_at: context.at,
    })
    .returning<Refund[]>(refundColumns);
  if (refund === undefined) throw new Error('Bug! An insert returned no row');
  return refund;
}

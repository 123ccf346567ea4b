import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { HOUR_MS } from '../../durations.ts';
import { endPaidTime } from '../life/end-paid-time.ts';
import { hasEndedPaidTime } from './earlier-end.ts';
import { lockRefund, type Refund } from './queries.ts';
import { refundEntry } from './refund-evidence.ts';

/** The gateway lists a refund within this time, as far as anybody has seen. */
const LISTED_WITHIN_MS = HOUR_MS;

interface OneRefund {
  merchantOid: string;
  refundId: number;
}

/**
 * Withdraws a refund that was asked for, or that waits for its next try: no money moved. False when it can no
 * longer be withdrawn, undefined when there is none.
 */
export async function withdrawRefund(
  db: Knex,
  context: RequestContext,
  { merchantOid, refundId }: OneRefund,
): Promise<boolean | undefined> {
  return db.transaction(async (trx) => {
    const found = await lockRefund(trx, merchantOid, refundId);
    if (found === undefined) return undefined;
    const { order, refund } = found;
    if (refund.state !== 'requested' && refund.state !== 'waiting') return false;
    await trx('refunds')
      .where('id', refund.id)
      .update({ state: 'withdrawn', decided_at: context.at, send_again_at: null });
    const details = { state_before: refund.state };
    const { payment } = order;
    await AuditLogger.logOrThrow(
      trx,
      context,
      refundEntry(context, { action: 'refund_withdrawn', payment, refund, details }),
    );
    return true;
  });
}

/**
 * True when a person may say that the gateway never made a refund: an hour after it was sent, the gateway
 * answered and did not list it.
 */
export function mayClose(refund: Refund): boolean {
  const { state, sent_at: sentAt, not_listed_at: notListedAt } = refund;
  if (state !== 'unknown' || sentAt === null || notListedAt === null) return false;
  return notListedAt.getTime() - sentAt.getTime() >= LISTED_WITHIN_MS;
}

/**
 * Closes an unknown refund that the gateway never made, after an operator has looked into its panel. Another
 * one may be asked for then. False while the gateway has not said that it does not know it (`mayClose`).
 */
export async function closeRefund(
  db: Knex,
  context: RequestContext,
  { merchantOid, refundId, operatorId, note }: OneRefund & { operatorId: number; note: string },
): Promise<boolean | undefined> {
  return db.transaction(async (trx) => {
    const found = await lockRefund(trx, merchantOid, refundId);
    if (found === undefined) return undefined;
    const { order, refund } = found;
    if (!mayClose(refund)) return false;
    await trx('refunds').where('id', refund.id).update({
      state: 'refused',
      decided_at: context.at,
      ask_again_at: null,
      closed_by: operatorId,
      close_reason: note,
    });
    const details = { note, not_listed_at: refund.not_listed_at, asks: refund.asks };
    const { payment } = order;
    await AuditLogger.logOrThrow(
      trx,
      context,
      refundEntry(context, { action: 'refund_closed', payment, refund, details }),
    );
    return true;
  });
}

/**
 * Says of a refund that was made in the gateway's panel whether the paid time ends with it, and why. False
 * when that has been said already.
 */
export async function decideEffect(
  db: Knex,
  context: RequestContext,
  input: OneRefund & { endsPaidTime: boolean; policy: NonNullable<Refund['policy']>; reason: string },
): Promise<boolean | undefined> {
  return db.transaction(async (trx) => {
    const found = await lockRefund(trx, input.merchantOid, input.refundId);
    if (found === undefined) return undefined;
    const { order, refund, refunds } = found;
    if (refund.source !== 'panel' || refund.ends_paid_time !== null) return false;
    const { endsPaidTime, policy, reason } = input;
    const { payment } = order;
    const decided = { ends_paid_time: endsPaidTime, policy, reason };
    await trx('refunds').where('id', refund.id).update(decided);
    await AuditLogger.logOrThrow(
      trx,
      context,
      refundEntry(context, { action: 'refund_effect_decided', payment, refund: { ...refund, ...decided } }),
    );
    if (endsPaidTime && !hasEndedPaidTime(refunds))
      await endPaidTime(trx, context, { payment, cause: 'refunded' });
    return true;
  });
}

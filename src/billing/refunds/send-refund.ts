import type { Knex } from 'knex';
import { AuditLogger, type AuditEntry } from '../../audit/audit-logger.ts';
import type { AuditReasonText } from '../../audit/reasons.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { findRefusal, type RefundGuard, type RefundRefusal } from '../guards/refund-guard.ts';
import type { LockedOrder } from '../lock-order.ts';
import type { Paytr, RefundAnswer } from '../paytr/paytr.ts';
import { finishRefund } from './finish-refund.ts';
import { lockRefund, refundColumns, type Refund, type RefundState } from './queries.ts';
import { refundEntry } from './refund-evidence.ts';
import { sumRefunds } from './refundable.ts';
import { nextAskAt } from '../paytr/ask-pauses.ts';
import { nextSendAt } from './retry-pauses.ts';

/** The parts that a refund needs on its way. */
export interface RefundParts {
  paytr: Paytr;
  config: Config;
  guards: readonly RefundGuard[];
}

/** Where a refund stands after a try; `refusal` when it was not sent at all. */
export type SentRefund =
  | { ok: true; state: RefundState; isOverPayment: boolean; gatewayMessage: string }
  | { ok: false; state: RefundState; refusal: RefundRefusal | null };

/**
 * Sends a refund to the gateway, in three steps, so that no transaction waits for the gateway:
 *
 * 1. The refund is marked as sent, and that is committed. `from` is the state that it must have; a second
 *    click, or another process, finds another state and sends nothing.
 * 2. The gateway is called.
 * 3. The answer is written down. Without a clear answer the state is `unknown`, and so it becomes when the
 *    process dies in between: then the gateway is asked, and nothing is sent again.
 *
 * Undefined when there is no such refund of the order. `operatorId` is there when a person confirms.
 */
export async function sendRefund(
  db: Knex,
  context: RequestContext,
  input: RefundParts & {
    merchantOid: string;
    refundId: number;
    from: 'requested' | 'waiting';
    operatorId: number | null;
  },
): Promise<SentRefund | undefined> {
  const { merchantOid, refundId, paytr } = input;
  const marked = await db.transaction((trx) => markSent(trx, context, input));
  if (marked === undefined || !marked.ok) return marked;
  const { amount_minor: amountMinor, reference_no: referenceNo } = marked.refund;
  if (referenceNo === null) throw new Error('Bug! A refund of the panel is never sent');
  const answer = await paytr.sendRefund({ merchantOid, amountMinor, referenceNo });
  const state = await db.transaction(async (trx) => {
    const found = await lockRefund(trx, merchantOid, refundId);
    if (found === undefined) throw new Error('Bug! A refund has vanished');
    // The schedule may have given this try up meanwhile, and asked. A clear answer still counts.
    if (!['sent', 'unknown'].includes(found.refund.state)) return found.refund.state;
    return noteAnswer(trx, context, { ...found, answer, config: input.config });
  });
  return {
    ok: true,
    state,
    isOverPayment: !answer.ok && answer.reason === 'refused' && answer.isOverPayment,
    gatewayMessage: answer.gatewayMessage,
  };
}

type Marked = { ok: true; refund: Refund } | Extract<SentRefund, { ok: false }>;

async function markSent(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Parameters<typeof sendRefund>[2],
): Promise<Marked | undefined> {
  const found = await lockRefund(trx, input.merchantOid, input.refundId);
  if (found === undefined) return undefined;
  const { order, refund, refunds } = found;
  if (refund.state !== input.from) return { ok: false, state: refund.state, refusal: null };
  const others = refunds.filter(({ id }) => id !== refund.id);
  const { remainingMinor } = sumRefunds(order.payment, others);
  const money = { guards: input.guards, amountMinor: refund.amount_minor, remainingMinor };
  const refusal =
    (await findRefusal(trx, order.payment, money)) ??
    (refund.amount_minor > remainingMinor ? { reason: 'too-much' as const } : null);
  if (refusal !== null) return stop(trx, context, { order, refund, refusal });
  const [sent] = await trx('refunds')
    .where('id', refund.id)
    .update({
      state: 'sent',
      sent_at: context.at,
      times_sent: refund.times_sent + 1,
      send_again_at: null,
      ...(input.operatorId === null ? {} : { confirmed_by: input.operatorId, confirmed_at: context.at }),
    })
    .returning<Refund[]>(refundColumns);
  if (sent === undefined) throw new Error('Bug! A locked refund has vanished');
  const details = { times_sent: sent.times_sent };
  const entry = refundEntry(context, {
    action: 'refund_sent',
    payment: order.payment,
    refund: sent,
    details,
  });
  await AuditLogger.logOrThrow(trx, context, entry);
  return { ok: true, refund: sent };
}

/** A refund may not be sent any more: one that waited for its turn is over, one that was asked for stays. */
async function stop(
  trx: Knex.Transaction,
  context: RequestContext,
  { order, refund, refusal }: { order: LockedOrder; refund: Refund; refusal: RefundRefusal },
): Promise<Extract<SentRefund, { ok: false }>> {
  const isOver = refund.state === 'waiting';
  if (isOver)
    await trx('refunds')
      .where('id', refund.id)
      .update({ state: 'refused', decided_at: context.at, send_again_at: null });
  await AuditLogger.logOrThrow(
    trx,
    context,
    refundEntry(context, {
      action: isOver ? 'refund_refused' : 'refund_sent',
      payment: order.payment,
      refund,
      success: false,
      reason: refusal.reason,
      ...(refusal.details === undefined ? {} : { details: refusal.details }),
    }),
  );
  return { ok: false, state: isOver ? 'refused' : refund.state, refusal };
}

async function noteAnswer(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { order: LockedOrder; refund: Refund; answer: RefundAnswer; config: Config },
): Promise<RefundState> {
  const { order, refund, answer, config } = input;
  if (answer.ok) {
    const { gatewayMessage } = answer;
    await finishRefund(trx, context, { order, refund, knownBy: 'answer', gatewayMessage, config });
    return 'done';
  }
  context.log.warn(
    { refund_id: refund.id, merchant_oid: order.payment.merchant_oid, gateway: answer.gatewayMessage },
    'a refund was not made, or nobody knows',
  );
  const { change, entry } = describeFailure(context, order, refund, answer);
  await trx('refunds')
    .where('id', refund.id)
    .update({ ...change, gateway_message: answer.gatewayMessage });
  await AuditLogger.logOrThrow(trx, context, entry);
  return change.state;
}

function describeFailure(
  context: RequestContext,
  { payment }: LockedOrder,
  refund: Refund,
  answer: Extract<RefundAnswer, { ok: false }>,
): { change: { state: RefundState } & Record<string, unknown>; entry: AuditEntry } {
  const code = answer.reason === 'refused' ? answer.code : '';
  const text: AuditReasonText = `${answer.reason}: ${answer.gatewayMessage}`;
  const entry = (action: 'refund_unanswered' | 'refund_delayed' | 'refund_refused', sendAgainAt?: Date) =>
    refundEntry(context, {
      action,
      payment,
      refund,
      success: false,
      reason: text,
      details: { gateway_code: code || undefined, send_again_at: sendAgainAt },
    });
  const mayHaveMoved = answer.reason !== 'refused' && answer.neverSent !== true;
  if (mayHaveMoved) {
    const change = { state: 'unknown' as const, gateway_code: null, ask_again_at: nextAskAt(context.at, 0) };
    return { change, entry: entry('refund_unanswered') };
  }
  const isRepeatable = answer.reason !== 'refused' || answer.retry === 'later';
  const again = isRepeatable
    ? nextSendAt(context.at, code, refund.times_sent, refund.confirmed_at ?? context.at)
    : null;
  if (again !== null) {
    const change = { state: 'waiting' as const, gateway_code: code || null, send_again_at: again };
    return { change, entry: entry('refund_delayed', again) };
  }
  const change = { state: 'refused' as const, gateway_code: code || null, decided_at: context.at };
  return { change, entry: entry('refund_refused') };
}

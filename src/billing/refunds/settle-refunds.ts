import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { MINUTE_MS } from '../../durations.ts';
import { listDueRefunds, lockRefund, type RefundUnderWay } from './queries.ts';
import { reconcileRefunds } from './reconcile-refunds.ts';
import { refundEntry } from './refund-evidence.ts';
import { sendRefund, type RefundParts } from './send-refund.ts';

/**
 * A refund without an answer for so long has lost its process: a call takes 90 seconds at most, and a run of
 * the schedule two minutes.
 */
const LOST_AFTER_MINUTES = 10;

/** At most this many refunds in one run; the rest waits for the next. */
const BATCH = 50;

/** A run stops after this time: while the gateway is silent each call lasts until its time-out. */
const RUN_SECONDS = 120;

type Ending = 'made' | 'sent' | 'unknown' | 'refused' | 'broken';

/**
 * Goes on with refunds that have no outcome, and returns a summary. Each step locks the payment and looks
 * again, so several processes may run this at once.
 *
 * 1. A refund whose process died becomes unknown, and the gateway is asked at once.
 * 2. An unknown one is asked about when it is due, and never sent again.
 * 3. One that the gateway refused for now is sent again when it is due, if the guards still let it pass.
 */
export async function settleRefunds(
  db: Knex,
  context: RequestContext,
  parts: RefundParts,
): Promise<Record<'foundMade' | 'unknown' | 'sentAgain' | 'refused' | 'broken', number>> {
  const sentBefore = new Date(context.at.getTime() - LOST_AFTER_MINUTES * MINUTE_MS);
  const startedAt = performance.now();
  const endings: Ending[] = [];
  for (const refund of await listDueRefunds(db, { at: context.at, sentBefore, limit: BATCH })) {
    endings.push(await goOnOrReport(db, context, { refund, sentBefore, parts }));
    if (performance.now() - startedAt > RUN_SECONDS * 1000) break;
  }
  const count = (kind: Ending): number => endings.filter((ending) => ending === kind).length;
  return {
    foundMade: count('made'),
    unknown: count('unknown'),
    sentAgain: count('sent'),
    refused: count('refused'),
    broken: count('broken'),
  };
}

/** A refund with which nothing works must not keep the others waiting. */
async function goOnOrReport(
  db: Knex,
  context: RequestContext,
  input: { refund: RefundUnderWay; sentBefore: Date; parts: RefundParts },
): Promise<Ending> {
  try {
    return await goOn(db, context, input);
  } catch (error) {
    context.log.error({ err: error, refund_id: input.refund.id }, 'a refund under way could not be settled');
    return 'broken';
  }
}

async function goOn(
  db: Knex,
  context: RequestContext,
  { refund, sentBefore, parts }: { refund: RefundUnderWay; sentBefore: Date; parts: RefundParts },
): Promise<Ending> {
  const { merchant_oid: merchantOid } = refund;
  if (refund.state === 'waiting') {
    const input = { ...parts, merchantOid, refundId: refund.id, from: 'waiting' as const, operatorId: null };
    const sent = await sendRefund(db, context, input);
    if (sent?.ok === true && sent.isOverPayment)
      await reconcileRefunds(db, context, { ...parts, merchantOid });
    return sent?.state === 'refused' ? 'refused' : sent?.state === 'unknown' ? 'unknown' : 'sent';
  }
  if (refund.state === 'sent') await db.transaction((trx) => giveUpWaiting(trx, context, refund, sentBefore));
  const found = await reconcileRefunds(db, context, { ...parts, merchantOid });
  return found !== undefined && found.made > 0 ? 'made' : 'unknown';
}

async function giveUpWaiting(
  trx: Knex.Transaction,
  context: RequestContext,
  { merchant_oid, id }: RefundUnderWay,
  sentBefore: Date,
): Promise<void> {
  const found = await lockRefund(trx, merchant_oid, id);
  if (found?.refund.state !== 'sent' || (found.refund.sent_at ?? context.at) >= sentBefore) return;
  await trx('refunds').where('id', id).update({ state: 'unknown', ask_again_at: context.at });
  const { order, refund } = found;
  const entry = refundEntry(context, {
    action: 'refund_unanswered',
    payment: order.payment,
    refund,
    success: false,
    reason: 'never-answered',
  });
  await AuditLogger.logOrThrow(trx, context, entry);
}

import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { lockOrder } from '../lock-order.ts';
import { boundedText } from '../../storable-text.ts';
import { orderEvidence } from '../order-evidence.ts';
import type { Paytr } from '../paytr/paytr.ts';
import { GATEWAY_MESSAGE_LENGTH } from '../paytr/request.ts';
import type { Payment } from '../queries.ts';
import { listOverduePayments, STUCK_AFTER_FAILURES } from './pending-queries.ts';
import { reconcilePayment } from './reconcile-payment.ts';
import { ASK_AFTER_MS } from '../paytr/ask-pauses.ts';
import { DAY_MS, MINUTE_MS } from '../../durations.ts';

/** The gateway closes a payment page after 30 minutes. Its notification has 15 more minutes to arrive. */
const OVERDUE_MINUTES = 45;

/**
 * At most this many questions to the gateway in one run. The rest waits for the next run, five minutes later.
 */
const BATCH = 50;

/**
 * A run stops asking after this time. While the gateway is silent each question lasts until its time-out, and
 * other scheduled work has to wait.
 */
const RUN_SECONDS = 120;

type CountedEnding = 'paid' | 'held' | 'expired' | 'unanswered' | 'broken';
type Ending = CountedEnding | 'decided';

interface Parts {
  paytr: Paytr;
  config: Config;
}

/**
 * Ends payments that were never notified, by asking the gateway about each with no transaction open. Returns
 * a summary.
 *
 * 1. A charge that the gateway knows is settled like a notification.
 * 2. A payment that the gateway does not know expires.
 * 3. A payment without an answer is asked about again later, with growing pauses, and after those that were
 *    never asked about.
 * 4. Several processes may run this at once: each payment is locked and read again before it changes.
 */
export async function expirePendingPayments(
  db: Knex,
  context: RequestContext,
  input: Parts,
): Promise<Record<CountedEnding, number>> {
  const before = new Date(context.at.getTime() - OVERDUE_MINUTES * MINUTE_MS);
  const endings: Ending[] = [];
  const startedAt = performance.now();
  const due = { startedBefore: before, at: context.at, limit: BATCH };
  for (const payment of await listOverduePayments(db, due)) {
    endings.push(await endOrReport(db, context, payment, input));
    if (performance.now() - startedAt > RUN_SECONDS * 1000) break;
  }
  const count = (kind: CountedEnding): number => endings.filter((ending) => ending === kind).length;
  return {
    paid: count('paid'),
    held: count('held'),
    expired: count('expired'),
    unanswered: count('unanswered'),
    broken: count('broken'),
  };
}

/** A payment that cannot be settled must not keep the others waiting. */
async function endOrReport(
  db: Knex,
  context: RequestContext,
  payment: Payment,
  input: Parts,
): Promise<Ending> {
  try {
    return await endPayment(db, context, payment, input);
  } catch (error) {
    context.log.error(
      { err: error, merchant_oid: payment.merchant_oid },
      'pending payment could not be ended',
    );
    await noteFailedAsk(db, context, payment, error instanceof Error ? error.message : String(error));
    return 'broken';
  }
}

async function endPayment(
  db: Knex,
  context: RequestContext,
  payment: Payment,
  input: Parts,
): Promise<Ending> {
  const answer = await input.paytr.queryStatus(payment.merchant_oid);
  if (answer.ok) {
    const settlement = await reconcilePayment(db, context, { payment, answer, config: input.config });
    if (settlement.outcome === 'paid') return 'paid';
    return settlement.outcome === 'review' ? 'held' : 'decided';
  }
  if (answer.reason === 'no-successful-payment') return expire(db, context, payment, answer.gatewayMessage);
  context.log.warn(
    { merchant_oid: payment.merchant_oid, reason: answer.reason, gateway: answer.gatewayMessage },
    'the gateway could not be asked about a pending payment',
  );
  await noteFailedAsk(db, context, payment, `${answer.reason}: ${answer.gatewayMessage}`);
  return 'unanswered';
}

/** Notes a failed attempt and when the next is due. Operators see the payments that fail repeatedly. */
async function noteFailedAsk(
  db: Knex,
  context: RequestContext,
  payment: Payment,
  problem: string,
): Promise<void> {
  const [noted] = await db('payments')
    .where({ id: payment.id, status: 'pending' })
    .update({
      asks_failed: db.raw('asks_failed + 1'),
      asked_at: context.at,
      ask_again_at: db.raw(
        `?::timestamptz + coalesce((?::float8[])[asks_failed + 1], ?) * interval '1 millisecond'`,
        // When the list has ended a person should look, and a question a day costs nothing.
        [context.at, `{${ASK_AFTER_MS.join()}}`, DAY_MS],
      ),
      ask_problem: boundedText(problem, GATEWAY_MESSAGE_LENGTH),
    })
    .returning<{ asks_failed: number }[]>('asks_failed');
  if (noted?.asks_failed !== STUCK_AFTER_FAILURES) return;
  context.log.error(
    { merchant_oid: payment.merchant_oid, problem },
    'nothing can be learned about a pending payment: see the page for operators',
  );
}

async function expire(
  db: Knex,
  context: RequestContext,
  payment: Payment,
  gatewayMessage: string,
): Promise<Ending> {
  return db.transaction(async (trx) => {
    const locked = await lockOrder(trx, payment.merchant_oid);
    if (locked?.payment.status !== 'pending') return 'decided';
    await trx('payments')
      .where('id', payment.id)
      .update({ status: 'expired', decided_at: context.at, gateway_token: null });
    const order = orderEvidence(payment);
    await AuditLogger.logPayment(trx, context, {
      action: 'payment_expired',
      success: true,
      ...order,
      details: { ...order.details, gateway_message: gatewayMessage },
    });
    return 'expired';
  });
}

import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { RequestContext } from '../audit/request-context.ts';
import type { Config } from '../config.ts';
import type { Mailer } from '../web/mail.ts';
import { lockOrder } from './apply-decision.ts';
import { orderEvidence } from './order-evidence.ts';
import type { Paytr } from './paytr.ts';
import { listOverduePayments, type Payment } from './queries.ts';
import { reconcilePayment } from './reconcile-payment.ts';
import { sendReceipt } from './send-receipt.ts';

/** The gateway closes a page after 30 minutes; its notification has a quarter of an hour more to arrive. */
const OVERDUE_MINUTES = 45;

/** At most this many questions to the gateway in one run: the rest waits five minutes. */
const BATCH = 50;

/** While the gateway cannot be reached, asking on would only be waiting: 3 in a row end the run. */
const GIVE_UP_AFTER = 3;

type Ending = 'paid' | 'held' | 'expired' | 'unreachable' | 'unanswered' | 'decided' | 'broken';

interface Parts {
  paytr: Paytr;
  config: Config;
  mailer: Mailer;
}

/**
 * Ends payments that were never notified: asks the gateway about each, with no transaction open. What it knows as charged is
 * settled like a notification, what it does not know expires, and while it does not answer the payment stays for the next run.
 * Safe with several processes: each payment is locked and looked at again before it changes. Says what it did.
 */
export async function expirePendingPayments(
  db: Knex,
  context: RequestContext,
  input: Parts,
): Promise<string> {
  const before = new Date(context.at.getTime() - OVERDUE_MINUTES * 60_000);
  const endings: Ending[] = [];
  for (const payment of await listOverduePayments(db, before, BATCH)) {
    endings.push(await endOrReport(db, context, payment, input));
    const last = endings.slice(-GIVE_UP_AFTER);
    if (last.length === GIVE_UP_AFTER && last.every((ending) => ending === 'unreachable')) break;
  }
  const count = (...kinds: Ending[]): string =>
    String(endings.filter((ending) => kinds.includes(ending)).length);
  return `${count('paid')} paid, ${count('held')} held for review, ${count('expired')} expired, ${count('unreachable', 'unanswered')} unanswered, ${count('broken')} broken`;
}

/** One payment that cannot be settled must not keep the others waiting for ever. */
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
    if (settlement.outcome === 'paid') {
      await sendReceipt(input, settlement.receipt);
      return 'paid';
    }
    return settlement.outcome === 'review' ? 'held' : 'decided';
  }
  if (answer.reason === 'no-successful-payment') return expire(db, context, payment, answer.gatewayMessage);
  context.log.warn(
    { merchant_oid: payment.merchant_oid, reason: answer.reason, gateway: answer.gatewayMessage },
    'the gateway could not be asked about a pending payment',
  );
  // An answer we cannot use may be about this one order; the next may fare better.
  return answer.reason === 'unreachable' || answer.reason === 'timeout' ? 'unreachable' : 'unanswered';
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

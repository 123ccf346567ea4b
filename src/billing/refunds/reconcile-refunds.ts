import type { Knex } from 'knex';
import { paymentEntry } from '../../audit/audit-entries.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { currencies } from '../../currency.ts';
import { lockOrder, type LockedOrder } from '../lock-order.ts';
import { orderEvidence } from '../order-evidence.ts';
import type { ChargedAnswer, Paytr, StatusAnswer } from '../paytr/paytr.ts';
import { noteReturns } from './note-returns.ts';
import { lockRefunds, type Refund } from './queries.ts';
import { nextAskAt } from '../paytr/ask-pauses.ts';
import { statusFacts } from './status-facts.ts';

/** The outcome of asking the gateway about a payment. */
export interface ReconciledRefunds {
  answer: StatusAnswer;
  /** Refunds of ours that turned out to be made, and refunds that were made without us. */
  made: number;
  foreign: number;
}

/**
 * Asks the gateway about a charged payment, with no transaction open, and brings its refunds into line with
 * the answer (`noteReturns`). Sends no money. Undefined when there is no such order.
 *
 * 1. An unknown refund that is not listed, or an answer that cannot be read, puts off the next question.
 * 2. A charge in review gets the currency that the gateway names, and its amount where that could not be
 *    read.
 * 3. A question of an operator is kept with its answer, and is an audit row.
 */
export async function reconcileRefunds(
  db: Knex,
  context: RequestContext,
  input: { merchantOid: string; paytr: Paytr; config: Config },
): Promise<ReconciledRefunds | undefined> {
  const answer = await input.paytr.queryStatus(input.merchantOid);
  return db.transaction(async (trx) => {
    const order = await lockOrder(trx, input.merchantOid);
    if (order === undefined) return undefined;
    if (context.actorType === 'operator') await keepAnswer(trx, context, order, answer);
    const isCharged = ['success', 'review', 'refunded'].includes(order.payment.status);
    if (!isCharged) return { answer, made: 0, foreign: 0 };
    if (!answer.ok || answer.returned === null) {
      const waiting = (await lockRefunds(trx, order.payment.id)).filter(({ state }) => state === 'unknown');
      const message = answer.ok ? `unreadable returns: ${answer.returns ?? ''}` : answer.gatewayMessage;
      for (const refund of waiting) await putOff(trx, context, refund, { gateway_message: message });
      return { answer, made: 0, foreign: 0 };
    }
    await learnCharge(trx, order, answer);
    const { config } = input;
    const noted = await noteReturns(trx, context, { order, returned: answer.returned ?? [], config });
    for (const refund of noted.notListed)
      if (refund.state === 'unknown') await putOff(trx, context, refund, { not_listed_at: context.at });
    return { answer, made: noted.made, foreign: noted.foreign };
  });
}

async function putOff(
  trx: Knex.Transaction,
  context: RequestContext,
  refund: Refund,
  learned: { not_listed_at: Date } | { gateway_message: string },
): Promise<void> {
  // A question of a person besides the schedule does not use one of its own up.
  const isDue = refund.ask_again_at !== null && refund.ask_again_at <= context.at;
  const next = isDue
    ? { asks: refund.asks + 1, ask_again_at: nextAskAt(context.at, refund.asks + 1) }
    : { ask_again_at: refund.ask_again_at };
  await trx('refunds')
    .where('id', refund.id)
    .update({ asked_at: context.at, ...next, ...learned });
  if (next.ask_again_at === null)
    context.log.error(
      { refund_id: refund.id, reference_no: refund.reference_no },
      'nobody can tell whether a refund was made: a person must look into the gateway’s panel',
    );
}

async function learnCharge(
  trx: Knex.Transaction,
  { payment }: LockedOrder,
  answer: ChargedAnswer,
): Promise<void> {
  const currency = currencies.find((each) => each === answer.currency);
  if (payment.status !== 'review' || currency === undefined) return;
  const charged_minor = payment.charged_minor ?? answer.paymentTotalMinor;
  if (payment.charged_minor === charged_minor && payment.charged_currency === currency) return;
  const learned = { charged_minor, charged_currency: currency };
  await trx('payments').where('id', payment.id).update(learned);
  Object.assign(payment, learned);
}

async function keepAnswer(
  trx: Knex.Transaction,
  context: RequestContext,
  { payment }: LockedOrder,
  answer: StatusAnswer,
): Promise<void> {
  const { is_charged, facts } = statusFacts(answer);
  await trx('payment_status_answers').insert({
    payment_id: payment.id,
    company_id: payment.company_id,
    asked_at: context.at,
    asked_by: context.userId,
    is_charged,
    facts: JSON.stringify(facts),
  });
  const order = orderEvidence(payment);
  const entry = paymentEntry({
    action: 'payment_status_asked',
    success: is_charged !== null,
    ...order,
    userId: context.userId ?? payment.user_id,
    details: { ...order.details, ...facts },
    ...(answer.ok || answer.reason === 'no-successful-payment'
      ? {}
      : { reason: `${answer.reason}: ${answer.gatewayMessage}` as const }),
  });
  await AuditLogger.logOrThrow(trx, context, entry);
}

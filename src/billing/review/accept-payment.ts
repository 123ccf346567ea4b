import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { lockOrder, type LockedOrder } from '../lock-order.ts';
import type { Paytr, StatusAnswer } from '../paytr/paytr.ts';
import { lockRefunds } from '../refunds/queries.ts';
import { reconcileRefunds } from '../refunds/reconcile-refunds.ts';
import { openRefund } from '../refunds/refundable.ts';
import { statusFacts } from '../refunds/status-facts.ts';
import { applySettlement } from '../settlement/apply-settlement.ts';
import type { PaymentReport } from '../settlement/decide-settlement.ts';
import { findUnconfirmed, judgeAcceptance, type Acceptance, type Unconfirmed } from './judge-acceptance.ts';
import { insertReview, type ReviewNote } from './note-review.ts';

/** The charge counts as paid, or why it does not. */
export type AcceptedPayment =
  | { ok: true }
  | { ok: false; reason: 'not-review' | 'under-way' }
  | { ok: false; reason: 'not-possible'; acceptance: Extract<Acceptance, { ok: false }> }
  | { ok: false; reason: 'not-confirmed'; unconfirmed: Unconfirmed };

/**
 * Takes a charge in review for its order: by the same code as a settlement it starts the plan, issues the
 * invoice over what was charged and mails the receipt. Undefined for an unknown order.
 *
 * 1. The gateway is asked first, with no transaction open, and must confirm the charge as it stands now.
 * 2. Everything is decided again under the lock, so two operators, or an operator and a refund, cannot both
 *    have it.
 */
export async function acceptPayment(
  db: Knex,
  context: RequestContext,
  input: ReviewNote & { paytr: Paytr; config: Config },
): Promise<AcceptedPayment | undefined> {
  const asked = await reconcileRefunds(db, context, input);
  if (asked === undefined) return undefined;
  return db.transaction(async (trx) => {
    const order = await lockOrder(trx, input.merchantOid);
    if (order?.payment.status !== 'review') return { ok: false, reason: 'not-review' };
    const refunds = await lockRefunds(trx, order.payment.id);
    if (openRefund(refunds) !== undefined) return { ok: false, reason: 'under-way' };
    const { payment, subscription } = order;
    const acceptance = judgeAcceptance(payment, { subscription, refunds, at: context.at });
    if (!acceptance.ok) return { ok: false, reason: 'not-possible', acceptance };
    const unconfirmed = findUnconfirmed(payment, asked.answer, input.config);
    if (unconfirmed !== null) return { ok: false, reason: 'not-confirmed', unconfirmed };
    await insertReview(trx, context, { payment, decision: 'accepted', ...input });
    await settle(trx, context, { order, acceptance, answer: asked.answer, ...input });
    return { ok: true };
  });
}

async function settle(
  trx: Knex.Transaction,
  context: RequestContext,
  accepted: {
    order: LockedOrder;
    acceptance: Extract<Acceptance, { ok: true }>;
    answer: StatusAnswer;
    note: string;
    config: Config;
  },
): Promise<void> {
  const { order, acceptance, answer, note, config } = accepted;
  const { period, isAgainstRules } = acceptance;
  await applySettlement(trx, context, {
    ...order,
    report: reportOf(order, answer),
    answer: answer.ok ? answer : null,
    decision: { outcome: 'paid', period },
    notice: null,
    evidence: {
      note,
      review_reason: order.payment.review_reason,
      is_against_rules: isAgainstRules,
      gateway_answer: statusFacts(answer).facts,
    },
    config,
  });
}

function reportOf({ payment }: LockedOrder, answer: StatusAnswer): PaymentReport {
  if (!answer.ok) throw new Error('Bug! An unconfirmed charge is accepted');
  return {
    source: 'review',
    status: 'success',
    chargedMinor: payment.charged_minor ?? answer.paymentTotalMinor,
    currency: answer.currency,
    testMode: answer.testMode,
    isRefunded: false,
    // `findUnconfirmed` has compared them.
    ...{ orderedMinor: null, totalConfirmedMinor: null },
    paymentType: null,
    installmentCount: null,
    failedReasonCode: null,
    failedReasonMessage: null,
  };
}

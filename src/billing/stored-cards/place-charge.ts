import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS, MINUTE_MS } from '../../durations.ts';
import { lockSubscription } from '../lock-order.ts';
import { orderEvidence } from '../order-evidence.ts';
import { checkOrder } from '../order-rules.ts';
import type { CardTokens, Paytr } from '../paytr/paytr.ts';
import { GRACE_DAYS } from '../plans.ts';
import { paymentColumns, type Payment, type Subscription } from '../queries.ts';
import { paidUntilOf } from '../subscription-state.ts';
import { CARD_ORDER_PREFIX } from './card-order.ts';
import { openTokens } from './sealing/card-seal.ts';
import { endRenewals } from './end-renewals.ts';
import { findChargeableCard, type ChargeableCard } from './queries.ts';
import { hasPendingPayment, lockRenewal, type CardRenewal, type RenewalEnd } from './renewal-queries.ts';

/** An order without an outcome may have been paid: its outcome is looked for so often. */
const OPEN_ORDER_PAUSE_MINUTES = 15;

/** A fault of the settings is mended by people; until then it is looked at so often. */
const FAULT_PAUSE_MINUTES = 60;

/** A charge that is committed, and may be sent once. */
export interface PlacedCharge {
  payment: Payment;
  card: ChargeableCard;
  tokens: CardTokens;
}

/**
 * Places the order of an announced charge and marks it as sent, in one transaction, before anything is sent:
 * whatever dies afterwards, it is never sent again. Returns null when there is nothing to charge now: another
 * process was faster, a payment of the company has no outcome yet, or the charge does not fit any more and
 * has ended.
 */
export async function placeCharge(
  db: Knex,
  context: RequestContext,
  { renewal, config, paytr }: { renewal: CardRenewal; config: Config; paytr: Paytr },
): Promise<PlacedCharge | null> {
  return db.transaction(async (trx) => {
    const { company_id: companyId } = renewal;
    const subscription = await lockSubscription(trx, companyId);
    const locked = await lockRenewal(trx, renewal);
    if (locked?.state !== 'waiting' || locked.next_try_at === null || locked.next_try_at > context.at)
      return null;
    const card = await findChargeableCard(trx, companyId);
    const ended = findObstacle(subscription, locked, card, context.at);
    if (card === undefined || ended !== null) {
      await endRenewals(trx, context, { renewal: locked, ended: ended ?? 'card-removed' });
      return null;
    }
    if (await hasPendingPayment(trx, companyId))
      return postpone(trx, locked, minutesAfter(context.at, OPEN_ORDER_PAUSE_MINUTES));
    const tokens = openTokens(config.storedCards.keys, card, card.first_payment_id);
    if (tokens === null) {
      context.log.error({ company_id: companyId, key_id: card.key_id }, 'no key opens a stored card');
      return postpone(trx, locked, minutesAfter(context.at, FAULT_PAUSE_MINUTES));
    }
    const merchantOid = paytr.newMerchantOid(CARD_ORDER_PREFIX);
    const payment = await insertPayment(trx, context, { renewal: locked, card, merchantOid, config });
    await noteSent(trx, context, { renewal: locked, card, payment });
    return { payment, card, tokens };
  });
}

/** Why an announced charge must not be made any more; null when it fits. */
function findObstacle(
  subscription: Subscription,
  renewal: CardRenewal,
  card: ChargeableCard | undefined,
  at: Date,
): RenewalEnd | null {
  if (subscription.cancels_at !== null) return 'cancelled';
  if (card?.id !== renewal.card_id) return 'card-removed';
  if (paidUntilOf(subscription)?.getTime() !== renewal.due_at.getTime()) return 'paid-otherwise';
  if (at.getTime() >= renewal.due_at.getTime() + GRACE_DAYS * DAY_MS) return 'too-late';
  const plan = subscription.wanted_plan ?? subscription.next_plan ?? subscription.plan;
  if (plan !== renewal.plan) return 'plan-changed';
  const checked = checkOrder(subscription, renewal, at);
  if (!checked.ok || checked.period.start.getTime() !== renewal.due_at.getTime()) return 'plan-changed';
  return null;
}

async function postpone(trx: Knex.Transaction, renewal: CardRenewal, until: Date): Promise<null> {
  await trx('card_renewals')
    .where({ company_id: renewal.company_id, due_at: renewal.due_at })
    .update({ next_try_at: until });
  return null;
}

async function insertPayment(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { renewal: CardRenewal; card: ChargeableCard; merchantOid: string; config: Config },
): Promise<Payment> {
  const { renewal, card, merchantOid, config } = input;
  const [payment] = await trx('payments')
    .insert({
      company_id: renewal.company_id,
      user_id: card.user_id,
      merchant_oid: merchantOid,
      plan: renewal.plan,
      currency: renewal.currency,
      amount_minor: renewal.amount_minor,
      price_list_id: renewal.price_list_id,
      price_facts: JSON.stringify(renewal.price_facts),
      status: 'pending',
      created_at: context.at,
      // No browser is there. The gateway gets the address from which the card's holder agreed.
      gateway_user_ip: card.gateway_user_ip,
      test_mode: config.paytr.testMode,
    })
    .returning<Payment[]>(paymentColumns);
  if (payment === undefined) throw new Error('Bug! An insert returned no row');
  return payment;
}

async function noteSent(
  trx: Knex.Transaction,
  context: RequestContext,
  { renewal, card, payment }: { renewal: CardRenewal; card: ChargeableCard; payment: Payment },
): Promise<void> {
  const { company_id, due_at } = renewal;
  await trx('card_renewals')
    .where({ company_id, due_at })
    .update({ state: 'sent', tries: renewal.tries + 1, next_try_at: null });
  await trx('card_charges').insert({
    payment_id: payment.id,
    company_id,
    due_at,
    card_id: card.id,
    sent_at: context.at,
  });
  const order = orderEvidence(payment);
  await AuditLogger.logPayment(trx, context, {
    action: 'payment_card_charge_sent',
    success: true,
    ...order,
    details: {
      ...order.details,
      due_at,
      attempts: renewal.tries + 1,
      consent_payment_id: card.first_payment_id,
      text_sha256: card.card_text_sha256,
      price_list_version: renewal.price_facts.list_version,
    },
  });
}

function minutesAfter(at: Date, minutes: number): Date {
  return new Date(at.getTime() + minutes * MINUTE_MS);
}

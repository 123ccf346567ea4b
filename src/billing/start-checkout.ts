import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { AuditLogger } from '../audit/audit-logger.ts';
import type { Config } from '../config.ts';
import type { Currency } from '../currency.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import { lockSubscription } from './extend-subscription.ts';
import { orderEvidence } from './order-evidence.ts';
import { checkOrder, type OrderRefusal } from './order-rules.ts';
import { returnUrl } from './payment-links.ts';
import type { Paytr, TokenAnswer } from './paytr.ts';
import { PAGE_LIFE_MINUTES, canStillBePaid, isOpening } from './payment-page-life.ts';
import { priceOf, type PaidPlan } from './plans.ts';
import { isPublicAddress } from './public-address.ts';
import { findBillingDetails, paymentColumns, type Payment } from './queries.ts';

export interface CheckoutInput {
  plan: PaidPlan;
  currency: Currency;
  person: { id: number; companyId: number; email: string; fullName: string; locale: Locale };
  /** What the payer sees on the gateway's page, in their language. */
  itemName: string;
  paytr: Paytr;
  config: Config;
}

/** An order with its payment page (its own or one that is still open), or why there is none. */
export type Checkout =
  | { ok: true; merchantOid: string }
  | ({ ok: false } & OrderRefusal)
  | { ok: false; reason: 'no-public-address' | 'gateway'; merchantOid: string };

/**
 * Places an order and gets its payment page from the gateway. Three steps, so that no transaction waits for the gateway:
 * the pending payment is committed, the gateway asked, its answer recorded. A second click while the order can still be paid
 * returns the same order. Amounts come from the plan, never from the form.
 */
export async function startCheckout(
  db: Knex,
  context: RequestContext,
  input: CheckoutInput,
): Promise<Checkout> {
  const userIp = addressForGateway(context, input.config);
  const placed = await db.transaction((trx) => placeOrder(trx, context, input, userIp));
  if ('refusal' in placed) return { ok: false, ...placed.refusal };
  const { payment } = placed;
  if (!placed.isNew) return { ok: true, merchantOid: payment.merchant_oid };
  if (userIp === null) {
    const said = `The address ${context.ip ?? 'unknown'} is not public`;
    await recordRefusal(db, context, payment, { reason: 'no-public-address', gatewayMessage: said });
    return { ok: false, reason: 'no-public-address', merchantOid: payment.merchant_oid };
  }
  const answer = await askGateway(db, input, payment, userIp);
  if (answer.ok) {
    await recordPage(db, context, payment, answer.token);
    return { ok: true, merchantOid: payment.merchant_oid };
  }
  await recordRefusal(db, context, payment, answer);
  return { ok: false, reason: 'gateway', merchantOid: payment.merchant_oid };
}

/** PayTR wants the customer's public address (iFrame API, step 1); a private one only has a configured stand-in. */
function addressForGateway(context: RequestContext, config: Config): string | null {
  if (context.ip !== null && isPublicAddress(context.ip)) return context.ip;
  return config.paytr.userIpOverride;
}

async function placeOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  input: CheckoutInput,
  userIp: string | null,
): Promise<{ payment: Payment; isNew: boolean } | { refusal: OrderRefusal }> {
  // The lock makes double clicks, tabs and processes queue: the second finds the first one's order.
  const subscription = await lockSubscription(trx, input.person.companyId);
  const open = await findOpenOrder(trx, context, input);
  if (open !== undefined) return { payment: open, isNew: false };
  const checked = checkOrder(subscription, input.plan, context.at);
  if (!checked.ok) return { refusal: { reason: checked.reason, possibleAt: checked.possibleAt } };
  return { payment: await insertPayment(trx, context, input, userIp), isNew: true };
}

async function findOpenOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  input: CheckoutInput,
): Promise<Payment | undefined> {
  const pending = await trx('payments')
    .where({
      'payments.company_id': input.person.companyId,
      'payments.user_id': input.person.id,
      'payments.plan': input.plan,
      'payments.currency': input.currency,
      'payments.amount_minor': priceOf(input.plan, input.currency),
      'payments.status': 'pending',
    })
    .orderBy('payments.id', 'desc')
    .limit(5)
    .select<Payment[]>(paymentColumns);
  return pending.find(
    (payment) => canStillBePaid(payment, context.at) || isOpening(payment, context.at, input.config),
  );
}

async function insertPayment(
  trx: Knex.Transaction,
  context: RequestContext,
  input: CheckoutInput,
  userIp: string | null,
): Promise<Payment> {
  const [payment] = await trx('payments')
    .insert({
      company_id: input.person.companyId,
      user_id: input.person.id,
      merchant_oid: input.paytr.newMerchantOid(),
      plan: input.plan,
      currency: input.currency,
      amount_minor: priceOf(input.plan, input.currency),
      status: 'pending',
      created_at: context.at,
      client_ip: context.ip,
      user_agent: context.userAgent?.slice(0, 1024).replaceAll('\0', '') ?? null,
      gateway_user_ip: userIp,
      test_mode: input.config.paytr.testMode,
    })
    .returning<Payment[]>(paymentColumns);
  if (payment === undefined) throw new Error('Bug! An insert returned no row');
  return payment;
}

async function askGateway(
  db: Knex,
  input: CheckoutInput,
  payment: Payment,
  userIp: string,
): Promise<TokenAnswer> {
  const { config, paytr, person } = input;
  const details = await findBillingDetails(db, person.companyId);
  return paytr.requestToken({
    merchantOid: payment.merchant_oid,
    userIp,
    email: person.email,
    userName: person.fullName,
    // PayTR takes no empty address or phone (iFrame API, step 1). Until the buyer has given theirs, the seller's own stands
    // in: an invented one would be false evidence, and asking for it before the first payment would turn buyers away.
    userAddress: details?.billing_address ?? config.seller.address,
    userPhone: details?.billing_phone ?? config.seller.phone,
    amountMinor: payment.amount_minor,
    currency: payment.currency,
    basket: [{ name: input.itemName, unitPriceMinor: payment.amount_minor, quantity: 1 }],
    okUrl: returnUrl(config, 'success', payment.merchant_oid),
    failUrl: returnUrl(config, 'fail', payment.merchant_oid),
    locale: person.locale,
    timeoutMinutes: PAGE_LIFE_MINUTES,
  });
}

async function recordPage(db: Knex, context: RequestContext, payment: Payment, token: string): Promise<void> {
  await db.transaction(async (trx) => {
    await trx('payments').where({ id: payment.id, status: 'pending' }).update({ gateway_token: token });
    await AuditLogger.logPayment(trx, context, {
      action: 'payment_initiated',
      success: true,
      ...orderEvidence(payment),
    });
  });
}

async function recordRefusal(
  db: Knex,
  context: RequestContext,
  payment: Payment,
  answer: { reason: string; gatewayMessage: string },
): Promise<void> {
  context.log.warn(
    { merchant_oid: payment.merchant_oid, reason: answer.reason, gateway: answer.gatewayMessage },
    'payment page could not be opened',
  );
  await db.transaction(async (trx) => {
    await trx('payments')
      .where({ id: payment.id, status: 'pending' })
      .update({ status: 'refused', decided_at: context.at });
    const order = orderEvidence(payment);
    await AuditLogger.logPayment(trx, context, {
      action: 'payment_initiation_failed',
      success: false,
      ...order,
      details: { ...order.details, reason: answer.reason, gateway_message: answer.gatewayMessage },
      reason: `${answer.reason}: ${answer.gatewayMessage}`,
    });
  });
}

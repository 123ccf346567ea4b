import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { AuditReason } from '../../audit/reasons.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { boundedText } from '../../storable-text.ts';
import { lockSubscription } from '../extend-subscription.ts';
import { orderEvidence } from '../order-evidence.ts';
import { checkOrder, type OrderRefusal } from '../order-rules.ts';
import { returnUrl } from './payment-links.ts';
import type { Paytr, TokenAnswer } from '../paytr/paytr.ts';
import { PAGE_LIFE_MINUTES, canStillBePaid, isOpening } from './payment-page-life.ts';
import { findOffers, type Offer } from '../prices/find-offers.ts';
import { type PaidPlan } from '../../plan.ts';
import { isPublicAddress } from './public-address.ts';
import { findOpenOrder, supersedeOrder } from '../supersede-order.ts';
import { findBillingDetails, paymentColumns, type Payment } from '../queries.ts';

/** The column's bound. */
const USER_AGENT_MAX = 1024;

interface CheckoutInput {
  plan: PaidPlan;
  currency: Currency;
  person: { id: number; companyId: number; email: string; fullName: string; locale: Locale };
  /** The item's name on the gateway's page, in their language. */
  itemName: string;
  paytr: Paytr;
  config: Config;
}

/**
 * An order with a payment page that can still be paid, or the reason why there is none. The page may belong
 * to an order placed a moment ago.
 */
export type Checkout =
  | { ok: true; merchantOid: string }
  | ({ ok: false } & Refusal)
  | { ok: false; reason: 'no-public-address' | 'gateway'; merchantOid: string };

/** The order rule refuses, or the currency is not on offer now. */
type Refusal = OrderRefusal | { reason: 'not-offered'; offer: Extract<Offer, { ok: false }> };

/**
 * Places an order and gets its payment page from the gateway, in three steps, so that no transaction waits
 * for the gateway:
 * 1. The pending payment is committed. Its amount comes from the price list in force, never from the form.
 * 2. The gateway is asked for a page.
 * 3. The answer is recorded.
 *
 * A company has one open order: a new one ends the one before, whoever placed it. A second click while the
 * order can still be paid returns the same order.
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

/**
 * PayTR wants the customer's public address (iFrame API, step 1). For a private address the configured
 * stand-in is sent.
 */
function addressForGateway(context: RequestContext, config: Config): string | null {
  if (context.ip !== null && isPublicAddress(context.ip)) return context.ip;
  return config.paytr.userIpOverride;
}

async function placeOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  input: CheckoutInput,
  userIp: string | null,
): Promise<{ payment: Payment; isNew: boolean } | { refusal: Refusal }> {
  // The lock makes double clicks, tabs, admins and processes queue: the second finds the first one's order.
  const subscription = await lockSubscription(trx, input.person.companyId);
  const offer = await findOffer(trx, context, input);
  if (!offer.ok) return { refusal: { reason: 'not-offered', offer } };
  const order = { plan: input.plan, currency: input.currency, price_facts: offer.facts };
  const checked = checkOrder(subscription, order, context.at);
  const open = await findOpenOrder(trx, input.person.companyId);
  if (!checked.ok) return { refusal: { reason: checked.reason, possibleAt: checked.possibleAt } };
  if (open !== undefined && isSameOrder(open, input, offer) && isPayable(open, context.at, input.config)) {
    return { payment: open, isNew: false };
  }
  const merchantOid = input.paytr.newMerchantOid();
  if (open !== undefined) await supersedeOrder(trx, context, { payment: open, supersededBy: merchantOid });
  return { payment: await insertPayment(trx, context, input, { merchantOid, userIp, offer }), isNew: true };
}

type GoodOffer = Extract<Offer, { ok: true }>;

async function findOffer(
  trx: Knex.Transaction,
  context: RequestContext,
  input: CheckoutInput,
): Promise<Offer> {
  const { rateMaxAgeDays } = input.config;
  const [offer] = await findOffers(trx, { at: context.at, currencies: [input.currency], rateMaxAgeDays });
  if (offer === undefined) throw new Error('Bug! A currency without an answer');
  return offer;
}

/**
 * The gateway's page names the person it was opened for, so a colleague's order is another one. The price of
 * an order is frozen, so one by other prices is another one as well.
 */
function isSameOrder(open: Payment, { person, plan, currency }: CheckoutInput, offer: GoodOffer): boolean {
  const isSamePrice = open.currency === currency && open.amount_minor === offer.facts.prices[plan];
  return open.user_id === person.id && open.plan === plan && isSamePrice;
}

function isPayable(open: Payment, at: Date, config: Config): boolean {
  return canStillBePaid(open, at) || isOpening(open, at, config);
}

async function insertPayment(
  trx: Knex.Transaction,
  context: RequestContext,
  input: CheckoutInput,
  { merchantOid, userIp, offer }: { merchantOid: string; userIp: string | null; offer: GoodOffer },
): Promise<Payment> {
  const [payment] = await trx('payments')
    .insert({
      company_id: input.person.companyId,
      user_id: input.person.id,
      merchant_oid: merchantOid,
      plan: input.plan,
      currency: input.currency,
      amount_minor: offer.facts.prices[input.plan],
      price_list_id: offer.priceListId,
      price_facts: offer.facts,
      status: 'pending',
      created_at: context.at,
      client_ip: context.ip,
      user_agent: context.userAgent === null ? null : boundedText(context.userAgent, USER_AGENT_MAX),
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
    // PayTR takes no empty address or phone (iFrame API, step 1). Until the buyer has given theirs, the
    // seller's own are sent: invented ones would be false evidence, and asking before the first payment would
    // turn buyers away.
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
    await trx('payments')
      .where({ id: payment.id, status: 'pending', superseded_at: null })
      .update({ gateway_token: token });
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
  answer: { reason: AuditReason; gatewayMessage: string },
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

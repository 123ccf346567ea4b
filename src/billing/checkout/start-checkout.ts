import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { AuditReason } from '../../audit/reasons.ts';
import { orderEvidence } from '../order-evidence.ts';
import { CARD_FORM } from './card-form.ts';
import { addressForGateway, gatewayOrder } from './gateway-order.ts';
import { isEmailForPaytr } from '../paytr/token.ts';
import type { TokenAnswer } from '../paytr/paytr.ts';
import type { Payment } from '../queries.ts';
import { placeOrder, type PlacingInput, type PlacingRefusal } from './place-order.ts';

interface CheckoutInput extends PlacingInput {
  /** The item's name on the gateway's page, in their language. */
  itemName: string;
}

/**
 * An order with a payment page that can still be paid, or the reason why there is none. The page may belong
 * to an order placed a moment ago.
 */
export type Checkout =
  | { ok: true; merchantOid: string }
  | ({ ok: false } & PlacingRefusal)
  | { ok: false; reason: 'no-public-address' | 'gateway'; merchantOid: string };

/**
 * Places an order and gets its payment page from the gateway, in three steps, so that no transaction waits
 * for the gateway:
 * 1. The pending payment is committed with what its buyer accepted (`placeOrder`).
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
  const userIp = addressForGateway(context.ip, input.config);
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

/** A card that is to be kept is typed into a form of ours, for which the gateway is not asked. */
async function askGateway(
  db: Knex,
  input: CheckoutInput,
  payment: Payment,
  userIp: string,
): Promise<TokenAnswer> {
  const { config, paytr, person, itemName, accepted } = input;
  if (accepted.cardTextSha256 != null) {
    if (isEmailForPaytr(person.email)) return { ok: true, token: CARD_FORM };
    const gatewayMessage = 'Not offered: PayTR does not take this e-mail address';
    return { ok: false, reason: 'refused', gatewayMessage };
  }
  return paytr.requestToken(await gatewayOrder(db, { payment, person, userIp, itemName, config }));
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

import type { Knex } from 'knex';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { BoxName } from '../consent/compose-terms.ts';
import { isCardOrder } from '../stored-cards/card-order.ts';
import { keepConsent } from '../consent/keep-consent.ts';
import { loadTerms, type LoadedTerms, type OrderObstacle, type OrderWish } from '../consent/load-terms.ts';
import type { Order } from '../consent/order.ts';
import { findAcceptedHashes } from '../consent/queries.ts';
import { lockSubscription } from '../lock-order.ts';
import type { Paytr } from '../paytr/paytr.ts';
import { paymentColumns, type Payment } from '../queries.ts';
import { findOpenOrder, supersedeOrder } from '../supersede-order.ts';
import { canStillBePaid, isOpening } from './payment-page-life.ts';

/** An order as it comes from its page. */
export interface PlacingInput extends OrderWish {
  person: OrderWish['person'] & { id: number };
  /**
   * The answer of the page: the hashes of the text and of the words about the price that it showed, and the
   * boxes that were ticked. With the box of the stored card also the hash of its text.
   */
  accepted: {
    textSha256: string;
    pricesSha256: string;
    boxes: readonly BoxName[];
    cardTextSha256?: string | null;
  };
  paytr: Paytr;
}

/**
 * Why no order was placed: an obstacle, boxes that were not ticked, another text than the page had, or a
 * charge of the stored card that is under way.
 */
export type PlacingRefusal =
  | OrderObstacle
  | { reason: 'boxes-missing'; boxes: BoxName[] }
  | { reason: 'terms-changed' }
  | { reason: 'card-charge-under-way' };

/**
 * Places an order with what its buyer accepted, in the caller's transaction.
 *
 * 1. The texts are made anew, under the lock of the subscription. Only when they are the ones that the page
 *    showed, to the letter, is anything ordered. So no price, period or text that changed since is accepted
 *    unseen.
 * 2. An open order of the same person with the same text that can still be paid is returned, with what was
 *    accepted then.
 * 3. Any other open order of the company ends.
 */
export async function placeOrder(
  trx: Knex.Transaction,
  context: RequestContext,
  input: PlacingInput,
  userIp: string | null,
): Promise<{ payment: Payment; isNew: boolean } | { refusal: PlacingRefusal }> {
  // The lock makes double clicks, tabs, admins and processes queue: the second finds the first one's order.
  const subscription = await lockSubscription(trx, input.person.companyId);
  const loaded = await loadTerms(trx, subscription, input, context.at);
  if (!loaded.ok) return { refusal: loaded.obstacle };
  const { order, buyer, terms, prices } = loaded;
  const cardTextSha256 = input.accepted.cardTextSha256 ?? null;
  const cardTerms = cardTextSha256 === null ? null : loaded.cardTerms;
  const isOtherCardText = (cardTerms?.textSha256 ?? null) !== cardTextSha256;
  const refusal = isOtherCardText
    ? ({ reason: 'terms-changed' } as const)
    : refuseAcceptance(loaded, input.accepted);
  if (refusal !== null) return { refusal };
  const open = await findOpenOrder(trx, input.person.companyId);
  // Its outcome is not known yet: an order now could pay for the same month twice.
  if (open !== undefined && isCardOrder(open)) return { refusal: { reason: 'card-charge-under-way' } };
  if (
    open !== undefined &&
    (await isSameOrder(trx, open, input, loaded)) &&
    isPayable(open, context.at, input.config)
  )
    return { payment: open, isNew: false };
  const merchantOid = input.paytr.newMerchantOid();
  if (open !== undefined) await supersedeOrder(trx, context, { payment: open, supersededBy: merchantOid });
  const payment = await insertPayment(trx, context, input, { order, merchantOid, userIp });
  await keepConsent(trx, context, { payment, buyer, terms, prices, cardTerms });
  return { payment, isNew: true };
}

function refuseAcceptance(
  { terms, prices }: LoadedTerms,
  accepted: PlacingInput['accepted'],
): PlacingRefusal | null {
  const boxes = terms.boxes.map(({ name }) => name).filter((name) => !accepted.boxes.includes(name));
  if (boxes.length > 0) return { reason: 'boxes-missing', boxes };
  const isSeen = accepted.textSha256 === terms.textSha256 && accepted.pricesSha256 === prices.htmlSha256;
  return isSeen ? null : { reason: 'terms-changed' };
}

/**
 * The gateway's page names the person it was opened for, so a colleague's order is another one. The text has
 * the plan, the price and what it comes from.
 */
async function isSameOrder(
  trx: Knex.Transaction,
  open: Payment,
  { person, accepted }: PlacingInput,
  { terms, prices }: LoadedTerms,
): Promise<boolean> {
  const kept = await findAcceptedHashes(trx, open.id);
  return (
    open.user_id === person.id &&
    kept?.text_sha256 === terms.textSha256 &&
    kept.prices_sha256 === prices.htmlSha256 &&
    kept.card_text_sha256 === (accepted.cardTextSha256 ?? null)
  );
}

function isPayable(open: Payment, at: Date, config: Config): boolean {
  return canStillBePaid(open, at) || isOpening(open, at, config);
}

async function insertPayment(
  trx: Knex.Transaction,
  context: RequestContext,
  input: PlacingInput,
  { order, merchantOid, userIp }: { order: Order; merchantOid: string; userIp: string | null },
): Promise<Payment> {
  const [payment] = await trx('payments')
    .insert({
      company_id: input.person.companyId,
      user_id: input.person.id,
      merchant_oid: merchantOid,
      plan: order.plan,
      currency: order.currency,
      amount_minor: order.amountMinor,
      price_list_id: order.priceListId,
      price_facts: order.priceFacts,
      status: 'pending',
      created_at: context.at,
      client_ip: context.ip,
      user_agent: keptUserAgent(context),
      gateway_user_ip: userIp,
      test_mode: input.config.paytr.testMode,
    })
    .returning<Payment[]>(paymentColumns);
  if (payment === undefined) throw new Error('Bug! An insert returned no row');
  return payment;
}

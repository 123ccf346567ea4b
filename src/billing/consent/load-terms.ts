import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { cardDocumentKind, listCurrentDocuments } from '../../legal/queries.ts';
import type { PaidPlan } from '../../plan.ts';
import { findLogKey } from '../../transparency/heads/handed-out/find-log-key.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { quoteOrder, type OrderRefusal } from '../order-rules.ts';
import { findOffers, type Offer } from '../prices/find-offers.ts';
import { listPaidMonths } from '../prices/paid-months.ts';
import { findBillingDetails, type BillingDetails, type Subscription } from '../queries.ts';
import { missingBuyerFacts } from './buyer-facts.ts';
import { composeCardTerms, type CardTerms } from './compose-card-terms.ts';
import { composePrices, type ShownPrices } from './compose-prices.ts';
import { composeTerms, documentsOf, type OrderTerms } from './compose-terms.ts';
import { orderOf, type Order } from './order.ts';
import { orderValues, type Orderer } from './order-values.ts';

/** A wish to order something, and whose it is. */
export interface OrderWish {
  plan: PaidPlan;
  currency: Currency;
  person: Orderer & { companyId: number; locale: Locale };
  config: Config;
}

/** Why nothing can be ordered: the order rule, a currency without prices, or a buyer who is not known. */
export type OrderObstacle =
  | OrderRefusal
  | { reason: 'not-offered'; offer: Extract<Offer, { ok: false }> }
  | { reason: 'buyer-unknown' };

/** An order that may be placed, with the words that its buyer has to accept. */
export interface LoadedTerms {
  order: Order;
  buyer: BillingDetails;
  terms: OrderTerms;
  /** The words of the page about the offer and its price. */
  prices: ShownPrices;
  /** Null where no card is kept: then there is no such box. */
  cardTerms: CardTerms | null;
}

/**
 * The order that a wish would become now, by the company's subscription, with its texts in the language of
 * the person. The page shows them, and an order is placed only when the same words come out again.
 */
export async function loadTerms(
  db: Knex,
  subscription: Subscription,
  wish: OrderWish,
  at: Date,
): Promise<({ ok: true } & LoadedTerms) | { ok: false; obstacle: OrderObstacle }> {
  const { plan, currency, person, config } = wish;
  const { rateMaxAgeDays } = config;
  const [offer] = await findOffers(db, { at, currencies: [currency], rateMaxAgeDays });
  if (offer === undefined) throw new Error('Bug! A currency without an answer');
  if (!offer.ok) return { ok: false, obstacle: { reason: 'not-offered', offer } };
  const paidMonths = await listPaidMonths(db, subscription, at);
  const quote = quoteOrder(subscription, { plan, currency, facts: offer.facts, paidMonths }, at);
  if (!quote.ok) return { ok: false, obstacle: quote };
  const buyer = await findBillingDetails(db, person.companyId);
  if (buyer === undefined) throw new Error('Bug! A person without a company');
  const { customer_type: customerType } = buyer;
  if (customerType === null || missingBuyerFacts(buyer).length > 0)
    return { ok: false, obstacle: { reason: 'buyer-unknown' } };
  const order = orderOf({ plan, offer, quote, at });
  const format = formatFor(person.locale);
  const documents = await listCurrentDocuments(db, documentsOf(customerType), person.locale);
  const logKey = await findLogKey(db, { companyId: person.companyId, config });
  const values = orderValues(format, { order, buyer, person, config, logKey });
  const terms = composeTerms(format, { customerType, documents, values });
  const prices = composePrices(format, order, config.taxPercent);
  const cardTerms = await loadCardTerms(db, format, values, config);
  return { ok: true, order, buyer, terms, prices, cardTerms };
}

async function loadCardTerms(
  db: Knex,
  format: ReturnType<typeof formatFor>,
  values: ReturnType<typeof orderValues>,
  { storedCards }: Config,
): Promise<CardTerms | null> {
  if (!storedCards.isOn) return null;
  const [document] = await listCurrentDocuments(db, [cardDocumentKind], format.locale);
  return document === undefined ? null : composeCardTerms(format, { document, values });
}

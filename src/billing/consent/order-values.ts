import type { Config } from '../../config/config.ts';
import type { OrderPlaceholder } from '../../legal/fill-template.ts';
import type { Format } from '../../web/format.ts';
import { countryName } from '../../web/locales/country-name.ts';
import { includedTax } from '../tax/included-tax.ts';
import { limitsOf } from '../plans.ts';
import { priceFactsRows } from '../prices/offer-words.ts';
import type { BillingDetails } from '../queries.ts';
import type { Order } from './order.ts';

/** Whoever orders. */
export interface Orderer {
  fullName: string;
  email: string;
}

/**
 * The words that fill the texts of one order. None of them changes from minute to minute, so the same order
 * looked at twice has the same text.
 */
export function orderValues(
  format: Format,
  {
    order,
    buyer,
    person,
    config,
    logKey,
  }: { order: Order; buyer: BillingDetails; person: Orderer; config: Config; logKey: string | null },
): Record<OrderPlaceholder, string> {
  const { t, money, number } = format;
  const { seller } = config;
  const given = (text: string | null): string =>
    text === null || text.trim() === '' ? t('consent.notGiven') : text;
  const tax = (office: string | null, taxNumber: string | null): string =>
    given(t('consent.taxOf', { office: office ?? '', number: taxNumber ?? '' }));
  return {
    seller_name: seller.name,
    seller_address: seller.address,
    seller_phone: seller.phone,
    seller_email: seller.email,
    seller_tax: tax(seller.taxOffice, seller.taxNumber),
    buyer_name: buyer.billing_name ?? buyer.name,
    buyer_address: given(buyerAddress(format, buyer)),
    buyer_phone: given(buyer.billing_phone),
    buyer_tax:
      buyer.customer_type === 'consumer'
        ? given(buyer.billing_tax_number)
        : tax(buyer.billing_tax_office, buyer.billing_tax_number),
    ordered_by: t('consent.personOf', { name: person.fullName, email: person.email }),
    account: buyer.name,
    item: itemWords(format, order),
    limits: limitWords(format, order),
    period: periodWords(format, order),
    total: money(order.amountMinor, order.currency),
    tax: money(includedTax(order.amountMinor, config.taxPercent), order.currency),
    tax_percent: number(config.taxPercent, 2),
    currency: order.currency,
    price_basis: priceBasis(format, order),
    log_key: logKey ?? t('consent.logKeyAt', { address: `${config.baseUrl}/log` }),
  };
}

/** The address of a buyer on one line, with the place as far as it was given. */
export function buyerAddress({ locale }: Pick<Format, 'locale'>, buyer: BillingDetails): string {
  const { billing_address, billing_district, billing_city, billing_country } = buyer;
  const country = billing_country === null ? null : countryName(billing_country, locale);
  return [billing_address, billing_district, billing_city, country].filter(Boolean).join(', ');
}

/** The ordered service, as the title of a line. */
export function itemWords({ t }: Format, { kind, plan }: Pick<Order, 'kind' | 'plan'>): string {
  return t(`consent.item_${kind}`, { plan: t(`common.plan_${plan}`) });
}

function limitWords({ t }: Format, { plan }: Order): string {
  const { workspaces, members } = limitsOf(plan);
  return t('consent.limits', { workspaces: workspaces ?? 0, members: members ?? 0 });
}

/** From when to when the order counts. A period that begins with the payment has no date yet. */
export function periodWords({ t, when }: Format, order: Order): string {
  const { kind, period, startsAtPayment } = order;
  if (kind === 'upgrade') {
    const until = when(period.end);
    return startsAtPayment
      ? t('consent.period_upgrade', { until })
      : t('consent.period_upgrade_later', { start: when(period.start), until });
  }
  if (startsAtPayment) return t('consent.period_now');
  return t('consent.period_later', { start: when(period.start), end: when(period.end) });
}

/** The sources of the price in one line, as the rows of pages, receipts and invoices say them. */
function priceBasis(format: Format, { plan, priceFacts }: Order): string {
  return priceFactsRows(format, priceFacts, plan)
    .map(({ term, value }) => `${term}: ${value}`)
    .join('; ');
}

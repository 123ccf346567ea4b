import type { Config } from '../../config/config.ts';
import type { PaidPlan } from '../../plan.ts';
import type { Format } from '../../web/format.ts';
import type { PriceFacts, RateFacts, UpgradeFacts } from '../price-facts.ts';
import type { CurrencyOffer } from './offer-of.ts';

/** Why a currency is not on offer, in words for the buyer. */
export function offerProblem(
  { t, when }: Format,
  offer: Extract<CurrencyOffer, { ok: false }>,
  { rateMaxAgeDays: days }: Pick<Config, 'rateMaxAgeDays'>,
): string {
  const { currency } = offer;
  if (offer.reason === 'old-rate')
    return t('prices.problem_old_rate', { currency, days, date: when(noonOf(offer.bulletinDate), 'day') });
  return t(offer.reason === 'no-rate' ? 'prices.problem_no_rate' : 'prices.problem_not_priced', { currency });
}

/**
 * The sources of a price, as rows of terms and values for a page or a printed paper: the list, and of a
 * converted price the price it was made from, each rate with its bulletin, margin and rounding. `plan` is the
 * plan that was ordered; null leaves the price before the conversion out. An order from before there were
 * price lists has no facts.
 */
export function priceFactsRows(
  format: Format,
  facts: PriceFacts | null,
  plan: PaidPlan | null,
): { term: string; value: string }[] {
  const { t, money } = format;
  if (facts === null) return [{ term: t('prices.factList'), value: t('prices.factListFirst') }];
  const { base, rates = [], margin_bps: margin = 0, rounding, currency, upgrade } = facts;
  const row = (term: string, value: string): { term: string; value: string } => ({ term, value });
  const rows = [row(t('prices.factList'), t('prices.factListValue', { version: facts.list_version }))];
  if (base !== undefined && plan !== null)
    rows.push(row(t('prices.factBase'), money(base.prices[plan], base.currency)));
  for (const rate of rates)
    rows.push(row(t('prices.factRate', { currency: rate.currency }), rateText(format, rate)));
  if (margin > 0)
    rows.push(row(t('prices.factMargin'), t('prices.percent', { percent: format.number(margin / 100, 2) })));
  if (rounding !== undefined) {
    const step = money(rounding.step_minor, currency);
    rows.push(row(t('prices.factRounding'), t(`prices.rounded_${rounding.mode}`, { step })));
  }
  if (upgrade !== undefined && plan !== null) rows.push(...upgradeRows(format, upgrade, { plan, facts }));
  return rows;
}

/** How the charge for an upgrade was counted: a row for each stretch of time, and the least charge. */
function upgradeRows(
  { t, money, when }: Format,
  upgrade: UpgradeFacts,
  { plan, facts }: { plan: PaidPlan; facts: PriceFacts },
): { term: string; value: string }[] {
  const { currency, prices } = facts;
  const rows = upgrade.parts.map((part) => ({
    term: t('prices.factUpgrade', { from: t(`common.plan_${part.plan}`), until: when(part.until) }),
    value: t('prices.factUpgradeValue', {
      ...{ months: part.months, days: part.days, monthDays: part.month_days },
      ...{ price: money(prices[plan], currency), credit: money(part.credit_minor, currency) },
      amount: money(part.amount_minor, currency),
    }),
  }));
  const sum = upgrade.parts.reduce((total, part) => total + part.amount_minor, 0);
  if (sum < upgrade.amount_minor)
    rows.push({ term: t('prices.factLeast'), value: money(upgrade.amount_minor, currency) });
  return rows;
}

/** A rate with everything that finds its bulletin again. */
export function rateText(format: Format, rate: RateFacts): string {
  const { t, when } = format;
  return t('prices.factRateValue', {
    ...{ currency: rate.currency, unit: rate.unit, number: rate.bulletin_no },
    ...{ rate: exactNumber(format, rate.rate), side: t(`prices.side_${rate.side}`) },
    ...{ date: when(noonOf(rate.bulletin_date), 'day'), validFor: when(noonOf(rate.valid_for), 'day') },
  });
}

/** Digits as they came, with the reader's decimal mark: a rate is never rounded for show. */
function exactNumber({ number }: Format, digits: string): string {
  const mark = number(1.5).charAt(1);
  return digits.replace('.', mark);
}

/** A time on a day of the calendar of Europe/Istanbul, for `when(…, 'day')`. */
function noonOf(day: string): string {
  return `${day}T12:00:00+03:00`;
}

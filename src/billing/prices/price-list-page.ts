import type { Format } from '../../web/format.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { currencies } from '../../currency.ts';
import { paidPlans, type PaidPlan } from '../../plan.ts';
import type { PlanPrices } from '../price-facts.ts';
import { formatMajor } from '../paytr/minor-units.ts';
import type { PriceList } from './price-list.ts';
import type { ListedPriceList } from './queries.ts';

/** A version as the operator's page shows it. */
interface DescribedPriceList {
  version: number;
  /** Its badge: tone and text key. */
  look: (typeof looks)[keyof typeof looks];
  /** Null for version 1, which was in force from the start. */
  from: Date | null;
  until: Date | null;
  note: string;
  /** Null for version 1. */
  author: string | null;
  createdAt: Date;
  prices: { currency: string; amounts: { plan: PaidPlan; text: string }[] }[];
  /** How the other currencies get theirs; empty for fixed prices. */
  rules: string[];
}

const looks = {
  'in-force': { tone: 'success', text: 'prices.state_inForce' },
  'to-come': { tone: 'info', text: 'prices.state_toCome' },
  over: { tone: 'neutral', text: 'prices.state_over' },
  replaced: { tone: 'neutral', text: 'prices.state_replaced' },
} as const satisfies Record<string, { tone: string; text: TextKey }>;

/** Describes a version for the page of versions. */
export function describePriceList(
  list: ListedPriceList,
  { at, inForceId, format }: { at: Date; inForceId: number | null; format: Format },
): DescribedPriceList {
  return {
    version: list.version,
    look: looks[stateOf(list, at, inForceId)],
    from: list.version === 1 ? null : list.effective_from,
    until: list.next_from,
    note: list.note,
    author: list.author_name,
    createdAt: list.created_at,
    prices: currencies.flatMap((currency) => {
      const prices = list.prices[currency];
      if (prices === undefined) return [];
      return [
        {
          currency,
          amounts: paidPlans.map((plan) => ({ plan, text: format.money(prices[plan], currency) })),
        },
      ];
    }),
    rules: rulesOf(list, format),
  };
}

function stateOf(list: ListedPriceList, at: Date, inForceId: number | null): keyof typeof looks {
  if (list.id === inForceId) return 'in-force';
  if (list.is_replaced) return 'replaced';
  return list.effective_from > at ? 'to-come' : 'over';
}

function rulesOf({ conversion }: PriceList, { t, money, number }: Format): string[] {
  if (conversion === null) return [];
  const steps = currencies.flatMap((currency) => {
    const step = conversion.rounding_steps[currency];
    return step === undefined
      ? []
      : [t(`prices.rounded_${conversion.rounding_mode}`, { step: money(step, currency) })];
  });
  return [
    t('prices.ruleRate', { side: t(`prices.side_${conversion.rate_side}`), base: conversion.base_currency }),
    t('prices.ruleMargin', { percent: number(conversion.margin_bps / 100, 2) }),
    t('prices.ruleRounding', { steps: steps.join('; ') }),
  ];
}

/** The values of the form for a version of a kind, taken from the version in force as far as it has them. */
export function valuesOf(
  list: PriceList | undefined,
  kind: 'fixed' | 'converted',
  { locale }: Pick<Format, 'locale'>,
): Record<string, string> {
  const text = (minor: number): string => formatMajor(minor).replace('.', locale === 'tr' ? ',' : '.');
  const addPrices = (prefix: string, of: PlanPrices): void => {
    for (const plan of paidPlans) values[`${prefix}.${plan}`] = text(of[plan]);
  };
  const values: Record<string, string> = { kind };
  const { conversion = null, prices = {} } = list ?? {};
  if (kind === 'fixed') {
    for (const [currency, of] of Object.entries(prices)) addPrices(`prices.${currency}`, of);
    return values;
  }
  const base = conversion?.base_currency ?? 'EUR';
  const ofBase = prices[base];
  if (ofBase !== undefined) addPrices('base', ofBase);
  for (const currency of currencies) {
    const step = conversion === null ? 100 : conversion.rounding_steps[currency];
    if (step !== undefined && currency !== base) values[`steps.${currency}`] = text(step);
  }
  return {
    ...values,
    base_currency: base,
    rate_side: conversion?.rate_side ?? 'forex_buying',
    margin: text(conversion?.margin_bps ?? 0),
    rounding_mode: conversion?.rounding_mode ?? 'up',
  };
}

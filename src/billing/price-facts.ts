import { z } from 'zod';
import type { Currency } from '../currency.ts';
import { paidPlans, type PaidPlan } from '../plan.ts';
import { count, currency, field, id, text } from '../record-fields.ts';

/** The sides of a bulletin of the Turkish central bank, as the columns of `exchange_rates` are called. */
export const rateSides = ['forex_buying', 'forex_selling', 'banknote_buying', 'banknote_selling'] as const;
export type RateSide = (typeof rateSides)[number];

/** How a converted price becomes a multiple of its step. */
export const roundingModes = ['nearest', 'up'] as const;

const planPrices = (meaning: string) =>
  field(
    z.strictObject({
      starter: count('Price of the Starter plan.'),
      team: count('Price of the Team plan.'),
      enterprise: count('Price of the Enterprise plan.'),
    }),
    meaning,
  );

const rateFacts = z.strictObject({
  currency: text('The currency that the rate is of (ISO 4217).'),
  bulletin_date: text('Day of the bulletin of the Turkish central bank.'),
  bulletin_no: text('Number of that bulletin.'),
  valid_for: text('The first day that the bulletin counts for: the day after it.'),
  side: field(z.enum(rateSides), 'Which of the four rates of the bulletin was taken.'),
  unit: field(z.int().positive(), 'The rate is for so many of the currency.'),
  rate: text('Liras for these units, with the digits of the bulletin.'),
  file_sha256: text('SHA-256 of the file of the bulletin as it came.'),
});

const upgradeFacts = z.strictObject({
  parts: z
    .array(
      z.strictObject({
        plan: field(z.enum(paidPlans), 'The smaller plan that the time was paid for.'),
        until: text('The end of that time, which stays.'),
        months: count('Whole months of it that were left.'),
        days: count('Whole days that were left beside them.'),
        month_days: count('Days of the month that these days are counted in.'),
        credit_minor: count('Credited for each month of the smaller plan, in minor units.'),
        amount_minor: count('The difference to the larger plan for all of it, in minor units.'),
      }),
    )
    .describe('Stretches of time paid for a smaller plan.'),
  amount_minor: count('The charge: the sum of the parts, and at least 100, in minor units.'),
});

/** The facts that the price of an order was taken from, frozen when the order was placed. */
export const priceFacts = z.strictObject({
  list_version: id('Version of the price list.'),
  kind: field(
    z.enum(['fixed', 'converted']),
    'fixed: the list has a price in this currency. converted: its prices are in another currency, and a rate of the Turkish central bank gave this one.',
  ),
  currency: currency('The currency of the prices (ISO 4217).'),
  prices: planPrices(
    'What one month of each plan cost in this currency, tax included, in minor units (kuruş or cents).',
  ),
  base: z
    .strictObject({
      currency: currency('The currency that the list has prices in.'),
      prices: planPrices('These prices, in minor units.'),
    })
    .describe('Only of a converted price: the prices that were converted.')
    .optional(),
  rates: z
    .array(rateFacts)
    .describe('Only of a converted price: the rate used, or both where neither currency is the lira.')
    .optional(),
  margin_bps: count(
    'Only of a converted price: what was added to it, in hundredths of a percent.',
  ).optional(),
  rounding: z
    .strictObject({
      step_minor: count('Converted prices are multiples of it, in minor units.'),
      mode: field(z.enum(roundingModes), 'To the nearest multiple, or to the next higher one.'),
    })
    .describe('Only of a converted price: how it was rounded.')
    .optional(),
  upgrade: upgradeFacts
    .describe('Only of an upgrade: the paid time that the larger plan takes over, and the charge for it.')
    .optional(),
});

/** The facts that the price of an order was taken from. Amounts in minor units. */
export type PriceFacts = z.output<typeof priceFacts>;
export type RateFacts = z.output<typeof rateFacts>;
export type UpgradeFacts = z.output<typeof upgradeFacts>;
/** The price of one month of each plan in one currency, tax included, in minor units. */
export type PlanPrices = Record<PaidPlan, number>;

/** Months of a plan that one payment bought or upgraded, and by which prices. */
export interface PaidMonths {
  plan: PaidPlan;
  currency: Currency;
  prices: PlanPrices;
  /** How many; a month that had begun before an upgrade counts as one. */
  months: number;
}

/**
 * Version 1 of the price lists: the prices from before there were lists. Orders from then have no facts, so
 * this must never change; migration 0025 has the same.
 */
const firstPrices: Record<Currency, PlanPrices> = {
  TRY: { starter: 49_900, team: 149_900, enterprise: 499_900 },
  USD: { starter: 1_900, team: 4_900, enterprise: 14_900 },
  EUR: { starter: 1_800, team: 4_500, enterprise: 13_900 },
};

/** The prices that an order was placed by. */
export function pricesOf(order: { currency: Currency; price_facts: PriceFacts | null }): PlanPrices {
  return order.price_facts?.prices ?? firstPrices[order.currency];
}

/** The prices by which a company's newest paid time was bought. */
export function pricesPaid(inForce: {
  billing_currency: Currency;
  paid_prices: PlanPrices | null;
}): PlanPrices {
  return inForce.paid_prices ?? firstPrices[inForce.billing_currency];
}
